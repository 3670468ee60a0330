/** `npm run check:security`: what was promised about trust, tried against a running platform. */
import './support/quiet.ts';
import { startLab } from '../test/security/lab.ts';
import { checksOf } from '../test/security/run.ts';
import { percentile, timeRevocations } from '../test/security/timing.ts';
import { lineOf, runChecks } from '../test/support/checks.ts';
import { main, options, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:security [-- --only TEXT]
  Starts a platform with two tenants and tries what must not work: links and tokens that outlive their maker, callers
  who act on who may do more, quotas, sign-ins, made-up secrets, the address list, rotations, renewals, bookings, and
  every operation that takes an id with the ids of another tenant. Then it measures how long a revocation takes.
  --only TEXT   only checks whose line contains the text`;

/** A revocation is promised to be felt within this time. */
const FELT_WITHIN_MS = 1_000;

await main(async () => {
  const { values } = options(USAGE, { only: { type: 'string' } });
  const lab = await step('Two tenants with the same data', startLab);
  try {
    const only = values.only;
    const checks = checksOf(lab).filter(({ id, name }) => only === undefined || `${id} ${name}`.includes(only));
    const results = await runChecks(lab, checks, (result) => console.log(lineOf(result)));
    let failed = results.filter(({ passed }) => !passed).length;
    let passed = results.length - failed;
    if (only === undefined || 'TIME'.includes(only)) {
      for (const { what, ms } of await timeRevocations(lab, () => {})) {
        const p99 = percentile(ms, 99);
        const ok = p99 < FELT_WITHIN_MS;
        console.log(
          `${ok ? 'PASS' : 'FAIL'}  TIME  ${what} are refused: p50 ${percentile(ms, 50).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms of ${ms.length} tries`,
        );
        if (ok) passed++;
        else failed++;
      }
    }
    console.log(JSON.stringify({ passed, failed }));
    if (failed > 0) process.exitCode = 1;
  } finally {
    await lab.platform.close();
  }
});
