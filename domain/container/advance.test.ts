import { describe, expect, it } from 'vitest';
import { NO_MODELS } from '../eta/state.ts';
import type { JourneyEvent } from '../journey/event.ts';
import type { PointTuple } from '../positions/chunk.ts';
import { foldContainer } from '../journey/truth.ts';
import { type Advance, advance, refreshEta } from './advance.ts';
import type { RegistrationFacts } from './registration.ts';
import { emptyMemory, summarize, upgradeMemory } from './state.ts';

const HOUR = 3_600_000;
const empty = emptyMemory('CSQU3054383', 'e1');
/** A straight sea: the destination lies at longitude 0, a degree is 60 nm. */
const base: Advance = {
  now: 1_000 * HOUR,
  points: [],
  present: null,
  changes: [],
  newEvents: 0,
  sea: {
    toGo: (_destination, _closed, _lat, lon) => Math.abs(lon) * 60,
    port: (code) => (code === 'CNSHA' ? { lat: 0, lon: 100 } : undefined),
    canalAhead: () => null,
  },
  models: NO_MODELS,
};
const point = (hour: number, lon: number, origin = hour): PointTuple => [hour * HOUR, 0, lon, 15, 270, null, origin];
const event = (over: Partial<JourneyEvent>): JourneyEvent => ({
  v: 1,
  kind: 'journey',
  container: 'CSQU3054383',
  family: 'TRANSPORT',
  code: 'DEPA',
  classifier: 'ACT',
  at: 0,
  atText: '',
  zoneSource: 'stated',
  createdAt: 0,
  carrierId: 'c',
  location: { unLocationCode: 'CNSHA' },
  ...over,
});

/** The journey that events tell of, as it was registered. */
function presentOf(events: JourneyEvent[], registration: RegistrationFacts | null = { destination: 'NLRTM' }) {
  const statements = events.map((said, order) => {
    return { key: `${order}`, event: said, sayings: [{ id: null, createdAt: said.createdAt, receivedAt: 0, order }] };
  });
  const known = registration ? [{ id: 'jrn_1', beganAt: 0, receivedAt: 0, booking: null, carrierId: null }] : [];
  const journey = foldContainer('CSQU3054383', { statements, snapshots: [] }, known).at(-1)!;
  return { journey: { ...journey, id: 'jrn_1' }, registration };
}

const registered = advance(empty, { ...base, now: 1, present: presentOf([]) }).memory;

describe('advance', () => {
  it('has no ETA before there is anything to estimate from', () => {
    expect(registered.state.eta).toBeNull();
    expect(registered.state.seq).toBe(1);
  });

  it('estimates from positions, in whatever order a batch brings them', () => {
    const points = [point(0, 100), point(4, 99), point(8, 98)];
    const forward = advance(registered, { ...base, now: 8 * HOUR, points }).memory;
    const backward = advance(registered, { ...base, now: 8 * HOUR, points: [...points].reverse() }).memory;
    expect(backward).toEqual(forward);
    expect(forward.state.eta!.p50).toBeGreaterThan(8 * HOUR);
    expect(forward.state.position!.lon).toBe(98);
    expect(forward.state.pointCount).toBe(3);
    expect(summarize(forward.state)).toMatchObject({ lon: 98, destination: 'NLRTM', version: 2 });
  });

  it('keeps the later position when an older one comes in', () => {
    const ahead = advance(registered, { ...base, now: 9, points: [point(8, 98)] }).memory;
    expect(advance(ahead, { ...base, now: 9, points: [point(2, 99.5)] }).memory.state.position!.lon).toBe(98);
  });

  it('estimates from a departure alone', () => {
    const { memory } = advance(registered, { ...base, present: presentOf([event({})]), newEvents: 1 });
    expect(memory.state.eta!.explanation).toMatchObject({
      leg: { from: 'CNSHA', to: 'NLRTM', progress: 0 },
      changed: 'first estimate',
    });
    expect(memory.state.onward.map(({ target }) => target)).toEqual(['discharge', 'gate_out', 'delivery']);
  });

  it('ends the ETA with the arrival', () => {
    const sailing = advance(registered, { ...base, points: [point(0, 100)] }).memory;
    const arrival = event({ code: 'ARRI', at: 9, location: { unLocationCode: 'NLRTM' } });
    const { state } = advance(sailing, { ...base, now: 10, present: presentOf([arrival]), newEvents: 1 }).memory;
    expect(state).toMatchObject({ eta: null, arrivedAt: 9, status: 'arrived' });
  });

  it('does not take the arrival of an earlier voyage for this one', () => {
    const log = [
      event({ code: 'ARRI', at: 1, voyage: '1', location: { unLocationCode: 'NLRTM' } }),
      event({ code: 'DEPA', at: 5, voyage: '3' }),
      event({ code: 'ARRI', classifier: 'EST', at: 99, voyage: '3', location: { unLocationCode: 'NLRTM' } }),
    ];
    const { state } = advance(registered, { ...base, now: 6, present: presentOf(log), newEvents: 3 }).memory;
    expect(state).toMatchObject({ arrivedAt: null, carrierEtaAt: 99 });
    expect(state.eta).not.toBeNull();
  });

  it('keeps an arrival when the vessel sails on', () => {
    const arrived = event({ code: 'ARRI', at: 9, location: { unLocationCode: 'NLRTM' } });
    const onward = event({ at: 20, location: { unLocationCode: 'NLRTM' } });
    const { state } = advance(registered, {
      ...base,
      present: presentOf([event({}), arrived, onward]),
      newEvents: 3,
    }).memory;
    expect(state).toMatchObject({ arrivedAt: 9, eta: null });
  });

  it('estimates however late the destination is said', () => {
    const departed = advance(empty, { ...base, present: presentOf([event({})], null), newEvents: 1 }).memory;
    const { memory } = advance(departed, { ...base, present: presentOf([event({})]) });
    expect(memory.state.eta).not.toBeNull();
  });

  it('is not led astray by an event from the future', () => {
    const log = [event({ at: 2_000 * HOUR })];
    const { memory } = advance(registered, {
      ...base,
      present: presentOf(log),
      newEvents: 1,
      points: [point(990, 50)],
    });
    expect(memory.eta!.leg!.track.at).toBe(990 * HOUR);
    expect(memory.state.asOf).toBeLessThanOrEqual(base.now);
  });

  it('shows the alerts of an ended journey as over, and raises none of them on the next', () => {
    const shocked: PointTuple = [1 * HOUR, 0, 90, null, null, { shockG: 9 }, 1];
    const first = advance(registered, { ...base, now: HOUR, points: [shocked] });
    const present = presentOf([event({})]);
    const other = { ...present, journey: { ...present.journey, id: 'another' } };
    const next = advance(first.memory, { ...base, now: 9 * HOUR, present: other });
    expect(next.memory.state.alerts).toMatchObject([{ kind: 'shock', clearedAt: 9 * HOUR }]);
    expect(next.raised).toEqual([]);
  });

  it('judges every reading of a batch, and no reading that comes too late', () => {
    const sensed = (hour: number, shockG: number): PointTuple => [hour * HOUR, 0, 90, null, null, { shockG }, hour];
    const first = advance(registered, { ...base, points: [sensed(1, 9), sensed(2, 0.1)] });
    expect(first.raised.map((alert) => alert.kind)).toEqual(['shock']);
    expect(first.memory.state.alerts[0]!.clearedAt).toBe(2 * HOUR);
    expect(advance(first.memory, { ...base, points: [sensed(1.5, 9)] }).raised).toEqual([]);
  });

  it('starts the progress anew when the destination changes', () => {
    const sailing = advance(registered, { ...base, points: [point(0, 100), point(4, 99)] }).memory;
    const { memory } = advance(sailing, { ...base, present: presentOf([], { destination: 'DEHAM' }) });
    expect(memory.state.eta!.location).toBe('DEHAM');
    expect(memory.eta!.leg!.track.observedHours).toBe(0);
    expect(memory.state.eta!.explanation.changed).toBe('the destination changed from NLRTM to DEHAM');
  });
});

