import { expect, it } from 'vitest';
import type { JourneyEvent } from './event.ts';
import { type RegisteredJourney, splitJourneys } from './journeys.ts';
import { inForce } from './log.ts';
import { event, HOUR, logOf } from './test-log.ts';

const DAY = 24 * HOUR;
const move = (code: string, day: number, over: Partial<JourneyEvent> = {}) => event({ code, at: day * DAY, ...over });
const trip = (from: number, over: Partial<JourneyEvent> = {}): JourneyEvent[] => [
  move('GTOT', from, { empty: true, ...over }),
  move('LOAD', from + 5, over),
  move('DISC', from + 30, over),
  move('GTIN', from + 40, { empty: true, ...over }),
];
/** The journeys in short: name, booking, the days of their statements, when they ended. */
function split(events: readonly JourneyEvent[], registered: readonly RegisteredJourney[] = []) {
  const standing = inForce(logOf(events.map((said, i) => ({ receivedAt: i, events: [said] }))));
  return splitJourneys(registered, standing)!.map(({ name, booking, statements, endedAt }) => {
    const days = statements.map((word) => word.event.at / DAY).sort((a, b) => a - b);
    return [name, booking, days, endedAt === null ? null : endedAt / DAY];
  });
}
const journey = (id: string, day: number, booking: string | null = null) => ({ id, beganAt: day * DAY, booking });

it('without registration and statements there is none; statements alone are one', () => {
  expect(split([])).toEqual([]);
  expect(split([], [journey('a', 1)])).toEqual([['a', null, [], null]]);
  expect(split(trip(0))).toEqual([[null, null, [0, 5, 30, 40], 40]]);
});

it('another begins with the next move of the box after its empty return', () => {
  expect(split([...trip(0), ...trip(60)])).toEqual([
    [null, null, [0, 5, 30, 40], 40],
    [null, null, [60, 65, 90, 100], 100],
  ]);
  // A second word on the return, minutes later, is no beginning; nor does an empty box that comes to a depot end anything.
  const again = move('GTIN', 40.01, { empty: true, carrierId: 'car_2', connectionId: 'con_2' });
  expect(split([...trip(0), again])).toHaveLength(1);
  expect(split([move('GTIN', 0, { empty: true }), ...trip(3)])).toHaveLength(1);
});

it('a registration begins one, and reaches back to the first move behind the end of the one before', () => {
  const known = [journey('a', 1), journey('b', 63)];
  expect(split([...trip(0), ...trip(60)], known)).toEqual([
    ['a', null, [0, 5, 30, 40], 40],
    ['b', null, [60, 65, 90, 100], 100],
  ]);
  // Registered once the box had begun anew: what came before is an older journey.
  expect(split([...trip(0), ...trip(60)], [journey('b', 63)])).toEqual([
    [null, null, [0, 5, 30, 40], 40],
    ['b', null, [60, 65, 90, 100], 100],
  ]);
});

it('a booking tells whose a statement is, whatever its time', () => {
  const late = move('INSP', 70, { bookings: ['B1'] });
  const words = [...trip(0, { bookings: ['B1'] }), ...trip(60, { bookings: ['B2'] }), late];
  expect(split(words, [journey('a', 0, 'B1')])).toEqual([
    ['a', 'B1', [0, 5, 30, 40, 70], 40],
    ['booking/B2', 'B2', [60, 65, 90, 100], 100],
  ]);
});

it('a booking is taken by the registered journey that it falls into, before or after its registration', () => {
  for (const day of [0, 3]) {
    expect(split(trip(1, { bookings: ['B1'] }), [journey('a', day)])).toEqual([['a', 'B1', [1, 6, 31, 41], 41]]);
  }
});

it('a second number for a journey that is under way, as of a carrier that shares the ship, is no second journey', () => {
  const own = trip(0, { bookings: ['B1'] });
  const partner = move('DEPA', 6, { family: 'TRANSPORT', bookings: ['X9'], carrierId: 'car_2', connectionId: 'con_2' });
  expect(split([...own, partner])).toEqual([['booking/B1', 'B1', [0, 5, 6, 30, 40], 40]]);
});

it('what ended before anything was said of the first booking is a journey of its own', () => {
  expect(split([...trip(1), ...trip(60, { bookings: ['B1'] })])).toEqual([
    [null, null, [1, 6, 31, 41], 41],
    ['booking/B1', 'B1', [60, 65, 90, 100], 100],
  ]);
});
