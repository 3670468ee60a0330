import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Sensors } from '../journey/event.ts';
import { judgeReadings, type Reading } from './readings.ts';
import type { Alert } from './rules.ts';

const RANGE = { min: -20, max: -16 };
const read = (at: number, sensors: Sensors): Reading => ({ at, sensors });
/** Judges batches one after the other, as they come. */
function judge(...batches: Reading[][]): { alerts: Alert[]; raised: Alert[] } {
  let state = { alerts: [] as Alert[], window: [] as Reading[] };
  const raised: Alert[] = [];
  for (const batch of batches) {
    const next = judgeReadings(state.alerts, state.window, batch, RANGE);
    raised.push(...next.raised);
    state = next;
  }
  return { alerts: state.alerts, raised };
}
const inShort = ({ alerts }: { alerts: Alert[] }) =>
  alerts.map(({ kind, raisedAt, clearedAt }) => `${kind} ${raisedAt}-${clearedAt ?? ''}`);

it('a temperature counts when two readings in a row are out of range, until it is well inside again', () => {
  const warm = (at: number, temperatureC: number) => read(at, { temperatureC });
  expect(inShort(judge([warm(1, -10), warm(2, -18)]))).toEqual([]);
  expect(inShort(judge([warm(1, -10), warm(2, -11)], [warm(3, -16.2)], [warm(4, -18)]))).toEqual(['temperature 2-4']);
  // A reading without a temperature is no word on it.
  expect(inShort(judge([warm(1, -10), warm(2, -11), read(3, { humidityPct: 50 })]))).toEqual(['temperature 2-']);
});

it('a shock and a door are known from one reading, and a batch does not hide the shock in its middle', () => {
  const { alerts, raised } = judge([read(1, { shockG: 0.1 }), read(2, { shockG: 9 }), read(3, { shockG: 0.2 })]);
  expect(inShort({ alerts })).toEqual(['shock 2-3']);
  expect(raised).toHaveLength(1);
  expect(inShort(judge([read(1, { doorOpen: true })], [read(5, { doorOpen: false })]))).toEqual(['door 1-5']);
});

it('a late reading is judged by its own time, and says that it came late', () => {
  const late = judge([read(10, { shockG: 0, temperatureC: -18 })], [read(5, { shockG: 9, temperatureC: 25 })]);
  expect(inShort(late)).toEqual(['shock 5-10']);
  expect(late.raised[0]!.detail).toContain('reported late');
  // What was told stays told once.
  const again = judge([read(5, { shockG: 9 })], [read(10, { shockG: 0 })], [read(7, { shockG: 8 })]);
  expect(inShort(again)).toEqual(['shock 5-10']);
  expect(again.raised).toHaveLength(1);
});

it('a reading older than the window is an alert of its own, whatever was raised between it and the window', () => {
  const calm = (from: number) => Array.from({ length: 70 }, (_, i) => read(from + i, { shockG: 0.1 }));
  const told = judge([read(10, { shockG: 9 }), read(11, { shockG: 0.1 })], calm(100), [read(5, { shockG: 8 })]);
  expect(inShort(told)).toEqual(['shock 5-10', 'shock 10-11']);
  expect(told.raised).toHaveLength(2);
});

it('readings within the window give the same alerts in whatever order and batches they come', () => {
  const anySensors = fc.record(
    {
      temperatureC: fc.constantFrom(-25, -18, -16.2, -10),
      shockG: fc.constantFrom(0, 9),
      doorOpen: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(anySensors, { maxLength: 30 }), fc.nat(), (list, cut) => {
      const readings = list.map((sensors, at) => read(at + 1, sensors));
      const at = cut % (readings.length + 1);
      const batched = judge(readings.slice(0, at), readings.slice(at));
      expect(inShort(batched)).toEqual(inShort(judge(readings)));
    }),
  );
});
