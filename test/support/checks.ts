/** Checks of promises against a running platform: what was seen must be what is wanted. */

/** One check; `lab` is what it works with. */
export interface Check<Lab> {
  /** The promise it holds, such as S01. */
  id: string;
  name: string;
  want: string;
  run(lab: Lab): Promise<string>;
}

/** A check with what was seen. */
export interface Result {
  id: string;
  name: string;
  want: string;
  seen: string;
  passed: boolean;
}

/** Runs checks one after another; one that cannot be run has failed. */
export async function runChecks<Lab>(
  lab: Lab,
  checks: readonly Check<Lab>[],
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

/** A result in a line. */
export const lineOf = ({ id, name, want, seen, passed }: Result): string =>
  `${passed ? 'PASS' : 'FAIL'}  ${id}  ${name}${passed ? '' : `: ${seen}, wanted ${want}`}`;
