/** `npm run check:contracts`: that contracts, services, API description and client say the same. */
import './support/quiet.ts';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answered, forgetAnswered, OPERATION_NAMES } from '../test/support/contracts.ts';
import { ROUTES, VERSION } from '../workers/gateway/app.ts';
import { apiDescription } from '../workers/gateway/openapi/document.ts';
import { unknownIn } from './support/client-types.ts';
import { lintApi } from './support/lint-api.ts';
import { letPass, RENAMES } from './support/planted.ts';
import { ROOT } from './support/root.ts';
import { main, options, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:contracts [-- --recorded]
  Runs the tests of the started platform, in which every answer is parsed by the output schema of its
  operation, and names the operations that none of them got an answer from. Lints the API description with
  Redocly's recommended rules, compiles the generated client, and renames properties in a copy of the
  sources to see that the type check refuses each.
  --recorded  takes the answers of the last run of those tests instead of running them`;

const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);

/** Whether a command ends well; it prints what it has to say. */
const runs = (command: string, args: string[]): boolean =>
  spawnSync(bin(command), args, { cwd: ROOT, stdio: 'inherit' }).status === 0;

await main(async () => {
  const { values } = options(USAGE, { recorded: { type: 'boolean' } });
  const failures: string[] = [];
  if (!values.recorded) {
    forgetAnswered();
    if (!runs('vitest', ['run', '--config', 'vitest.harness.config.ts'])) failures.push('a test failed');
  }
  const seen = answered();
  for (const name of OPERATION_NAMES) if (!seen.has(name)) failures.push(`no test got an answer of ${name}`);

  const document = apiDescription(ROUTES, 'https://fairlead.example', VERSION);
  const { errors, warnings } = await step('Redocly’s recommended rules', () => lintApi(document));
  failures.push(...errors, ...warnings);

  const client = readFileSync(join(ROOT, 'clients/typescript/src/api.ts'), 'utf8');
  failures.push(...unknownIn(client).map((line) => `the client leaves something unknown: ${line.trim()}`));
  if (!(await step('The client compiles', () => runs('tsc', ['-p', 'tsconfig.client.json']))))
    failures.push('the client does not compile');
  const missed = await step(`${RENAMES.length} renamed properties are refused`, () => letPass(RENAMES));
  failures.push(...missed.map((mistake) => `the type check let pass ${mistake}`));

  for (const failure of failures) console.log(`FAIL  ${failure}`);
  const operations = OPERATION_NAMES.length;
  const count = OPERATION_NAMES.filter((name) => seen.has(name)).length;
  console.log(
    JSON.stringify({ operations, answered: count, lintErrors: errors.length, lintWarnings: warnings.length }),
  );
  if (failures.length > 0) process.exitCode = 1;
});
