import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentKey, type JourneyEvent } from './event.ts';
import { type JourneyTruth, foldJourney as foldStanding } from './fold.ts';
import { inForce } from './log.ts';

const HOUR = 3_600_000;

function event(over: Partial<JourneyEvent>): JourneyEvent {
  return {
    v: 1,
    kind: 'journey',
    container: 'CSQU3054383',
    family: 'EQUIPMENT',
    code: 'LOAD',
    classifier: 'ACT',
    at: 0,
    atText: '1970-01-01T00:00:00Z',
    zoneSource: 'stated',
    createdAt: 0,
    carrierId: 'car_1',
    location: { unLocationCode: 'CNSHA' },
    ...over,
  };
}

/** Folds events, each said once by its carrier; the order is that of the list unless the event names one. */
function foldJourney(events: readonly (JourneyEvent & { order?: number })[], carrierId?: string): JourneyTruth {
  const statements = events.map(({ order = 0, ...said }) => {
    const { createdAt, carrierEventId: id = null } = said;
    return { key: contentKey(said), event: said, sayings: [{ id, createdAt, receivedAt: 0, order }] };
  });
  return foldStanding(inForce({ statements, snapshots: [] }), carrierId);
}

const journey = [
  event({ code: 'GTOT', empty: true, at: 1 * HOUR }),
  event({ code: 'GTIN', empty: false, at: 10 * HOUR }),
  event({ code: 'LOAD', at: 20 * HOUR, voyage: '001E' }),
  event({ family: 'TRANSPORT', code: 'DEPA', at: 30 * HOUR, voyage: '001E', vesselName: 'Aurora' }),
  event({
    family: 'TRANSPORT',
    code: 'ARRI',
    classifier: 'EST',
    at: 700 * HOUR,
    voyage: '001E',
    location: { unLocationCode: 'NLRTM' },
  }),
];

