import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runRounds } from './rounds.ts';

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-crash-'));
}, 180_000);
afterAll(() => {
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

it('loses nothing that was answered, doubles nothing and leaves no live client behind, killed three times', async () => {
  const report = await runRounds({ rounds: 3, seed: 11, dataDir, onStep: () => {} });
  const { posted, ...verdict } = report;
  expect(verdict).toEqual({ rounds: 3, lost: 0, doubled: 0, webhooksLost: 0, bookingEventsLost: 0, liveGaps: 0 });
  // However slow the machine: enough must have gone on for a loss to be seen.
  expect(posted.positions).toBeGreaterThan(30);
  expect(posted.milestones).toBeGreaterThan(10);
  expect(posted.bookings).toBeGreaterThan(5);
}, 300_000);
