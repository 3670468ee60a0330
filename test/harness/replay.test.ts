import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  countMismatches,
  countReceipts,
  lastPositions,
  parseRecording,
  postRecording,
  prepareReplay,
  type RecordedPosition,
  settleReceipts,
} from '../../scripts/support/replay.ts';
import { createTenant, fetchOf } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { madeUpRecording, sharedRecording } from '../support/recording.ts';

let platform: Platform;
const wait = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.close());

async function replay(slug: string, rows: RecordedPosition[]) {
  const tenant = await createTenant(platform, slug);
  const target = { origin: platform.origin, api: tenant.admin, fetcher: fetchOf(platform) };
  const connection = await prepareReplay(target, rows);
  const receipts = await postRecording(target, connection, rows, { speed: 0, onProgress: () => {}, wait });
  const { reasons: _reasons, ...counts } = countReceipts(await settleReceipts(target, receipts, wait));
  return { ...counts, mismatches: await countMismatches(target, rows) };
}

describe('a replay', () => {
  it('brings every made-up row to its object, whatever is duplicated or broken', async () => {
    const rows = madeUpRecording(12, 120);
    const broken = { ...rows[5]!, latitude: 'north' };
    const summary = await replay('madeup', [...rows, broken]);
    const distinct = new Set(rows.map((row) => JSON.stringify(row))).size;
    expect(summary).toEqual({ accepted: distinct, duplicates: rows.length - distinct, rejected: 1, mismatches: 0 });
  });

  const shared = sharedRecording();
  if (!shared) console.log('skipped: no shared data');
  it.skipIf(!shared)(
    shared ? 'brings all 22,287 recorded rows to 256 vessels' : 'skipped: no shared data',
    async () => {
      const summary = await replay('suez', shared!);
      expect(summary.accepted + summary.duplicates + summary.rejected).toBe(22_287);
      expect(summary).toMatchObject({ duplicates: 213, rejected: 0, mismatches: 0 });
      expect(lastPositions(shared!).size).toBe(256);
    },
  );
});

it('reads the recording’s dates as UTC and names a missing column', () => {
  const [row] = parseRecording('\uFEFFID,ais_pos_timestamp,longitude,latitude\n7,23/03/2021 05:40,32.58,30.01\n');
  expect(row).toMatchObject({ vessel: '7', time: '2021-03-23T05:40:00Z', at: Date.UTC(2021, 2, 23, 5, 40) });
  expect(() => parseRecording('ID,longitude\n1,2')).toThrow('ais_pos_timestamp and latitude');
});
