import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { POSITION_CHUNK_POINTS } from '../../platform/limits.ts';
import { containerTracker } from '../stubs.ts';
import { bindings, NUMBER, trackedEvents } from '../testing/events.ts';
import type { ContainerTracker } from './container-tracker.ts';

const tracker = () => containerTracker(bindings, 'ten_1', NUMBER);
const raw = () =>
  bindings.CONTAINER_TRACKER.get(
    bindings.CONTAINER_TRACKER.idFromName(`ten_1:${NUMBER}`),
  ) as unknown as DurableObjectStub<ContainerTracker>;
const ingest = (minutes: number[], firstOrigin = 1) =>
  tracker().ingest({
    tenantId: 'ten_1',
    number: NUMBER,
    correlationIds: ['c'],
    events: trackedEvents(minutes, firstOrigin),
  });
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

afterEach(() => reset());

describe('ingest', () => {
  it('answers a redelivery as applied and changes nothing', async () => {
    const first = await ingest([1, 2]);
    const again = await ingest([1, 2]);
    expect(again.outcomes).toEqual(first.outcomes);
    expect(again.summary.version).toBe(first.summary.version);
    expect((await tracker().view())!.pointCount).toBe(2);
  });

  it('answers the same content of another delivery as a duplicate, also from a closed chunk', async () => {
    await ingest(range(0, POSITION_CHUNK_POINTS + 10));
    const again = await ingest([0, 5, POSITION_CHUNK_POINTS + 1], 9_000);
    expect(again.outcomes.map(([, outcome]) => outcome)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect((await tracker().view())!.pointCount).toBe(POSITION_CHUNK_POINTS + 10);
  });

  it('writes one row for a batch of positions, however many they are', async () => {
    await ingest([0]);
    const before = (await tracker().usage()).rowsWritten;
    await ingest(range(1, 100), 100);
    expect((await tracker().usage()).rowsWritten - before).toBe(1);
  });

  it('forgets nothing when it is evicted', async () => {
    const { summary } = await ingest(range(0, 300));
    await evictDurableObject(raw());
    const view = (await tracker().view())!;
    expect(view).toMatchObject({ pointCount: 300, seq: summary.version, epoch: summary.epoch });
    expect((await ingest([7], 9_000)).outcomes[0]![1]).toBe('duplicate');
  });
});

describe('positions', () => {
  it('come in time order across chunks and months, page by page, whatever the order of arrival', async () => {
    const month = 31 * 24 * 60;
    await ingest([month + 5, 3, month + 1]);
    await ingest(range(4, 400), 100);
    await ingest([1, month + 9], 9_000);
    const found: number[] = [];
    let cursor: string | undefined;
    do {
      const page = (await tracker().positions({ resolutionSeconds: 0, limit: 57, cursor }))!;
      found.push(...page.items.map((position) => position.at));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(found).toHaveLength(3 + 396 + 2);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(new Set(found).size).toBe(found.length);
  });
});

describe('the alarm', () => {
  it('widens the ETA as time passes in silence, and sets itself again', async () => {
    const registration = { destination: 'NLRTM' };
    await tracker().register({ tenantId: 'ten_1', number: NUMBER, registration, saidAt: 1, correlationId: 'c' });
    await ingest(range(0, 10));
    const before = (await tracker().view())!;
    await runInDurableObject(raw(), (_instance, state) => {
      state.storage.sql.exec('UPDATE deadlines SET at = 0');
    });
    await evictDurableObject(raw());
    await tracker().view();
    expect(await runDurableObjectAlarm(raw())).toBe(true);
    const after = (await tracker().view())!;
    expect(after.seq).toBe(before.seq + 1);
    const again = await runInDurableObject(raw(), (_instance, state) => state.storage.getAlarm());
    expect(again).toBeGreaterThan(Date.now());
  });
});
