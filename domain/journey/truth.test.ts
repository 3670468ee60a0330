import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JourneyEvent } from './event.ts';
import { type Delivery, event, HOUR, logOf, NUMBER } from './test-log.ts';
import { containerOfJourney, foldContainer, type Journey, journeyId, type KnownJourney } from './truth.ts';

const DAY = 24 * HOUR;
const registered = (over: Partial<KnownJourney> = {}): KnownJourney => ({
  id: 'jrn_1',
  beganAt: 0,
  receivedAt: 0,
  booking: null,
  carrierId: 'car_1',
  ...over,
});
const fold = (deliveries: readonly Delivery[], known: readonly KnownJourney[] = [], asOf?: number): Journey[] =>
  foldContainer(NUMBER, logOf(deliveries), known, asOf);
/** What is true, without the keys that name statements. */
const truthOf = (journeys: readonly Journey[]) =>
  journeys.map(({ milestones, status, statusAt, booking, endedAt }) => ({
    status,
    statusAt,
    booking,
    endedAt,
    milestones: milestones.map(({ sources, ...m }) => ({
      ...m,
      sources: sources.map(({ key: _key, ...word }) => word),
    })),
  }));

/** Events of a made-up life: few places, codes and hours, so that they meet. */
const anyEvent: fc.Arbitrary<JourneyEvent> = fc
  .record({
    code: fc.constantFrom('GTOT', 'GTIN', 'LOAD', 'DISC', 'ARRI', 'DEPA', 'ISSU'),
    empty: fc.constantFrom(true, false, undefined),
    classifier: fc.constantFrom('ACT', 'EST', 'PLN'),
    at: fc.integer({ min: 1, max: 60 }).map((day) => day * DAY),
    said: fc.integer({ min: 1, max: 60 }),
    place: fc.constantFrom('CNSHA', 'SGSIN', 'NLRTM'),
    id: fc.constantFrom(undefined, 'p1', 'p2', 'p3'),
    retracted: fc.constantFrom(undefined, undefined, undefined, true),
    bookings: fc.constantFrom<string[] | undefined>(undefined, undefined, ['B1'], ['B2']),
    source: fc.constantFrom('1', '2'),
  })
  .map(({ code, said, place, id, source, retracted, ...rest }) =>
    event({
      ...rest,
      code,
      family: code === 'ISSU' ? 'SHIPMENT' : code === 'ARRI' || code === 'DEPA' ? 'TRANSPORT' : 'EQUIPMENT',
      createdAt: said * DAY,
      location: { unLocationCode: place },
      carrierId: `car_${source}`,
      connectionId: `con_${source}`,
      ...(id ? { carrierEventId: id } : {}),
      ...(retracted ? { retracted } : {}),
    }),
  );
/** Events that the source can tell apart by when it said them: then no order of delivery decides. */
const apart = fc.uniqueArray(anyEvent, {
  maxLength: 25,
  selector: ({ createdAt, connectionId }) => `${createdAt}|${connectionId}`,
});
const single = (said: JourneyEvent, i: number): Delivery => ({ receivedAt: (i + 1) * HOUR, events: [said] });
const known = [registered({ booking: 'B1' })];

