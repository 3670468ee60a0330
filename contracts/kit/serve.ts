/**
 * The service's side of a contract. Every operation passes the same checks in the same order, and its
 * handler gets a Scope, without which nothing of a tenant can be reached: authorization cannot be forgotten.
 */
import type { z } from 'zod';
import type { Actor } from './actor.ts';
import type { JsonText } from './json-text.ts';
import type { Access, Input, OperationSpec, Output, RequestContext } from './operation.ts';
import { allows, type Permission, type Role } from './permissions.ts';
import { type Answer, type Failure, type Fault, fail, invalid, pointerTo } from './result.ts';

/** Faults of one request that are answered; more say nothing new. */
const FAULTS_MAX = 50;

/** Where a request came from, and what it is known by. */
type Origin = Pick<RequestContext, 'correlationId' | 'callerCorrelationId'> & {
  address: string | null;
  actorOrganisationId?: string;
};

let make: (actor: Actor, origin: Origin) => Scope;

/**
 * On whose behalf work is done: the tenant whose things may be touched, and who is named for it. Only
 * this module makes one: `serve` from a caller who may, and the two named functions below.
 */
export class Scope {
  static {
    make = (actor, origin) => new Scope(actor, origin);
  }
  readonly tenantId: string;
  /** The organisation of whoever asks: another one where a carrier's person acts on a customer's things. */
  readonly actorOrganisationId: string;
  readonly subject: string;
  readonly kind: Actor['kind'];
  readonly roles: readonly Role[];
  /** Permissions the token was narrowed to; null when it carries all its roles allow. */
  readonly scopes: readonly Permission[] | null;
  readonly sessionId: string | null;
  /** The security version of the caller's token; 0 without one. */
  readonly securityVersion: number;
  readonly correlationId: string;
  readonly callerCorrelationId: string | null;
  /** The caller's network address; null for the platform's own work. */
  readonly address: string | null;

  private constructor(actor: Actor, origin: Origin) {
    this.tenantId = actor.tenantId;
    this.actorOrganisationId = origin.actorOrganisationId ?? actor.tenantId;
    this.subject = actor.subject;
    this.kind = actor.kind;
    this.roles = actor.roles;
    this.scopes = actor.scopes;
    this.sessionId = actor.sessionId;
    this.securityVersion = actor.securityVersion ?? 0;
    this.correlationId = origin.correlationId;
    this.callerCorrelationId = origin.callerCorrelationId ?? null;
    this.address = origin.address;
  }

  /** Whether the caller holds a permission beside the one the operation asks for. */
  allows(permission: Permission): boolean {
    return allows(this, permission);
  }

  /** The failure of a caller who lacks a further permission; null when it is held. */
  refuse(permission: Permission): Failure | null {
    return this.allows(permission) ? null : lacks(permission);
  }

  /** The carrier whose people ask, or null for everybody else. */
  get carrierId(): string | null {
    return this.tenantId.startsWith('car_') ? this.tenantId : null;
  }
}

/** The same caller acting on another tenant's things, after the caller's claim to them was checked. */
export function onBehalfOf(scope: Scope, tenantId: string): Scope {
  const { subject, kind, sessionId, correlationId, callerCorrelationId, address, actorOrganisationId } = scope;
  const own = { correlationId, address, actorOrganisationId };
  const origin = { ...own, ...(callerCorrelationId ? { callerCorrelationId } : {}) };
  return make({ tenantId, subject, kind, roles: [], scopes: null, sessionId }, origin);
}

/** The platform's own work for a tenant: queue consumers and alarms. It holds no permission. */
export function systemScope(tenantId: string, job: string, correlationId: string): Scope {
  return make(systemActor(tenantId, job), { correlationId, address: null });
}

/** What comes with a request that one service makes of another for a tenant. */
export function systemContext(tenantId: string, job: string, correlationId: string): RequestContext {
  return { actor: systemActor(tenantId, job), correlationId, address: '' };
}

const systemActor = (tenantId: string, job: string): Actor => ({
  tenantId,
  subject: job,
  kind: 'system',
  roles: [],
  scopes: null,
  sessionId: null,
});

