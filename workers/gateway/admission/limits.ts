/** The limits in front: counted at each location, cheap, and of a minute each. */
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import type { Env } from '../env.ts';
import type { Facts, Outcome, Step } from './facts.ts';
import type { LimitName } from './rates.ts';

const BINDINGS = {
  address: 'ADDRESS_LIMIT',
  subject: 'API_LIMIT',
  connection: 'INGEST_LIMIT',
} as const satisfies Record<LimitName, string>;

/** Counts a request against a limit; the failure when it is over. */
export async function count(env: Env, name: LimitName, key: string): Promise<Failure | null> {
  const { success } = await env[BINDINGS[name]].limit({ key });
  if (success) return null;
  return fail('quota.exceeded', 'Too many requests; wait a moment', {
    retryAfterSeconds: 10,
    extra: { 'violated-policies': [name] },
  });
}

const outcomeOf = async (env: Env, limitedBy: LimitName, key: string): Promise<Outcome> => {
  const over = await count(env, limitedBy, key);
  return over ? { refused: over, learned: { limitedBy } } : { admitted: { limitedBy } };
};

/** Requests of one address, for callers without a name. */
export const addressLimit: Step = (_request, { sender }, env) => outcomeOf(env, 'address', sender);

/** Requests of one user or client. */
export const subjectLimit: Step = (_request, { identity }, env) =>
  outcomeOf(env, 'subject', `${identity!.tenantId}:${identity!.subject}`);

/** Refused callers count against their address: a flood of bad tokens is held off there. */
export async function refusedByAddress(
  env: Env,
  { sender }: Facts,
  failure: Failure,
  learned: Partial<Facts>,
): Promise<Outcome> {
  const over = await count(env, 'address', sender);
  return { refused: over ?? failure, learned: { ...learned, limitedBy: 'address' } };
}
