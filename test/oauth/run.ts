import { type Check, FLOW_CHECKS, outcome } from './checks.ts';
import { type Driver, openidDriver, webApiDriver } from './drivers.ts';
import { RAW_CHECKS } from './raw-checks.ts';
import type { Subject } from './subject.ts';

/** What a check found at both servers. */
export interface Result {
  name: string;
  want: string;
  ours: string;
  oracle: string;
}

/** Runs every check: those of flows by both clients, those by hand once. */
export async function runChecks(ours: Subject, oracle: Subject, onResult: (result: Result) => void): Promise<Result[]> {
  const results: Result[] = [];
  const run = async (check: Check, name: string, drivers: [Driver, Driver]): Promise<void> => {
    const [we, they] = [await attempt(check, drivers[0], ours), await attempt(check, drivers[1], oracle)];
    results.push({ name, want: check.want, ours: we, oracle: they });
    onResult(results.at(-1)!);
  };
  for (const makeDriver of [webApiDriver, openidDriver]) {
    const drivers: [Driver, Driver] = [await makeDriver(ours), await makeDriver(oracle)];
    for (const check of FLOW_CHECKS) await run(check, `${check.name} [${drivers[0].name}]`, drivers);
    if (makeDriver === webApiDriver) for (const check of RAW_CHECKS) await run(check, check.name, drivers);
  }
  return results;
}

async function attempt(check: Check, driver: Driver, subject: Subject): Promise<string> {
  try {
    return await outcome(() => check.run(driver, subject));
  } catch (error) {
    return `unexpected: ${error instanceof Error ? error.message : String(error)}`;
  }
}