describe('one truth', () => {
  it('is folded from any order, repetition and batching of what was said', () => {
    fc.assert(
      fc.property(apart, fc.infiniteStream(fc.nat()), (events, random) => {
        const shuffled = [...events, ...events].toSorted(() => random.next().value! - random.next().value!);
        const batches: JourneyEvent[][] = [[], [], [], []];
        for (const said of shuffled) batches[random.next().value! % 4]!.push(said);
        const batched = batches.map((batch, i) => ({ receivedAt: i + 1, events: batch }));
        expect(truthOf(fold(batched, known))).toEqual(truthOf(fold(events.map(single), known)));
      }),
    );
  });

  it('does not hang on ids that change from push to push', () => {
    const noIds = apart.map((events) => events.map(({ carrierEventId: _id, retracted: _retracted, ...said }) => said));
    fc.assert(
      fc.property(noIds, (events) => {
        const again = events.map((said, i) => ({ ...said, carrierEventId: `again-${i}` }));
        expect(truthOf(fold([...events, ...again].map(single), known))).toEqual(
          truthOf(fold(events.map(single), known)),
        );
      }),
    );
  });

  it('of growing snapshots is that of the last one', () => {
    const ofOne = apart.map((events) => events.map((said) => ({ ...said, carrierId: 'car_1', connectionId: 'con_1' })));
    fc.assert(
      fc.property(ofOne, fc.nat(), (events, cut) => {
        if (events.length === 0) return;
        const parts = [events.slice(0, 1 + (cut % events.length)), events];
        const growing = parts.map((part, i): Delivery => ({ receivedAt: i + 1, events: part, history: 'full' }));
        expect(truthOf(fold(growing, known))).toEqual(truthOf(fold([growing[1]!], known)));
      }),
    );
  });

  it('as of an instant is that of what had been received by then', () => {
    const deliveries = fc.array(
      fc.record({ events: fc.array(anyEvent, { minLength: 1, maxLength: 4 }), full: fc.boolean() }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(deliveries, fc.nat(), (list, cut) => {
        const all = list.map(({ events, full }, i): Delivery => {
          const own = full ? events.map((said) => ({ ...said, carrierId: 'car_3', connectionId: 'con_3' })) : events;
          return { receivedAt: i + 1, events: own, ...(full ? { history: 'full' } : {}) };
        });
        const asOf = cut % (all.length + 1);
        expect(truthOf(fold(all, known, asOf))).toEqual(truthOf(fold(all.slice(0, asOf), known)));
      }),
    );
  });
});

describe('a snapshot', () => {
  const row = (code: string, at: number, place: string) => event({ code, at, location: { unLocationCode: place } });
  const push = (receivedAt: number, events: JourneyEvent[]): Delivery => ({ receivedAt, events, history: 'full' });

  it('takes back what it lacks, and what is rewritten in it is one milestone', () => {
    const [a, b] = [row('LOAD', DAY, 'CNSHA'), row('DISC', 20 * DAY, 'SGSIN')];
    const pushes = [push(1, [a, b]), push(2, [a, row('DISC', 21 * DAY, 'NLRTM')]), push(3, [a])];
    const statuses = [1, 2, 3].map((asOf) => {
      const [journey] = fold(pushes, [], asOf);
      return journey!.milestones.map(({ code, location }) => `${code}@${location?.unLocationCode}`);
    });
    expect(statuses).toEqual([
      ['loaded@CNSHA', 'discharged@SGSIN'],
      ['loaded@CNSHA', 'discharged@NLRTM'],
      ['loaded@CNSHA'],
    ]);
  });

  it('says nothing of what other connections have said', () => {
    const other = event({ code: 'DISC', at: 9 * DAY, connectionId: 'con_2', location: { unLocationCode: 'SGSIN' } });
    const [journey] = fold([{ receivedAt: 1, events: [other] }, push(2, [row('LOAD', DAY, 'CNSHA')])]);
    expect(journey!.milestones).toHaveLength(2);
  });
});

describe('sources', () => {
  const gate = { code: 'GTOT', empty: false, location: { unLocationCode: 'NLRTM' } } as const;

  it('stand side by side: the terminal first at its gate, the carrier of the journey before others', () => {
    const words = [
      event({ ...gate, at: 10 * DAY, createdAt: 3 }),
      event({
        ...gate,
        at: 10 * DAY + HOUR,
        createdAt: 1,
        carrierId: 'car_t',
        connectionId: 'con_t',
        role: 'terminal',
      }),
      event({ code: 'LOAD', at: DAY, createdAt: 1 }),
      event({ code: 'LOAD', at: DAY + HOUR, createdAt: 9, carrierId: 'car_2', connectionId: 'con_2' }),
      event({
        code: 'LOAD',
        at: DAY + 2 * HOUR,
        createdAt: 9,
        carrierId: 'car_t',
        connectionId: 'con_t',
        role: 'terminal',
      }),
    ];
    const [journey] = fold(words.map(single), [registered()]);
    expect(journey!.milestones.map(({ at, sources }) => [at, sources.map(({ carrierId }) => carrierId)])).toEqual([
      [DAY, ['car_1', 'car_t', 'car_2']],
      [10 * DAY + HOUR, ['car_t', 'car_1']],
    ]);
  });
});

describe('the status', () => {
  const at = (code: string, hour: number, place: string, over: Partial<JourneyEvent> = {}) =>
    event({ code, at: hour * HOUR, location: { unLocationCode: place }, ...over });

  it('is the furthest milestone of the call that holds the newest actual: clocks at one berth differ', () => {
    const sea = { family: 'TRANSPORT' } as const;
    const words = [at('LOAD', 10.1, 'CNSHA'), at('DEPA', 10, 'CNSHA', sea)];
    expect(fold(words.map(single))[0]).toMatchObject({ status: 'departed', statusAt: 10 * HOUR });
    const landed = [...words, at('DISC', 400, 'NLRTM'), at('ARRI', 400.1, 'NLRTM', sea)];
    expect(fold(landed.map(single))[0]).toMatchObject({ status: 'discharged', statusAt: 400 * HOUR });
  });

  it('follows time where milestones of one place lie further apart than clocks do', () => {
    const sea = { family: 'TRANSPORT' } as const;
    const leaving = [at('LOAD', 90, 'CNSHA'), at('DEPA', 100, 'CNSHA', sea)];
    for (const before of [
      [at('GTIN', 1, 'CNSHA', { empty: true }), at('GTOT', 20, 'CNSHA', { empty: true })],
      [at('DROP', 1, 'CNSHA')],
      [at('DISC', 1, 'CNSHA'), at('GTOT', 20, 'CNSHA', { empty: false }), at('GTIN', 40, 'CNSHA', { empty: false })],
    ]) {
      expect(fold([...before, ...leaving].map(single)).at(-1)).toMatchObject({ status: 'departed' });
    }
  });

  it('leaves behind it what was expected and has not come', () => {
    const words = [
      at('LOAD', 10, 'CNSHA', { classifier: 'EST' }),
      at('DISC', 400, 'NLRTM'),
      at('GTOT', 500, 'NLRTM', { classifier: 'EST', empty: false }),
    ];
    expect(fold(words.map(single))[0]!.milestones.map(({ code, closed }) => [code, closed])).toEqual([
      ['loaded', true],
      ['discharged', false],
      ['gate_out', false],
    ]);
  });
});

it('the id of a journey tells its container', () => {
  expect(containerOfJourney(journeyId(NUMBER, 'booking/B1'))).toBe(NUMBER);
  for (const id of ['jrn_', 'jrn_CSQU3054383', 'jrn_../x_0123456789abcdef', ''])
    expect(containerOfJourney(id)).toBeNull();
});
