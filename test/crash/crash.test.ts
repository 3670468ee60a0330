import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  containerOf,
  countMismatches,
  countReceipts,
  postRecording,
  prepareReplay,
  settleReceipts,
} from '../../scripts/support/replay.ts';
import { buildConsole, type Runtime, startRuntime } from '../../scripts/support/runtime.ts';
import { type Scratch, startScratch } from '../../scripts/support/scratch.ts';
import { pause, reachable, spaceOf } from '../support/fixtures.ts';
import { madeUpRecording, sharedRecording } from '../support/recording.ts';

let dataDir: string;
let scratch: Scratch;
let runtime: Runtime;
const BOOKINGS_MIN = 10;
const BOOKINGS_MAX = 400;
const wait = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeAll(async () => {
  buildConsole();
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-crash-'));
  scratch = await startScratch(dataDir, { vars: { gateway: { LOG_LEVEL: 'warn' }, tracking: { LOG_LEVEL: 'warn' } } });
  runtime = scratch.runtime;
}, 180_000);
afterAll(async () => {
  await runtime?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

async function restart(): Promise<void> {
  await runtime.kill();
  runtime = await startRuntime({
    dataDir,
    port: scratch.port,
    vars: { gateway: { LOG_LEVEL: 'warn' }, tracking: { LOG_LEVEL: 'warn' } },
  });
}

it('loses no answered event and counts none twice, loses no booking and doubles none, when the runtime is killed', async () => {
  const rows = sharedRecording() ?? madeUpRecording(60, 150);
  const target = { origin: scratch.origin, api: scratch.api };
  const connection = await prepareReplay(target, rows);
  const bookings = await bookEndlessly();
  let killed = 0;
  const restarts: { running: Promise<void> | null } = { running: null };
  const killOnce = (): Promise<void> =>
    (restarts.running ??= restart().finally(() => {
      restarts.running = null;
    }));
  const receipts = await postRecording(target, connection, rows, {
    speed: 0,
    wait,
    onProgress: (done) => {
      // Twice, in the middle: not awaited, so deliveries and bookings are in flight when it dies.
      if (killed < 2 && done > (rows.length * (killed + 1)) / 3) {
        killed++;
        void killOnce();
      }
    },
    onUnreachable: async () => {
      await (restarts.running ?? wait());
    },
  });
  expect(killed).toBe(2);
  await restarts.running;
  const { accepted, duplicates, rejected } = countReceipts(await settleReceipts(target, receipts, pause));
  const distinct = new Map<string, Set<string>>();
  for (const row of rows) {
    const held = distinct.get(row.vessel) ?? new Set();
    distinct.set(row.vessel, held.add(`${row.at}|${Number(row.latitude)}|${Number(row.longitude)}`));
  }
  // A delivery that was stored but not answered before the kill was posted again: its items count
  // as duplicates in the receipt of the second, so the sums hold and every row is there once.
  expect(accepted + duplicates + rejected).toBe(rows.length);
  expect(rejected).toBe(0);
  for (const [vessel, held] of distinct) {
    const { pointCount } = await scratch.api.must('GET', `/v1/containers/${containerOf(vessel)}`);
    expect([vessel, pointCount]).toEqual([vessel, held.size]);
  }
  expect(await countMismatches(target, rows)).toBe(0);
  await bookings.verify();
}, 300_000);

/** Books one unit after the other until told to stop; remembers what was answered. */
async function bookEndlessly() {
  const carrier = await scratch.api.must('POST', '/v1/carriers', { scac: 'CRSH', name: 'Crash Line' });
  const allocation = await scratch.api.must('POST', '/v1/allocations', spaceOf(carrier.id, 5_000));
  const keys: string[] = [];
  const answered = new Map<string, string>();
  let stopped = false;
  let isEnough = (): void => {};
  const enough = new Promise<void>((resolve) => {
    isEnough = resolve;
  });
  const send = async (key: string): Promise<void> => {
    const answer = await scratch.api.call(
      'POST',
      '/v1/bookings',
      { allocationId: allocation.id, quantity: 1, reference: key },
      { 'idempotency-key': key },
    );
    if (answer.status === 201) answered.set(key, answer.body.id);
    if (answered.size > BOOKINGS_MIN) isEnough();
  };
  const running = (async () => {
    while (!stopped && keys.length < BOOKINGS_MAX) {
      const key = randomUUID();
      keys.push(key);
      // Cut off in the middle: what became of this one is for the end to find out.
      await send(key).catch(() => reachable(scratch.origin));
      // Refused while the platform starts: the keys must not run out before it has answered some.
      if (!answered.has(key)) await pause(100);
    }
  })();
  return {
    verify: async () => {
      // However slow the machine: enough must have been answered for a loss to be seen.
      await Promise.race([enough, running]);
      stopped = true;
      await running;
      const before = new Map(answered);
      expect(before.size).toBeGreaterThan(BOOKINGS_MIN);
      expect(keys.length).toBeGreaterThan(before.size);
      for (const key of keys) await send(key);
      const listed = await scratch.api.all('/v1/bookings?limit=500');
      expect(listed.map((booking): string => booking.reference).sort((a, b) => (a < b ? -1 : 1))).toEqual(
        keys.toSorted((a, b) => (a < b ? -1 : 1)),
      );
      for (const [key, id] of before) expect(listed.find((booking) => booking.reference === key).id).toBe(id);
      expect((await scratch.api.must('GET', `/v1/allocations/${allocation.id}`)).booked).toBe(keys.length);
    },
  };
}
