/** Tries at passwords and second factors, counted before they are made. Keys are hashes. */
import type { ThrottleKey } from '../../../contracts/identity/access.ts';
import { addressGroup } from '../../../domain/security/addresses.ts';
import { loginThrottle } from '../../../durable-objects/login-throttle/stub.ts';
import { LOGIN_FAILURES_FACTOR, LOGIN_FAILURES_PAIR, LOGIN_FAILURES_WIDE } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';

/** A try that may be made: `succeeded` takes it back. */
export interface Try {
  succeeded(): Promise<void>;
}

/**
 * Counts a try for an account from an address, known or not; answers the milliseconds to wait instead when
 * there were too many. Whoever got in from that address before is spared the pause that strangers cause
 * the account: nobody can be locked out of their own place by somebody else's guessing.
 */
export async function tryAccount(env: Env, email: string, address: string, userId?: string): Promise<Try | number> {
  const name = email.toLowerCase();
  const group = addressGroup(address);
  const [account, pair, from, factor] = await Promise.all([
    sha256Hex(`account:${name}`),
    sha256Hex(`pair:${name}:${group}`),
    sha256Hex(`address:${group}`),
    userId === undefined ? null : sha256Hex(`factor:${userId}`),
  ]);
  const ofAccount: ThrottleKey[] = [
    { key: account, failures: LOGIN_FAILURES_WIDE, spared: true },
    { key: pair, failures: LOGIN_FAILURES_PAIR },
    ...(factor === null ? [] : [{ key: factor, failures: LOGIN_FAILURES_FACTOR }]),
  ];
  const accounts = loginThrottle(env, account);
  const addresses = loginThrottle(env, from);
  const pauses = await Promise.all([
    accounts.attempt(ofAccount, pair),
    addresses.attempt([{ key: from, failures: LOGIN_FAILURES_WIDE }], null),
  ]);
  const pause = Math.max(...pauses);
  if (pause > 0) return pause;
  return {
    succeeded: async () => {
      await Promise.all([
        accounts.succeeded([account], [pair, ...(factor === null ? [] : [factor])], pair),
        addresses.succeeded([from], [], null),
      ]);
    },
  };
}