it('judges by a new range from the next readings on, and closes what is inside of it', () => {
  const sensed = (hour: number, temperatureC: number): PointTuple => [
    hour * HOUR,
    0,
    90,
    null,
    null,
    { temperatureC },
    hour,
  ];
  const range = (min: number, max: number) => presentOf([], { temperatureRangeC: { min, max } });
  const warm = advance(empty, { ...base, present: presentOf([], {}), points: [sensed(1, 20), sensed(2, 20)] }).memory;
  const narrow = advance(warm, { ...base, present: range(-20, -16) }).memory;
  const told = advance(narrow, { ...base, points: [sensed(3, 20), sensed(4, 20)] });
  expect(told.raised.map(({ kind }) => kind)).toEqual(['temperature']);
  const wide = advance(told.memory, { ...base, present: range(-20, 30) }).memory;
  expect(advance(wide, { ...base, points: [sensed(5, 20)] }).memory.state.alerts[0]!.clearedAt).toBe(5 * HOUR);
});

it('begins another journey with nothing of the one before but where the box is', () => {
  const sailing = advance(registered, { ...base, points: [point(0, 100), point(4, 99)] }).memory;
  const { journey } = presentOf([]);
  const present = { journey: { ...journey, id: 'jrn_2' }, registration: { destination: 'DEHAM' } };
  const { memory } = advance(sailing, { ...base, present });
  expect(memory.state).toMatchObject({ journeyId: 'jrn_2', registration: { destination: 'DEHAM' }, milestones: [] });
  expect(memory.state.position!.lon).toBe(99);
  expect(memory.eta!.journey).toBe(sailing.eta!.journey + 1);
});

describe('refreshEta', () => {
  it('widens the interval as silence grows, and has nothing to do without an ETA', () => {
    expect(refreshEta(registered, { ...base, now: 5 })).toBeNull();
    const sailing = advance(registered, { ...base, points: [point(0, 100), point(4, 99)], now: 4 * HOUR }).memory;
    const later = refreshEta(sailing, { ...base, now: 100 * HOUR })!.memory.state.eta!;
    const then = sailing.state.eta!;
    expect(later.p90 - later.p10).toBeGreaterThan(then.p90 - then.p10);
  });
});

describe('upgradeMemory', () => {
  it('drops what an earlier version remembered of the ETA, and keeps the rest', () => {
    const { eta: _, ...old } = registered;
    const { onward: __, ...state } = registered.state;
    const stored = { ...old, track: { paceKnots: 15 }, state: { ...state, eta: { p50: 1 } } };
    expect(upgradeMemory(stored as unknown as typeof registered)).toEqual({ ...registered, eta: null });
    expect(upgradeMemory(registered)).toEqual(registered);
  });
});
