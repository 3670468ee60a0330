/** `npm run replay -- FILE.csv`: recorded positions through the front door of a platform. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './support/api.ts';
import { loadDemo } from './support/demo.ts';
import {
  countMismatches,
  countReceipts,
  parseRecording,
  postRecording,
  prepareReplay,
  type ReplaySummary,
  settleReceipts,
} from './support/replay.ts';
import { ROOT } from './support/root.ts';
import { startScratch } from './support/scratch.ts';
import { main, numberOption, options, PlainError, progressBar, step } from './support/terminal.ts';

const USAGE = `Usage: npm run replay -- FILE.csv [options]
  Posts recorded positions (columns ID, ais_pos_timestamp dd/mm/yyyy hh:mm UTC, longitude, latitude)
  as signed webhooks and checks that every row arrived.
  --speed N   recorded seconds a second (default: as fast as the platform takes it)
  --port N    port of a platform started by npm start (8787); when none runs there, one is started
              for the replay and removed afterwards`;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await main(async () => {
  const { values, positionals } = options(USAGE, { speed: { type: 'string' }, port: { type: 'string' } });
  const [file] = positionals;
  if (!file) throw new PlainError(`Name the file to replay.\n\n${USAGE}`);
  const speed = numberOption('speed', values.speed, 0, 0, 1e9);
  const port = numberOption('port', values.port, 8787, 1, 65_535);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new PlainError(`The file ${file} cannot be read.`);
  }
  const rows = parseRecording(text);
  const running = await runningPlatform(port);
  const scratchDir = running ? null : mkdtempSync(join(tmpdir(), 'fairlead-replay-'));
  const scratch = scratchDir ? await step('Starting a platform for the replay', () => startScratch(scratchDir)) : null;
  try {
    const target = running ?? { origin: scratch!.origin, api: scratch!.api };
    const connection = await step('Registering the vessels', () => prepareReplay(target, rows));
    const bar = progressBar('Posting', rows.length);
    const receipts = await postRecording(target, connection, rows, { speed, onProgress: bar, wait });
    const { reasons, ...counts } = countReceipts(
      await step('Waiting for the objects', () => settleReceipts(target, receipts, wait)),
    );
    for (const [code, count] of reasons) console.log(`Rejected ${count} with ${code}`);
    const lastPositionMismatches = await step('Reading positions back', () => countMismatches(target, rows));
    const summary: ReplaySummary = {
      rows: rows.length,
      ...counts,
      vessels: new Set(rows.map((row) => row.vessel)).size,
      lastPositionMismatches,
    };
    console.log(JSON.stringify(summary));
    const whole = counts.accepted + counts.duplicates + counts.rejected === rows.length && lastPositionMismatches === 0;
    if (!whole) process.exitCode = 1;
  } finally {
    await scratch?.runtime.stop();
    if (scratchDir) rmSync(scratchDir, { recursive: true, force: true });
  }
});

async function runningPlatform(port: number): Promise<{ origin: string; api: ApiClient } | null> {
  const origin = `http://localhost:${port}`;
  const demo = loadDemo(join(ROOT, '.data'));
  try {
    const { status } = (await (await fetch(`${origin}/healthz`)).json()) as { status: string };
    if (status !== 'ok' || !demo) return null;
    console.log(`Using the platform at ${origin}.`);
    return { origin, api: new ApiClient(origin, demo.client) };
  } catch {
    return null;
  }
}
