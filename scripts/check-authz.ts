/** `npm run check:authz`: every operation by every kind of caller, and every service method by a foreign one. */
import './support/quiet.ts';
import { Matrix } from '../test/authz/matrix.ts';
import { checkServices } from '../test/authz/rpc.ts';
import { startWorld } from '../test/support/world.ts';
import { main, options, progressBar, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:authz
  Asks for every operation of the OpenAPI document as every kind of caller, calls every service method as a
  foreign one, and prints what was shown or allowed that should not have been.`;

await main(async () => {
  options(USAGE, {});
  const { platform, world, document, fetcher } = await step('Two tenants with the same data', startWorld);
  try {
    const bar = progressBar('Operations', 1_000);
    const matrix = new Matrix(platform, world, document, fetcher);
    let methods = 0;
    const report = await matrix.run(
      (done, total) => bar(Math.round((done / total) * 1_000)),
      async (found) => {
        methods = await checkServices(platform, world, found);
      },
    );
    for (const line of [...report.leaks, ...report.undeclared]) console.log(`FAIL  ${line}`);
    console.log(`${methods} service methods were called without the gateway.`);
    const { operations, cells, leaks, undeclared } = report;
    console.log(JSON.stringify({ operations, cells, leaks: leaks.length, undeclared: undeclared.length }));
    if (leaks.length + undeclared.length > 0) process.exitCode = 1;
  } finally {
    await platform.close();
  }
});
