import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalEventSchema, telemetryMessageSchema, trackedEventSchema } from './events.ts';
import { isPosition, isTrackedPosition } from './position-check.ts';

const odd = fc.oneof(
  fc.constantFrom(undefined, null, '', 'x', true, Number.NaN, Number.POSITIVE_INFINITY, -0, 1.5, -1, 2 ** 53, [], {}),
  fc.double(),
  fc.string(),
);
const bounds = (least: number, most: number) =>
  fc.oneof(
    fc.double({ min: least, max: most, noNaN: true }),
    fc.constantFrom(least, most, least - 1e-9, most + 1e-9),
    odd,
  );
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

const sensors = fc.oneof(
  fc.record(
    {
      temperatureC: bounds(-100, 150),
      humidityPct: bounds(0, 100),
      shockG: bounds(0, 1_000),
      doorOpen: fc.oneof(fc.boolean(), odd),
      more: odd,
    },
    { requiredKeys: [] },
  ),
  odd,
);
const position = fc.record(
  {
    v: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, odd),
    kind: fc.oneof({ weight: 9, arbitrary: fc.constant('position') }, odd),
    container: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('CSQU3054383', 'ABCD', 'abcd', 'A\n12') }, odd),
    at: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0 }) }, fc.constantFrom(8.64e15, 8.64e15 + 1), odd),
    lat: bounds(-90, 90),
    lon: bounds(-180, 180),
    speedKnots: maybe(bounds(0, 200)),
    courseDeg: maybe(bounds(0, 360)),
    sensors: maybe(sensors),
  },
  { requiredKeys: ['v', 'kind', 'container', 'at', 'lat', 'lon'] },
);
const tracked = fc.record(
  {
    key: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('0123456789abcdef', 'short') }, odd),
    origin: fc.oneof({ weight: 9, arbitrary: fc.integer() }, odd),
    receivedAt: maybe(fc.oneof(fc.integer(), odd)),
    history: maybe(fc.oneof(fc.constant('full'), odd)),
    other: odd,
    constructor: odd,
  },
  { requiredKeys: ['key', 'origin'] },
);
const runs = { numRuns: 20_000 };

it('takes exactly the positions that the schema of events takes', () => {
  const taken = { yes: 0, no: 0 };
  fc.assert(
    fc.property(fc.oneof(position, odd), (value) => {
      const { success } = canonicalEventSchema.safeParse(value);
      taken[success ? 'yes' : 'no']++;
      expect(isPosition(value)).toBe(success);
    }),
    runs,
  );
  expect(Math.min(taken.yes, taken.no)).toBeGreaterThan(runs.numRuns / 100);
});

it('takes exactly those that the schema of messages takes', () => {
  fc.assert(
    fc.property(position, tracked, (one, more) => {
      const value = { ...one, ...more };
      expect(isTrackedPosition(value)).toBe(trackedEventSchema.safeParse(value).success);
    }),
    runs,
  );
});

it('leaves messages with other events, and with what is no event, to the schema', () => {
  const at = {
    v: 1,
    kind: 'position',
    container: 'CSQU3054383',
    at: 1,
    lat: 1,
    lon: 2,
    key: '0'.repeat(16),
    origin: 1,
  };
  const snapshot = { ...at, kind: 'snapshot', lat: undefined, lon: undefined, at: undefined };
  const message = { v: 1, tenantId: 't', connectionId: 'c', dispatchId: 1, correlationId: 'i', events: [at] };
  const { lat: _lat, lon: _lon, at: _at, ...rest } = snapshot;
  const events = [at, { ...rest, connectionId: 'c', receipt: 1, rows: [] }];
  expect(telemetryMessageSchema.parse({ ...message, events }).events).toEqual(events);
  expect(telemetryMessageSchema.safeParse({ ...message, events: [{ ...at, lat: 91 }] }).success).toBe(false);
});
