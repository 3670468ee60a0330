/** `npm run check:truth`: what carriers and devices say, and what is true then, against a running platform. */
import './support/quiet.ts';
import { lineOf, runChecks } from '../test/support/checks.ts';
import { startLab } from '../test/truth/lab.ts';
import { TRUTH } from '../test/truth/run.ts';
import { main, options, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:truth [-- --only TEXT]
  Starts a platform with a tenant and posts what real feeds are wrong in: corrections, retractions, whole histories,
  estimates in disorder, ports under several codes, impossible positions, late readings, second journeys, devices that
  change their container, numbers that nobody has registered, and bookings that share a container.
  --only TEXT   only checks whose line contains the text`;

await main(async () => {
  const { values } = options(USAGE, { only: { type: 'string' } });
  const lab = await step('A platform with a tenant', startLab);
  try {
    const { only } = values;
    const checks = TRUTH.filter(({ id, name }) => only === undefined || `${id} ${name}`.includes(only));
    const results = await runChecks(lab, checks, (result) => console.log(lineOf(result)));
    const failed = results.filter(({ passed }) => !passed).length;
    console.log(JSON.stringify({ passed: results.length - failed, failed }));
    if (failed > 0) process.exitCode = 1;
  } finally {
    await lab.platform.close();
  }
});