const lacks = (permission: string): Failure => fail('forbidden', `This needs the permission ${permission}`);

/** Null when the caller may ask for the operation, else the failure. */
function refusal(access: Access, actor: Actor | null): Failure | null {
  if (typeof access === 'object') return null;
  if (!actor) return fail('unauthenticated', 'Nobody is known to ask for this');
  if (access === 'authenticated') return null;
  if (access === 'connection') {
    return actor.kind === 'connection' ? null : fail('forbidden', 'This is for connections of carriers');
  }
  if (access === 'system') {
    return actor.kind === 'system' ? null : fail('forbidden', 'This is for the services of the platform');
  }
  return allows(actor, access) ? null : lacks(access);
}

/** What a handler gets: everything checked. Members that an operation does not declare are absent from its type. */
export type Handled<O extends OperationSpec, E> = {
  env: E;
  input: Input<O>;
  correlationId: string;
  callerCorrelationId: string | null;
  /** The caller's network address. */
  address: string;
  bookmark: string | undefined;
  /** When the request came, wall-clock ms. */
  now: number;
  /** Lets work go on after the answer. */
  background: (work: Promise<unknown>) => void;
} & (O['permission'] extends { unauthenticated: string } ? unknown : { scope: Scope }) &
  (O['idempotent'] extends true ? { idempotencyKey: string } : unknown) &
  (O['ifMatch'] extends true ? { expectedVersion: number } : unknown);

/** The handlers of a contract's operations. */
export type Handlers<C extends Record<string, OperationSpec>, E> = {
  [K in keyof C]: (request: Handled<C[K], E>) => Promise<Answer<Output<C[K]>>>;
};

/** Handlers that have their output as text: for callers that pass it on, and not over RPC, which knows no such value. */
export type TextHandlers<C extends Record<string, OperationSpec>, E> = {
  [K in keyof C]: (request: Handled<C[K], E>) => Promise<Answer<JsonText<Output<C[K]>>>>;
};

/** What the runtime gives to a request. */
export interface Runtime<E> {
  env: E;
  now: number;
  waitUntil: (work: Promise<unknown>) => void;
}

/** Answers one request for an operation. */
export type Serve<E> = (
  name: string,
  runtime: Runtime<E>,
  context: RequestContext,
  input: unknown,
) => Promise<Answer<unknown>>;

/** Joins a contract with its handlers: permission, key and version, input, then the handler. */
export function serve<C extends Record<string, OperationSpec>, E>(
  contract: C,
  handlers: Handlers<C, E> | TextHandlers<C, E>,
): Serve<E> {
  return async (name, { env, now, waitUntil }, context, input) => {
    const operation = contract[name]!;
    const { actor, correlationId, address, bookmark, idempotencyKey, expectedVersion } = context;
    const refused = refusal(operation.permission, actor) ?? missing(operation, context);
    if (refused) return refused;
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) return invalid(faultsOf(parsed.error));
    const handle = handlers[name] as (request: unknown) => Promise<Answer<unknown>>;
    return handle({
      env,
      input: parsed.data,
      correlationId,
      callerCorrelationId: context.callerCorrelationId ?? null,
      address,
      bookmark,
      now,
      background: waitUntil,
      idempotencyKey,
      expectedVersion,
      ...(actor ? { scope: make(actor, context) } : {}),
    });
  };
}

function missing(operation: OperationSpec, { idempotencyKey, expectedVersion }: RequestContext): Failure | null {
  if (operation.idempotent && !idempotencyKey) return fail('invalid', 'An idempotency key is required');
  if (operation.ifMatch && expectedVersion === undefined) return fail('precondition.required', 'A version is required');
  return null;
}

/** What is wrong with an input, by JSON pointer. */
export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap(faultsOfIssue).slice(0, FAULTS_MAX);
}

/** An unknown property is named itself, not only the object that has it. */
function faultsOfIssue(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ pointer: pointerTo(...issue.path), code: issue.code, detail: issue.message }];
  }
  return issue.keys.map((key) => ({
    pointer: pointerTo(...issue.path, key),
    code: issue.code,
    detail: 'is not known here',
  }));
}