describe('foldJourney', () => {
  it('finds the status from the latest actual milestone, not the latest to arrive', () => {
    const truth = foldJourney([...journey].reverse());
    expect(truth.status).toBe('departed');
    expect(truth.vesselName).toBe('Aurora');
    expect(truth.milestones.map((m) => m.code)).toEqual([
      'empty_picked_up',
      'gate_in',
      'loaded',
      'departed',
      'arrived',
    ]);
  });

  it('gives one answer for every order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(journey, { minLength: journey.length }), (shuffled) => {
        expect(foldJourney(shuffled)).toEqual(foldJourney(journey));
      }),
    );
  });

  it('lets a newer word of the carrier correct an older one, whichever comes first', () => {
    const older = event({ code: 'DISC', at: 5 * HOUR, createdAt: 6 * HOUR });
    const newer = event({ code: 'DISC', at: 4 * HOUR, createdAt: 7 * HOUR });
    expect(foldJourney([newer, older]).milestones[0]!.at).toBe(4 * HOUR);
    expect(foldJourney([older, newer]).milestones).toHaveLength(1);
  });

  it('tells two visits to one port apart without a voyage number', () => {
    const gate = { code: 'GTIN', empty: false, location: { unLocationCode: 'NLRTM' } };
    const truth = foldJourney([
      event({ ...gate, at: 0 }),
      event({ ...gate, at: 90 * 24 * HOUR }),
      event({ ...gate, at: HOUR, createdAt: 5 }),
    ]);
    expect(truth.milestones.map((m) => m.at)).toEqual([HOUR, 90 * 24 * HOUR]);
  });

  it('makes one visit of a call, whatever voyages its two sides and its carriers name', () => {
    const arrival = { family: 'TRANSPORT', code: 'ARRI', location: { unLocationCode: 'NLRTM' } } as const;
    const truth = foldJourney([
      event({ ...arrival, classifier: 'EST', at: 100 * HOUR, voyage: '001W' }),
      event({ ...arrival, at: 101 * HOUR, voyage: '002E' }),
      event({ ...arrival, at: 101 * HOUR + 60_000, voyage: 'X77', carrierId: 'car_2' }),
      event({ ...arrival, classifier: 'PLN', at: 90 * HOUR }),
    ]);
    expect(truth.milestones).toHaveLength(1);
    expect(truth.milestones[0]).toMatchObject({ classifier: 'ACT', estimatedAt: 100 * HOUR, plannedAt: 90 * HOUR });
  });

  it('keeps an estimate and its actual together on one voyage, however late the ship', () => {
    const arrival = { family: 'TRANSPORT', code: 'ARRI', location: { unLocationCode: 'NLRTM' }, voyage: '1' } as const;
    const days = 24 * HOUR;
    const truth = foldJourney([
      event({ ...arrival, classifier: 'EST', at: 10 * days }),
      event({ ...arrival, at: 45 * days }),
      event({ ...arrival, at: 100 * days, voyage: '2' }),
    ]);
    expect(truth.milestones.map(({ at, estimatedAt }) => [at / days, estimatedAt])).toEqual([
      [45, 10 * days],
      [100, null],
    ]);
  });

  it('takes the later in the carrier’s order among words of one time, as of a history that is pushed again', () => {
    const arrival = { family: 'TRANSPORT', code: 'ARRI', classifier: 'EST', createdAt: 5 } as const;
    const rows = [
      { ...event({ ...arrival, at: 5 * HOUR }), order: 7_000 },
      { ...event({ ...arrival, at: 3 * HOUR }), order: 7_001 },
    ];
    for (const order of [rows, rows.toReversed()]) expect(foldJourney(order).milestones[0]!.at).toBe(3 * HOUR);
  });

  it('takes the newest word under one id, and nothing of what was taken back', () => {
    const discharged = { code: 'DISC', carrierEventId: 'p1' } as const;
    const log = [
      event({ code: 'LOAD', at: HOUR }),
      event({ ...discharged, at: 50 * HOUR, createdAt: 1, location: { unLocationCode: 'NLRTM' } }),
      event({ ...discharged, at: 60 * HOUR, createdAt: 2, location: { unLocationCode: 'BEANR' } }),
    ];
    const back = event({ ...discharged, at: 60 * HOUR, createdAt: 3, retracted: true });
    for (const order of [log, log.toReversed()]) {
      const places = foldJourney(order).milestones.map(({ location }) => location?.unLocationCode);
      expect(places).toEqual(['CNSHA', 'BEANR']);
      expect(foldJourney([back, ...order])).toMatchObject({ status: 'loaded', milestones: [{ code: 'loaded' }] });
    }
    // Another carrier's id, another kind of event, and no id at all are none of it.
    const others = [
      event({ ...discharged, carrierId: 'car_2', at: 50 * HOUR }),
      event({ ...discharged, code: 'GTIN', at: 60 * HOUR }),
      event({ code: 'DISC', at: 500 * 24 * HOUR }),
    ];
    expect(foldJourney([back, ...log, ...others]).milestones.map(({ code }) => code)).toEqual([
      'loaded',
      'discharged',
      'gate_in',
      'discharged',
    ]);
  });

  it('keeps the estimate beside the actual', () => {
    const arrival = { family: 'TRANSPORT', code: 'ARRI', location: { unLocationCode: 'NLRTM' } } as const;
    const [milestone] = foldJourney([
      event({ ...arrival, classifier: 'EST', at: 100 }),
      event({ ...arrival, at: 130 }),
    ]).milestones;
    expect(milestone).toMatchObject({ classifier: 'ACT', at: 130, estimatedAt: 100 });
  });
});

describe('contentKey', () => {
  it('ignores the event id and the creation time, and notices every other difference', () => {
    const base = journey[2]!;
    expect(contentKey({ ...base, carrierEventId: 'x', createdAt: 99 })).toBe(contentKey(base));
    for (const change of [{ at: 1 }, { code: 'DISC' }, { classifier: 'PLN' as const }, { voyage: '2' }]) {
      expect(contentKey({ ...base, ...change })).not.toBe(contentKey(base));
    }
  });

  it('of a position covers all that it says, to the millisecond', () => {
    const base = { v: 1, kind: 'position', container: 'CSQU3054383', at: 1_000, lat: 20.1, lon: 38.5 } as const;
    const said = [
      base,
      { ...base, at: 1_001 },
      { ...base, speedKnots: 12 },
      { ...base, courseDeg: 12 },
      { ...base, sensors: { temperatureC: 12 } },
      { ...base, sensors: { humidityPct: 12 } },
      { ...base, sensors: { temperatureC: 12, shockG: 9 } },
      { ...base, sensors: { doorOpen: false } },
    ];
    expect(new Set(said.map(contentKey)).size).toBe(said.length);
    expect(contentKey({ ...base, sensors: { shockG: 9, temperatureC: 12 } })).toBe(contentKey(said[6]!));
  });
});
