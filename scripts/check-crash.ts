/** `npm run check:crash`: kills a platform at random moments and counts what is lost afterwards. */
import './support/quiet.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRounds } from '../test/crash/rounds.ts';
import { main, options, PlainError } from './support/terminal.ts';

const USAGE = `Usage: npm run check:crash [-- --rounds N] [--seed N]
  Starts a platform of its own, posts positions and milestones, books, and delivers webhooks to two endpoints, of which one
  never answers. Each round kills the runtime (SIGKILL) at a random moment and starts it again; what was answered must be
  there in the end, once. The last line says what is not.
  --rounds N   how often it is killed: 10 without it, 100 at most
  --seed N     the moments follow from it: 1 without it`;

const ROUNDS_MAX = 100;

await main(async () => {
  const { values } = options(USAGE, { rounds: { type: 'string' }, seed: { type: 'string' } });
  const rounds = whole('--rounds', values.rounds ?? '10', ROUNDS_MAX);
  const seed = whole('--seed', values.seed ?? '1', 2 ** 32 - 1);
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-crash-'));
  try {
    const { posted, ...verdict } = await runRounds({ rounds, seed, dataDir, onStep: (text) => console.log(text) });
    console.log(`Posted and answered: ${JSON.stringify(posted)}`);
    console.log(JSON.stringify(verdict));
    const { rounds: _rounds, ...counts } = verdict;
    if (Object.values(counts).some((count) => count > 0)) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

function whole(name: string, text: string, most: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > most) {
    throw new PlainError(`${name} takes a whole number from 1 to ${most}.`);
  }
  return Number(text);
}
