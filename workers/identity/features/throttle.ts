/** Tries at passwords and second factors, counted before they are made. Keys are hashes. */
import type { ThrottleKey } from '../../../contracts/identity/access.ts';
import { addressGroup } from '../../../domain/security/addresses.ts';
import { loginThrottle } from '../../../durable-objects/login-throttle/stub.ts';
import { LOGIN_FAILURES_FACTOR, LOGIN_FAILURES_PAIR, LOGIN_FAILURES_WIDE } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';

/** A try that may be made, and was counted as one that failed. */
export interface Try {
  /** It was right, and a second step follows: this try is taken back. */
  passed(): Promise<void>;
  /** The sign-in has succeeded: earlier tries at the account from this address are forgiven as well. */
  succeeded(): Promise<void>;
}

/**
 * Counts a try at an account, known or not, from an address; answers the milliseconds to wait instead when there
 * were too many. Whoever got in from that address before is spared the pause that strangers cause the account:
 * nobody can be locked out of their own place by somebody else's guessing. An account is its user's id: a person
 * who has another account under the same e-mail address must not be able to forgive tries at this one.
 */
export async function tryAccount(env: Env, name: string, address: string, factorOf?: string): Promise<Try | number> {
  const group = addressGroup(address);
  const [account, pair, factor] = await Promise.all([
    sha256Hex(`account:${name}`),
    sha256Hex(`pair:${name}:${group}`),
    factorOf === undefined ? null : sha256Hex(`factor:${factorOf}`),
  ]);
  const keys: ThrottleKey[] = [
    { key: account, failures: LOGIN_FAILURES_WIDE, spared: true },
    { key: pair, failures: LOGIN_FAILURES_PAIR },
    ...(factor === null ? [] : [{ key: factor, failures: LOGIN_FAILURES_FACTOR }]),
  ];
  const throttle = loginThrottle(env, account);
  const pause = await throttle.attempt(keys, pair);
  if (pause > 0) return pause;
  const own = [pair, ...(factor === null ? [] : [factor])];
  let counted = true;
  return {
    passed: async () => {
      counted = false;
      await throttle.succeeded([account, ...own], [], null);
    },
    // What was taken back already must not be taken back twice: it would be another one's failure.
    succeeded: () => throttle.succeeded(counted ? [account] : [], own, pair),
  };
}

/** Counts a try from an address at whichever account; answers the milliseconds to wait instead when there were too many. */
export async function tryFrom(env: Env, address: string): Promise<Pick<Try, 'passed'> | number> {
  const from = await sha256Hex(`address:${addressGroup(address)}`);
  const throttle = loginThrottle(env, from);
  const pause = await throttle.attempt([{ key: from, failures: LOGIN_FAILURES_WIDE }], null);
  return pause > 0 ? pause : { passed: () => throttle.succeeded([from], [], null) };
}
