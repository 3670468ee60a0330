import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownOf } from '../../domain/container/registration.ts';
import { changesOfJourneys } from '../../domain/journey/changes.ts';
import { contentKey, type JourneyEvent, type TrackedEvent } from '../../domain/journey/event.ts';
import { event, HOUR, NUMBER } from '../../domain/journey/test-log.ts';
import { foldContainer } from '../../domain/journey/truth.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import { Sql } from '../kit/sql.ts';
import { storageOn } from '../testing/sqlite.ts';
import { JourneyRecords } from './journey-records.ts';
import { JourneyTables } from './journey-tables.ts';
import { MIGRATIONS } from './migrations.ts';
import { voyage } from './test-voyage.ts';

const DAY = 24 * HOUR;

/** Records on a database of their own, as its object uses them; `reload` is what an eviction does. */
function recordsOf() {
  const sql = new Sql(storageOn(new DatabaseSync(':memory:')));
  sql.migrate(MIGRATIONS);
  let records = new JourneyRecords(sql, () => NUMBER);
  let deliveries = 0;
  const tables = new JourneyTables(sql);
  return {
    reload: () => (records = new JourneyRecords(sql, () => NUMBER)),
    /** Takes in a delivery; the changes that are told. */
    deliver(events: JourneyEvent[], full = false) {
      const receipt = ++deliveries;
      const news = events.map((said, index): TrackedEvent => {
        const origin = receipt * 8_192 + index;
        return { ...said, key: contentKey(said), origin, receivedAt: receipt, ...(full ? { history: 'full' } : {}) };
      });
      if (full && events.length > 0) {
        const rows = events.map((said) => [contentKey(said), said.carrierEventId ?? null, said.createdAt] as const);
        const { connectionId } = events[0]!;
        news.push({
          v: 1,
          kind: 'snapshot',
          container: NUMBER,
          connectionId: connectionId!,
          receipt,
          rows: rows.map((row) => [...row]),
          key: `snapshot-${receipt}`,
          origin: 0,
          receivedAt: receipt,
        });
      }
      const outcomes: Outcome[] = [];
      const before = records.open(news);
      const { changed } = records.take(news, receipt, outcomes);
      return changed ? records.settle(before) : [];
    },
    /** What becomes of the events of a delivery. */
    outcomes(events: JourneyEvent[]): string[] {
      const receipt = ++deliveries;
      const news = events.map((said, index): TrackedEvent => {
        return { ...said, key: contentKey(said), origin: receipt * 8_192 + index, receivedAt: receipt };
      });
      const outcomes: Outcome[] = [];
      const before = records.open(news);
      records.take(news, receipt, outcomes);
      records.settle(before);
      return outcomes.map(([, outcome]) => outcome);
    },
    register(said: object) {
      const before = records.live();
      const changed = records.hear({ said, source: 'tenant', saidAt: 0 }, ++deliveries);
      return changed ? records.settle(before) : [];
    },
    live: () => records.live(),
    journeys: () => records.journeys(),
    /** What the fold of all that is stored gives, whatever is in the archive. */
    whole: () => {
      const statements = [...tables.statements('archived_events'), ...tables.statements('events')];
      return foldContainer(
        NUMBER,
        { statements, snapshots: tables.snapshots() },
        records.registered.map((row) => knownOf(row)),
      );
    },
    archived: () => tables.statements('archived_events').length,
    folded: () => tables.statements('events').length,
  };
}

const truthOf = (journeys: ReturnType<typeof foldContainer>) =>
  journeys.map(({ keys, ...journey }) => ({ ...journey, keys: [...keys].sort() }));

