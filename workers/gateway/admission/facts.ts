/** What is known of a request: begun with what it carries, added to by the steps of admission, read by everybody. */
import type { Denial, Hold, Quotas } from '../../../contracts/identity/access.ts';
import type { Actor } from '../../../contracts/kit/actor.ts';
import type { Feature } from '../../../contracts/kit/features.ts';
import type { Permission } from '../../../contracts/kit/permissions.ts';
import type { Failure } from '../../../contracts/kit/result.ts';
import type { Env } from '../env.ts';
import type { LimitName } from './rates.ts';
import type { TokenIdentity } from './tokens.ts';

/** Who may use a route: a permission, any token, a signed webhook, a one-time ticket, or anybody. */
export type Access = Permission | 'authenticated' | 'signature' | 'ticket' | 'public';

/** What a route asks of its caller. */
export interface Asked {
  access: Access;
  feature?: Feature | undefined;
  /** The name of a request under an idempotency key, which may run once at a time. */
  lock?: string | undefined;
  /** Whether it takes a body. */
  takesBody?: boolean | undefined;
}

/** Why a request is refused, as far as it is counted; who is refused is the caller unless it is named. */
export type DenialReason = Pick<Denial, 'kind' | 'reason'> & Partial<Pick<Denial, 'tenantId' | 'subject'>>;

/** The facts of a request. */
export interface Facts {
  readonly asked: Asked;
  /** The caller's network address, and the group of addresses that limits count it by. */
  readonly address: string;
  readonly sender: string;
  /** What the token says; null before it is checked, and for routes that need none. */
  readonly identity: TokenIdentity | null;
  /** The DPoP proof that came with it (RFC 9449). */
  readonly proof: { id: string; until: number } | null;
  readonly actor: Actor | null;
  /** The body, read as far as it may reach; null where none is taken, and before it is read. */
  readonly body: Uint8Array | 'too_large' | null;
  /** The limit in front that the request counts against. */
  readonly limitedBy: LimitName | null;
  /** How the caller's quotas stand, once they are known. */
  readonly quotas: Quotas | null;
  /** Features that are switched on for the caller's organisation, once they are known. */
  readonly features: Record<Feature, boolean> | null;
  /** Origins whose pages may read the answer. */
  readonly corsOrigins: readonly string[];
  /** The lock of a request under an idempotency key, to be released after the answer. */
  readonly lock: Hold | null;
  readonly denial: DenialReason | null;
  /** Work that goes on after the answer. */
  readonly following: readonly (() => Promise<void>)[];
}

/** What a step decides: the request goes on, or is refused; either way with what was learned. */
export type Outcome = { admitted: Partial<Facts> } | { refused: Failure; learned?: Partial<Facts> };

/** One step of admission: it reads the request and the facts so far, and nothing else. */
export type Step = (request: Request, facts: Facts, env: Env) => Promise<Outcome> | Outcome;

/** The facts of a request of which nothing is known but where it comes from. */
export function factsOf(asked: Asked, from: { address: string; sender: string }): Facts {
  return {
    asked,
    ...from,
    identity: null,
    proof: null,
    actor: null,
    body: null,
    limitedBy: null,
    quotas: null,
    features: null,
    corsOrigins: [],
    lock: null,
    denial: null,
    following: [],
  };
}
