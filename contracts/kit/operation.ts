/**
 * An operation is one value: who may, what it takes, what it answers, which failures are expected. The
 * service's checks, the gateway's route, the API description and every client's types follow from it.
 */
import type { z } from 'zod';
import type { Actor } from './actor.ts';
import type { Feature } from './features.ts';
import type { Permission } from './permissions.ts';
import type { Answer, ErrorCode } from './result.ts';

/** The services, each a Worker of its own. */
export const SERVICES = ['identity', 'tracking', 'procurement', 'notifications', 'observer'] as const;
/** The name of a service. */
export type ServiceName = (typeof SERVICES)[number];

/**
 * Who may ask: holders of a permission, everybody with a valid token, the carrier's connection that a
 * webhook's signature proved, another service for the platform's own work (no route leads there), or, for a stated reason,
 * whoever reaches the service before anybody is known.
 */
export type Access = Permission | 'authenticated' | 'connection' | 'system' | { unauthenticated: string };

/** Whether callers from outside may ever ask, with a token: such an operation has a route. */
export function isForCallers(access: Access): access is Permission | 'authenticated' {
  return typeof access === 'string' && access !== 'connection' && access !== 'system';
}

/** The declaration of an operation. */
export interface OperationSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  permission: Access;
  /** One line for lists; `description` has the rules that a caller must know. */
  summary: string;
  description?: string;
  /** Creating or charging: an idempotency key is required, and the answer is stored with the effect. */
  idempotent?: true;
  /** The object changes: the caller names the version it has seen, and a newer one refuses. */
  ifMatch?: true;
  /** The output has a `version`, which is its entity tag. */
  versioned?: true;
  /** The feature that must be switched on for the caller's organisation. */
  feature?: Feature;
  /** What the caller sends, as JSON: plain types and defaults, no transformation. */
  input: I;
  output: O;
  /** Expected failures beside those of every operation (`invalid`, `forbidden`, admission's own). */
  failures?: readonly ErrorCode[];
  /** Superseded: since when, until when, and by which path (RFC 9745, RFC 8594). */
  deprecated?: { since: string; sunset: string; successor: string };
}

/** An operation with the service it belongs to and its name there, which is its operationId. */
export type Operation<S extends OperationSpec = OperationSpec> = S & { service: ServiceName; name: string };

/** The operations of a service by name. */
export type Contract = Record<string, Operation>;

/** Declares an operation, keeping the types of its parts. */
export function operation<const S extends OperationSpec>(spec: S): S {
  return spec;
}

/** The contract of a service: its operations, each under its name. */
export function contract<const C extends Record<string, OperationSpec>>(
  service: ServiceName,
  operations: C,
): { [K in keyof C]: Operation<C[K]> } {
  const named = Object.entries(operations).map(([name, spec]) => [name, { ...spec, service, name }]);
  return Object.fromEntries(named) as { [K in keyof C]: Operation<C[K]> };
}

/** What comes with a request beside its input. */
export interface RequestContext {
  /** Who asks; null before anybody is known. */
  actor: Actor | null;
  /** Ties the log lines, messages and audit entries of one request together: made by the gateway, nobody can choose it. */
  correlationId: string;
  /** What the caller knows the request by, when it said so. */
  callerCorrelationId?: string;
  /** The caller's network address. */
  address: string;
  idempotencyKey?: string;
  expectedVersion?: number;
  /** What the caller has written or read before (D1 sessions). */
  bookmark?: string;
}

/** A service as others see it over RPC: a method for each operation. */
export type ServiceApi<C extends Record<string, OperationSpec>> = {
  [K in keyof C]: (context: RequestContext, input: z.input<C[K]['input']>) => Promise<Answer<z.output<C[K]['output']>>>;
};

/** What an operation takes, after its checks. */
export type Input<O extends OperationSpec> = z.output<O['input']>;
/** What an operation answers when all goes well. */
export type Output<O extends OperationSpec> = z.output<O['output']>;