describe('the archive', () => {
  it('takes ended journeys but the last two, so that the fold for an event is of these alone', () => {
    const records = recordsOf();
    records.register({ reference: 'PO-1' });
    for (let n = 0; n < 50; n++) for (const said of voyage(n)) records.deliver([said]);
    expect(records.folded()).toBe(18);
    expect(records.archived()).toBe(48 * 9);
    expect(records.live()).toHaveLength(2);
    expect(records.journeys()).toHaveLength(50);
    records.reload();
    expect(truthOf(records.live())).toEqual(truthOf(records.whole().slice(-2)));
    expect(truthOf(records.journeys())).toEqual(truthOf(records.whole()));
  });

  it('gives back what a late word, a correction, a retraction or a registration is of', () => {
    const cases: ((records: ReturnType<typeof recordsOf>) => { kind: string }[])[] = [
      (records) => records.deliver([event({ code: 'DROP', at: 41 * DAY, location: { unLocationCode: 'NLRTM' } })]),
      (records) =>
        records.deliver([event({ ...voyage(0)[6]!, carrierEventId: 'e6', at: 38 * DAY, createdAt: 999 * DAY })]),
      (records) =>
        records.deliver([event({ ...voyage(0)[6]!, carrierEventId: 'e6', createdAt: 999 * DAY, retracted: true })]),
      (records) => records.register({ booking: 'B1', beginsAt: new Date(61 * DAY).toISOString() }),
    ];
    const told = cases.map((say) => {
      const records = recordsOf();
      records.register({ reference: 'PO-1' });
      for (let n = 0; n < 5; n++) {
        voyage(n).forEach((said, i) => records.deliver([{ ...said, ...(n === 0 ? { carrierEventId: `e${i}` } : {}) }]));
      }
      records.reload();
      const changes = say(records).map(({ kind }) => kind);
      expect(truthOf(records.journeys())).toEqual(truthOf(records.whole()));
      expect(truthOf(records.live())).toEqual(truthOf(records.whole().slice(-2)));
      expect(records.archived()).toBeGreaterThan(0);
      return changes;
    });
    expect(told).toEqual([['reached'], ['corrected'], ['withdrawn'], []]);
  });

  it('tells what changes of journeys that come back, and knows them by every id that was said of them', () => {
    const records = recordsOf();
    records.register({ reference: 'PO-1' });
    for (let n = 0; n < 5; n++) {
      const own = { bookings: [`B${n}`] };
      voyage(n, own).forEach((said, i) => records.deliver([{ ...said, carrierEventId: `e${n}-${i}` }]));
    }
    expect(records.archived()).toBeGreaterThan(0);
    const [first] = voyage(0, { bookings: ['B0'] });
    const moved = records.deliver([{ ...first!, bookings: ['B9'], carrierEventId: 'e0-0', createdAt: 900 * DAY }]);
    // It is the same milestone, in another journey: that is no news.
    expect(moved).toEqual([]);
    const gone = records.deliver([
      { ...first!, bookings: ['B9'], carrierEventId: 'e0-0', createdAt: 901 * DAY, retracted: true },
    ]);
    expect(gone.map(({ kind }) => kind)).toEqual(['withdrawn']);
    const last = voyage(1, { bookings: ['B1'] })[8]!;
    records.deliver([{ ...last, carrierEventId: 'other', createdAt: 901 * DAY }]);
    records.reload();
    const late = { ...last, at: 290 * DAY, bookings: ['B4'], carrierEventId: 'other', createdAt: 902 * DAY };
    records.deliver([late]);
    expect(truthOf(records.journeys())).toEqual(truthOf(records.whole()));
    expect(truthOf(records.live())).toEqual(truthOf(records.whole().slice(-records.live().length)));
  });

  it('folds once, not for each, when a delivery brings many statements more than a journey may hold', () => {
    const records = recordsOf();
    for (let n = 0; n < 2; n++) for (const said of voyage(n)) records.deliver([said]);
    const many = Array.from({ length: 3_000 }, (_, i) =>
      event({
        code: 'LOAD',
        classifier: 'EST',
        at: 62 * DAY + (i * HOUR) / 10,
        createdAt: i,
        location: { unLocationCode: 'CNSHA' },
      }),
    );
    const taken = records.outcomes(many);
    expect(taken.filter((outcome) => outcome === 'applied')).toHaveLength(500 - 9);
    expect(taken.filter((outcome) => outcome === 'refused')).toHaveLength(3_000 - 491);
  });

  it('what was taken back under one id stands when it is said under another, however old', () => {
    const records = recordsOf();
    const said = event({ at: DAY, createdAt: 5, carrierEventId: 'a' });
    records.deliver([said]);
    records.deliver([{ ...said, createdAt: 6, retracted: true }]);
    expect(records.live()[0]?.milestones ?? []).toEqual([]);
    expect(records.deliver([{ ...said, createdAt: 3, carrierEventId: 'b' }]).map(({ kind }) => kind)).toEqual([
      'reached',
    ]);
  });

  it('changes nothing of what is true and what is told, whatever comes in whatever order', () => {
    const scattered = fc
      .record({
        n: fc.nat(5),
        i: fc.nat(8),
        shift: fc.constantFrom(0, 0, 0, 1, 30, 70),
        said: fc.nat(400),
        id: fc.constantFrom(undefined, undefined, 'p1', 'p2'),
        retracted: fc.constantFrom(undefined, undefined, undefined, true),
        booking: fc.constantFrom(undefined, undefined, 'own', 'B1'),
        place: fc.constantFrom<object>(
          { unLocationCode: 'NLRTM' },
          { facilityCode: 'F1' },
          { unLocationCode: 'NLRTM', facilityCode: 'F1' },
        ),
      })
      .map(({ n, i, shift, said, id, retracted, booking, place }) => {
        const base = voyage(n)[i]!;
        const bookings = booking === 'own' ? [`BK${n}`] : booking ? [booking] : undefined;
        return event({
          ...base,
          at: base.at + shift * DAY,
          createdAt: said * DAY,
          location: place,
          ...(id ? { carrierEventId: id } : {}),
          ...(retracted ? { retracted } : {}),
          ...(bookings ? { bookings } : {}),
        });
      });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.nat(5).map((n) => ({ events: voyage(n) })) },
      { weight: 3, arbitrary: fc.array(scattered, { minLength: 1, maxLength: 3 }).map((events) => ({ events })) },
      {
        weight: 1,
        arbitrary: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }).map((list) => ({
          full: list.flatMap((n) => voyage(n, { connectionId: 'con_2', carrierId: 'car_2' })),
        })),
      },
      { weight: 1, arbitrary: fc.nat(360).map((day) => ({ beginsAt: new Date(day * DAY).toISOString() })) },
      { weight: 1, arbitrary: fc.constant({ reload: true }) },
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 14 }), (isRegistered, steps) => {
        const records = recordsOf();
        if (isRegistered) records.register({ reference: 'PO-1' });
        for (const each of steps) {
          const before = records.whole();
          const archivedBefore = records.archived();
          let told: { kind: string }[] = [];
          if ('events' in each) told = records.deliver(each.events);
          else if ('full' in each) told = records.deliver(each.full, true);
          else if ('beginsAt' in each) told = records.register({ reference: each.beginsAt, beginsAt: each.beginsAt });
          else records.reload();
          const whole = records.whole();
          expect(truthOf(records.journeys())).toEqual(truthOf(whole));
          const live = records.live();
          expect(truthOf(live)).toEqual(truthOf(whole.slice(whole.length - live.length)));
          if (archivedBefore > 0 || !('events' in each || 'full' in each)) continue;
          const kinds = changesOfJourneys(before, whole).map(({ change }) => change.kind);
          expect(told.map(({ kind }) => kind)).toEqual(kinds);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
