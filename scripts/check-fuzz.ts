/** `npm run check:fuzz -- --requests N`: requests made from the OpenAPI document, valid and not, to every operation. */
import './support/quiet.ts';
import { fuzz } from '../test/fuzz/run.ts';
import { startWorld } from '../test/support/world.ts';
import { main, numberOption, options, progressBar, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:fuzz -- [options]
  --requests N   how many requests (3000)
  --seed N       the same seed sends the same requests (1)
  Sends valid, mutated, naughty, broken and oversized requests to every operation, with and without a token. An
  answer must be documented, match its schema and be no defect of ours; what is not declared must not be taken.`;

await main(async () => {
  const { values } = options(USAGE, { requests: { type: 'string' }, seed: { type: 'string' } });
  const requests = numberOption('requests', values.requests, 3_000, 1, 100_000);
  const seed = numberOption('seed', values.seed, 1, 0, 2 ** 31);
  const { platform, world, document, fetcher } = await step('Two tenants with the same data', startWorld);
  try {
    const bar = progressBar('Requests', requests);
    const report = await fuzz({ requests, seed, origin: platform.origin, document, world, fetcher }, bar);
    for (const line of report.violations.slice(0, 100)) console.log(`FAIL  ${line}`);
    for (const [kind, sent] of Object.entries(report.sent)) {
      console.log(`${kind.padEnd(18)} ${sent} sent, ${report.taken[kind as keyof typeof report.taken]} taken`);
    }
    // Where nothing valid is taken nothing was looked at.
    if (report.sent.valid >= 100 && report.taken.valid < report.sent.valid / 3) {
      report.violations.push('most valid requests were refused');
      console.log('FAIL  most valid requests were refused: the run looked at little');
    }
    console.log(JSON.stringify({ requests: report.requests, violations: report.violations.length }));
    if (report.violations.length > 0) process.exitCode = 1;
  } finally {
    await platform.close();
  }
});
