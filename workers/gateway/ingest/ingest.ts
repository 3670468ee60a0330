/**
 * The ingress for carriers' webhooks: limits before the body is trusted, the signature over the raw bytes,
 * the sender's address, and then tracking.
 */
import type { Actor } from '../../../contracts/kit/actor.ts';
import { fail } from '../../../contracts/kit/result.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { INGEST_BODY_MAX_BYTES, POLICY_CACHE_MS } from '../../../platform/limits.ts';
import type { Facts } from '../admission/facts.ts';
import { count } from '../admission/limits.ts';
import type { LimitName } from '../admission/rates.ts';
import type { Env } from '../env.ts';
import { readBody } from '../http/body.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { tooLarge } from '../http/route.ts';
import { isKnown, signerOf } from './connections.ts';

const admittedAddresses = new Cache<string, true>({ capacity: 10_000, ttlMs: POLICY_CACHE_MS });

/** Whether the tenant's block list lets the sender in; a yes is kept for at most a second. */
async function isAdmitted(env: Env, tenantId: string, address: string): Promise<boolean> {
  const name = `${tenantId}|${address}`;
  const askedAt = Date.now();
  if (admittedAddresses.get(name, askedAt)) return true;
  const yes = await tenantPolicy(env, tenantId).admitsWebhook(address);
  if (yes) admittedAddresses.set(name, true, askedAt);
  return yes;
}

/** Counts the request against a limit in front; the answer when it is over. */
async function over(c: GatewayContext, limitedBy: LimitName, key: string): Promise<Response | null> {
  c.set('facts', { ...c.var.facts, limitedBy });
  const failure = await count(c.env, limitedBy, key);
  return failure && refuse(c, failure);
}

/** Who delivers: the connection itself, which has no role and no permission. */
const actorOf = ({ tenantId, id }: ConnectionWithSecrets): Actor => ({
  tenantId,
  subject: id,
  kind: 'connection',
  roles: [],
  scopes: null,
  sessionId: null,
});

/** Takes a delivery. */
export async function ingest(c: GatewayContext): Promise<Response> {
  const id = c.req.param('connectionId') ?? '';
  const { sender, address }: Facts = c.var.facts;
  // Looking a connection up costs: whoever makes ids up is held off by the address first.
  const held = isKnown(id) ? null : await over(c, 'address', `ingest:${sender}`);
  if (held) return held;
  const body = await readBody(c.req.raw, INGEST_BODY_MAX_BYTES);
  if (body === 'too_large') return tooLarge(c, INGEST_BODY_MAX_BYTES);
  const { signer: connection, known } = await signerOf(c.env, id, c.req.raw.headers, body);
  // An unknown connection and a wrong signature answer alike: nobody learns who exists.
  if (!connection) return unsigned(c, known);
  const limited = await over(c, 'connection', connection.id);
  if (limited) return limited;
  if (!(await isAdmitted(c.env, connection.tenantId, address))) {
    const { tenantId, id: subject } = connection;
    const denial = { kind: 'address', reason: 'address_blocked', tenantId, subject } as const;
    return refuse(c, fail('address.refused', 'This address is blocked'), denial);
  }
  c.set('facts', { ...c.var.facts, actor: actorOf(connection) });
  const { secrets: _secrets, ...shown } = connection;
  const contentType = (c.req.header('content-type') ?? 'application/json').slice(0, 200);
  const answer = await c.env.TRACKING.ingest(contextOf(c), { connection: shown, contentType, body });
  return answer.ok ? c.json(answer.value, 202) : refuse(c, answer);
}

async function unsigned(c: GatewayContext, known: ConnectionWithSecrets | null): Promise<Response> {
  // Refusals count against the sender's address, so that nobody can use up a carrier's own limit.
  const held = await over(c, 'address', `ingest:${c.var.facts.sender}`);
  if (held) return held;
  return refuse(c, fail('unauthenticated', 'The signature is not valid for this connection'), {
    kind: 'signature',
    reason: known ? 'signature_invalid' : 'connection_unknown',
    ...(known ? { tenantId: known.tenantId, subject: known.id } : {}),
  });
}
