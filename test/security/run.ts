/** All security checks, in an order in which none undoes what another stands on. */
import { ADDRESSES } from './addresses.ts';
import { AUTHORITY } from './authority.ts';
import { IN_FLIGHT } from './in-flight.ts';
import type { Check, Lab } from './lab.ts';
import { MISCELLANEOUS } from './misc.ts';
import { PROCUREMENT } from './procurement.ts';
import { REVOCATION } from './revocation.ts';
import { SIBLINGS } from './siblings.ts';
import { SIGN_IN } from './sign-in.ts';
import { sweepOf } from './sweep.ts';

/** A check with what was seen. */
export interface Result extends Pick<Check, 'id' | 'name' | 'want'> {
  seen: string;
  passed: boolean;
}

/** The checks of a platform; the sweep is made from its API description. */
export const checksOf = (lab: Lab): Check[] => [
  ...sweepOf(lab),
  ...REVOCATION,
  ...IN_FLIGHT,
  ...AUTHORITY,
  ...SIGN_IN,
  ...ADDRESSES,
  ...PROCUREMENT,
  ...MISCELLANEOUS,
  ...SIBLINGS,
];

/** Runs checks one after another; one that cannot be run has failed. */
export async function runChecks(
  lab: Lab,
  checks: readonly Check[],
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const { id, name, want } = check;
    const seen = await check
      .run(lab)
      .catch((error: unknown) => `could not be run: ${error instanceof Error ? error.message : String(error)}`);
    const result = { id, name, want, seen, passed: seen === want };
    results.push(result);
    onResult(result);
  }
  return results;
}
