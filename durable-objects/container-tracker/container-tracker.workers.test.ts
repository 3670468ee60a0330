import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { contentKey, type JourneyEvent, type TrackedEvent } from '../../domain/journey/event.ts';
import { POSITION_CHUNK_POINTS } from '../../platform/limits.ts';
import { etaLedger } from '../eta-ledger/stub.ts';
import { runAlarm } from '../testing/alarms.ts';
import { bindings, NUMBER, trackedEvents } from '../testing/events.ts';
import { endedJourney } from '../testing/journeys.ts';
import type { ContainerTracker } from './container-tracker.ts';
import { containerTracker } from './stub.ts';

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

describe('the cost of an event', () => {
  const DAY = 86_400_000;
  const CODES = ['GTOT', 'GTIN', 'LOAD', 'DEPA', 'ARRI', 'DISC', 'GTOT', 'GTIN'];
  /** The n-th event of the many of a journey, from the empty pick-up to the empty return. */
  function event(journey: number, n: number, of: number): TrackedEvent {
    const stage = Math.floor((n * CODES.length) / of);
    const code = CODES[stage]!;
    const at = (journey * 60 + (50 * n) / of) * DAY;
    const said: JourneyEvent = {
      v: 1,
      kind: 'journey',
      container: NUMBER,
      family: code === 'DEPA' || code === 'ARRI' ? 'TRANSPORT' : 'EQUIPMENT',
      code,
      classifier: Math.floor(((n + 1) * CODES.length) / of) > stage ? 'ACT' : 'EST',
      at,
      atText: '',
      zoneSource: 'stated',
      createdAt: at,
      carrierId: 'car_1',
      empty: stage === 0 || stage === 7,
      location: { unLocationCode: stage < 4 ? 'CNSHA' : 'NLRTM' },
      bookings: [`BK${journey}`],
    };
    return { ...said, key: contentKey(said), origin: journey * 1_000 + n };
  }
  const send = (events: TrackedEvent[]) =>
    tracker().ingest({ tenantId: 'ten_1', number: NUMBER, correlationIds: ['c'], events });
  /** Rows that an event writes. */
  async function rowsOf(one: TrackedEvent): Promise<number> {
    const before = (await tracker().usage()).rowsWritten;
    expect((await send([one])).outcomes).toEqual([[one.origin, 'applied']]);
    return (await tracker().usage()).rowsWritten - before;
  }
  /** Statements that are folded for an event, and read when the object wakes. */
  const folded = () =>
    runInDurableObject(
      raw(),
      (_object, { storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM events').one().n,
    );

  it('is the same at the 1st and the 500th of a journey, and in the 1st and the 50th journey', async () => {
    await send([event(0, 0, 500)]);
    const first = await rowsOf(event(0, 1, 500));
    await send(range(2, 498).map((n) => event(0, n, 500)));
    const last = await rowsOf(event(0, 498, 500));
    await send([event(0, 499, 500)]);
    const ofOne = await folded();
    for (let journey = 1; journey < 49; journey++) await send(range(0, 64).map((n) => event(journey, n, 64)));
    await send([event(49, 0, 64)]);
    const inLast = await rowsOf(event(49, 1, 64));
    expect([last, inLast]).toEqual([first, first]);
    expect(ofOne).toBe(500);
    expect(await folded()).toBe(64 + 2);
    expect((await tracker().journeys({ limit: 100 }))!.items).toHaveLength(50);
    expect(JSON.stringify(await tracker().view()).length).toBeLessThan(65_536);
    await evictDurableObject(raw());
    expect(await rowsOf(event(49, 2, 64))).toBeLessThanOrEqual(first);
    expect((await tracker().view())!.milestones.length).toBeGreaterThan(0);
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
      found.push(...page.items.map((position) => Date.parse(position.at)));
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
    await tracker().register({ tenantId: 'ten_1', number: NUMBER, registration, registeredAt: 1, correlationId: 'c' });
    await ingest(range(0, 10));
    const before = (await tracker().view())!;
    expect(await runAlarm(raw())).toBe(true);
    const after = (await tracker().view())!;
    expect(after.seq).toBe(before.seq + 1);
    const again = await runInDurableObject(raw(), (_instance, state) => state.storage.getAlarm());
    expect(again).toBeGreaterThan(Date.now());
  });
});

describe('the ETA ledger', () => {
  const HOUR = 3_600_000;
  const journeyEvent = (code: string, place: string, at: number, origin: number): TrackedEvent => {
    const event: JourneyEvent = {
      v: 1,
      kind: 'journey',
      container: NUMBER,
      family: 'TRANSPORT',
      code,
      classifier: 'ACT',
      at,
      atText: '',
      zoneSource: 'stated',
      createdAt: at,
      carrierId: 'car_1',
      location: { unLocationCode: place },
    };
    return { ...event, key: contentKey(event), origin };
  };
  const tell = (...events: TrackedEvent[]) =>
    tracker().ingest({ tenantId: 'ten_1', number: NUMBER, correlationIds: ['c'], events });

  it('gives its models to a container, which keeps them, and takes its journey when it has arrived', async () => {
    for (let n = 0; n < 8; n++) await etaLedger(bindings, 'ten_1').record('ten_1', endedJourney(n));
    await etaLedger(bindings, 'ten_1').train('ten_1', 1);
    const registration = { origin: 'CNSHA', destination: 'NLRTM', carrierId: 'car_1' };
    const now = Date.now();
    await tracker().register({
      tenantId: 'ten_1',
      number: NUMBER,
      registration,
      registeredAt: now,
      correlationId: 'c',
    });
    await tell(journeyEvent('DEPA', 'CNSHA', now - 24 * HOUR, 1));
    expect((await tracker().view())!.eta!.explanation).toMatchObject({ modelVersion: null, journeysKnown: 0 });
    await dueNow('refresh');
    await runDurableObjectAlarm(raw());
    const known = (await tracker().view())!.eta!;
    expect(known.explanation).toMatchObject({ modelVersion: 'v1', journeysKnown: 8 });
    // Hours to go by the lane's six hundred, not by distance over service speed.
    expect((Date.parse(known.p50) - now) / HOUR).toBeGreaterThan(560);
    await evictDurableObject(raw());
    expect((await tracker().view())!.eta!.explanation.modelVersion).toBe('v1');
    // The carrier's clock runs ahead: the arrival lies a day from now.
    await tell(journeyEvent('ARRI', 'NLRTM', now + 25 * HOUR, 2));
    const history = (await tracker().etaHistory({ limit: 50 }))!.items;
    expect(history.filter(({ target }) => target === 'vessel_arrival').length).toBeGreaterThanOrEqual(2);
    await dueNow('ledger');
    await runDurableObjectAlarm(raw());
    const window = { from: now, to: now + 48 * HOUR };
    const { journeys, items } = await etaLedger(bindings, 'ten_1').accuracy({
      ...window,
      groupBy: 'horizon',
      limit: 50,
    });
    expect(journeys).toBe(1);
    expect(items.map(({ group, source }) => `${group} ${source}`)).toEqual(['6 ours', '12 ours', '24 ours']);
  });

  it('does not lose a journey that the ledger could not take, and keeps its distance field', async () => {
    // A destination that no other test has met: its field is in no isolate's memory yet.
    const registration = { origin: 'CNSHA', destination: 'DEHAM' };
    const now = Date.now();
    await tracker().register({
      tenantId: 'ten_1',
      number: NUMBER,
      registration,
      registeredAt: now,
      correlationId: 'c',
    });
    await tell(journeyEvent('DEPA', 'CNSHA', now - 600 * HOUR, 1));
    await tell(journeyEvent('ARRI', 'DEHAM', now - HOUR, 2));
    await runInDurableObject(raw(), (_, { storage }) => {
      expect(storage.sql.exec('SELECT sent FROM journeys').toArray()).toEqual([{ sent: 0 }]);
      const [field] = storage.sql.exec('SELECT name, length(body) AS bytes FROM distance_fields').toArray();
      expect(field!.name).toMatch(/^DEHAM\/\//);
      expect(field!.bytes).toBeGreaterThan(20_000);
    });
    await dueNow('ledger');
    await runDurableObjectAlarm(raw());
    await runInDurableObject(raw(), (_, { storage }) => {
      expect(storage.sql.exec('SELECT sent FROM journeys').toArray()).toEqual([{ sent: 1 }]);
    });
  });

  /** Moves a deadline to the present: an hour need not pass for a test. */
  async function dueNow(name: string): Promise<void> {
    await runInDurableObject(raw(), async (_, { storage }) => {
      storage.sql.exec('UPDATE deadlines SET at = 1 WHERE name = ?', name);
      await storage.setAlarm(Date.now() + 60_000);
    });
    await evictDurableObject(raw());
  }
});
