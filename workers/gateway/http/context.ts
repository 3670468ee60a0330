/** What a request carries through the gateway, and how it is refused. */
import type { Context } from 'hono';
import type { RequestContext } from '../../../contracts/kit/operation.ts';
import type { Failure } from '../../../contracts/kit/result.ts';
import { addressGroup } from '../../../domain/security/addresses.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { type Asked, type DenialReason, type Facts, factsOf } from '../admission/facts.ts';
import { admit, stepsFor } from '../admission/index.ts';
import type { Env } from '../env.ts';
import { challenge } from './challenge.ts';
import { problemOf } from './problems.ts';

/** What a request carries. */
export interface Variables {
  /** Ours, made for the request. */
  correlationId: string;
  /** What the caller offered as its own, which is logged and answered beside ours. */
  callerCorrelationId: string | null;
  /** The route's pattern, for log lines: paths hold identifiers, patterns do not. */
  route: string;
  /** The ids that the path names, or that of what was created; for log lines. */
  object: string | null;
  /** What is known of the request: written once, when admission has decided. */
  facts: Facts;
  /** Why the request was refused behind admission, when it was. */
  denial: DenialReason | null;
}

/** The type arguments of every hono app and context here. */
export interface GatewayTypes {
  Bindings: Env;
  Variables: Variables;
}

/** A request's context. What it carries is read by `get`: `var` makes an object of all of it, each time. */
export type GatewayContext = Context<GatewayTypes>;

/** Where a request comes from. */
export function originOf(request: Request): { address: string; sender: string } {
  // Cloudflare sets the header, nobody else can.
  const address = request.headers.get('cf-connecting-ip') ?? 'local';
  return { address, sender: addressGroup(address) };
}

/** Lets a request pass, or answers it; what was learned is in the context from then on. */
export async function admitted(c: GatewayContext, asked: Asked): Promise<Response | null> {
  const begun = factsOf(asked, originOf(c.req.raw));
  const { facts, refused } = await admit(stepsFor(asked.access), c.req.raw, begun, c.env);
  c.set('facts', facts);
  for (const work of facts.following) c.executionCtx.waitUntil(follow(c, work));
  return refused && refuse(c, refused);
}

/** Does what follows a request; that it failed is nobody's to hear any more. */
async function follow(c: GatewayContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const correlationId = c.get('correlationId');
    loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'following.failed', { correlationId, error: errorText(error) });
  }
}

/** The problem answer of a failure. `denial` says what is counted of it; a service's own refusal is counted as such. */
export function refuse(c: GatewayContext, failure: Failure, denial?: DenialReason): Response {
  const [facts, correlationId] = [c.get('facts'), c.get('correlationId')];
  const behind = failure.code === 'forbidden' && facts.actor && !facts.denial;
  const counted = denial ?? (behind ? ({ kind: 'permission', reason: 'forbidden' } as const) : null);
  if (counted) c.set('denial', counted);
  const answer = problemOf(failure, correlationId);
  if (answer.status === 401) challenge(answer.headers, c.env.ISSUER, (counted ?? facts.denial)?.reason);
  return answer;
}

/** What services are told of a request. */
export function contextOf(c: GatewayContext): RequestContext {
  const [facts, callerCorrelationId] = [c.get('facts'), c.get('callerCorrelationId')];
  return {
    actor: facts.actor,
    correlationId: c.get('correlationId'),
    ...(callerCorrelationId ? { callerCorrelationId } : {}),
    address: facts.address,
  };
}
