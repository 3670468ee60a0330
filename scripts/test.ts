/**
 * `npm test`: everything, one stage after the other, with one count at the end. A stage that breaks
 * does not hide the others; the exit code tells whether all is well.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { forgetAnswered } from '../test/support/contracts.ts';
import { build } from './runtime/build.ts';
import { unpackChromium } from './support/chromium.ts';
import { ROOT } from './support/root.ts';
import { main, options, PlainError } from './support/terminal.ts';

const USAGE = `Usage: npm test [-- STAGE ...]
  STAGE: format, lint, types, house, unit, workers, harness, contracts, browser (all when none is named).
  house finds unused code and copies; contracts needs the answers that harness has noted.`;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const RESULTS = join(ROOT, 'test-results');
const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);

/** Runs a command, shows what it prints, and resolves to its exit code. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...env },
    });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** A check that passes or fails as one. */
async function check(...commands: [string, string[]][]): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [command, args] of commands) {
    if ((await run(bin(command), args)) === 0) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

/** A Vitest configuration, counted from its JSON report. */
async function vitest(name: string): Promise<Counts> {
  const report = join(RESULTS, `${name}.json`);
  rmSync(report, { force: true });
  const code = await run(bin('vitest'), [
    'run',
    '--config',
    `vitest.${name}.config.ts`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const read = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
  };
  // A suite that cannot even load has no failed test, but a failed run.
  const failed = read.numFailedTests + (code !== 0 && read.numFailedTests === 0 ? 1 : 0);
  return { passed: read.numPassedTests, failed, skipped: read.numPendingTests + read.numTodoTests };
}

/** The browser tests, counted from Playwright's JSON report. */
async function playwright(): Promise<Counts> {
  unpackChromium();
  const report = join(RESULTS, 'browser.json');
  rmSync(report, { force: true });
  const code = await run(bin('playwright'), ['test', '--config', 'playwright.config.ts'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { stats } = JSON.parse(readFileSync(report, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  };
  const failed = stats.unexpected + stats.flaky;
  return { passed: stats.expected, failed: failed + (code !== 0 && failed === 0 ? 1 : 0), skipped: stats.skipped };
}

const STAGES: Record<string, () => Promise<Counts>> = {
  format: () => check(['biome', ['format', '.']]),
  lint: () => check(['oxlint', ['--type-aware', '--deny-warnings']]),
  types: () =>
    check(
      ['tsc', ['-p', 'tsconfig.workers.json']],
      ['tsc', ['-p', 'tsconfig.node.json']],
      ['tsc', ['-p', 'tsconfig.test.json']],
      ['tsc', ['-p', 'tsconfig.client.json']],
      ['tsc', ['-p', 'console/tsconfig.json']],
    ),
  house: () => check(['knip', []], ['jscpd', []]),
  unit: () => vitest('unit'),
  workers: () => vitest('workers'),
  harness: () => {
    forgetAnswered();
    return vitest('harness');
  },
  contracts: async () => {
    const code = await run(process.execPath, ['scripts/check-contracts.ts', '--recorded']);
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  },
  browser: playwright,
};

await main(async () => {
  const { positionals } = options(USAGE, {});
  const unknown = positionals.filter((name) => !(name in STAGES));
  if (unknown.length > 0) throw new PlainError(`There is no stage ${unknown.join(', ')}.\n\n${USAGE}`);
  mkdirSync(RESULTS, { recursive: true });
  await build();
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const table: string[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(STAGES)) {
    const startedAt = Date.now();
    console.log(`\n=== ${name}`);
    const counts = await STAGES[name]!();
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
    table.push(
      `${name.padEnd(9)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${seconds} s)`,
    );
  }
  console.log(`\n${table.join('\n')}\n`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0) process.exitCode = 1;
});
