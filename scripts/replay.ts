/** `npm run replay -- FILE.csv`: recorded positions through the front door of a platform. */
import { readFileSync } from 'node:fs';
import {
  countMismatches,
  countReceipts,
  parseRecording,
  postRecording,
  prepareReplay,
  type ReplaySummary,
  settleReceipts,
} from './support/replay.ts';
import { onPlatform } from './support/target.ts';
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
  await onPlatform(port, 'replay', async (target) => {
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
  });
});
