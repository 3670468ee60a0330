import { expect, it } from 'vitest';
import type { Journey } from '../journey/truth.ts';
import {
  addWord,
  factsAsOf,
  factsOf,
  heldBefore,
  journeyMeant,
  knownOf,
  type Registered,
  type SaidFacts,
  type SaidLayer,
  withdraw,
} from './registration.ts';

const layersOf = (...words: [source: string, said: SaidFacts, saidAt: number][]) =>
  words.reduce<SaidLayer[]>(
    (layers, [source, said, saidAt]) => addWord(layers, { source, said, saidAt }) ?? layers,
    [],
  );

it('a newer word replaces what it names and takes back by null; an older one only fills in', () => {
  const known: [string, SaidFacts, number] = ['tenant', { destination: 'NLRTM', reference: 'PO-1' }, 10];
  const then = (said: SaidFacts, saidAt: number) => factsOf(layersOf(known, ['tenant', said, saidAt]));
  expect(then({ destination: 'DEHAM' }, 20)).toEqual({ destination: 'DEHAM', reference: 'PO-1' });
  expect(then({ destination: 'DEHAM', origin: 'CNSHA' }, 5)).toEqual({ ...known[1], origin: 'CNSHA' });
  expect(then({ reference: null }, 20)).toEqual({ destination: 'NLRTM' });
  expect(then({ reference: null }, 5)).toEqual(known[1]);
  expect(addWord(layersOf(known), { source: 'tenant', said: { destination: 'NLRTM' }, saidAt: 20 })).toBeNull();
});

it('what a booking said goes with it, and what the tenant said stays', () => {
  const layers = layersOf(
    ['tenant', { reference: 'PO-1', destination: 'NLRTM' }, 10],
    ['bkg_1', { destination: 'DEHAM', promisedArrivalAt: '2026-12-01T00:00:00Z' }, 20],
  );
  expect(factsOf(layers)).toEqual({
    reference: 'PO-1',
    destination: 'DEHAM',
    promisedArrivalAt: '2026-12-01T00:00:00Z',
  });
  const left = withdraw(layers, 'bkg_1')!;
  expect(factsOf(left)).toEqual({ reference: 'PO-1', destination: 'NLRTM' });
  // Told once more, in whatever order, it says nothing.
  expect(addWord(left, { source: 'bkg_1', said: { destination: 'DEHAM' }, saidAt: 30 })).toBeNull();
  expect([withdraw(left, 'bkg_1'), withdraw(layers, 'bkg_2')]).toEqual([null, null]);
});

const journeyOf = (id: string, over: Partial<Journey> = {}): Journey =>
  ({ id, booking: null, endedAt: null, ...over }) as Journey;
const row = (id: string, facts: Registered['facts'], beganAt = 0): Registered => ({
  id,
  facts,
  beganAt,
  receivedAt: 0,
  layers: [],
});

it('a registration is about the present journey until that has ended, and about a new one then', () => {
  const known = [row('a', { reference: 'PO-1', destination: 'NLRTM' })];
  expect(journeyMeant([], [], { reference: 'PO-1' })).toBeNull();
  expect(journeyMeant([journeyOf('a')], known, { reference: 'PO-2' })).toBe('a');
  const ended = [journeyOf('a', { endedAt: 9 })];
  expect(journeyMeant(ended, known, { reference: 'PO-2', destination: 'USNYC' })).toBeNull();
  // The word that it was registered by, come again.
  expect(journeyMeant(ended, known, { reference: 'PO-1', destination: 'NLRTM' })).toBe('a');
});

it('a booking names its journey, and another booking another one', () => {
  const journeys = [journeyOf('a', { booking: 'B1' }), journeyOf('b', { booking: 'B2' })];
  const known = [row('a', { booking: 'B1' }), row('b', { bookingId: 'bkg_2' })];
  expect(journeyMeant(journeys, known, { booking: 'B1', reference: 'new' })).toBe('a');
  expect(journeyMeant(journeys, known, { booking: 'B2' })).toBe('b');
  expect(journeyMeant(journeys, known, { bookingId: 'bkg_2' })).toBe('b');
  expect(journeyMeant(journeys, known, { bookingId: 'bkg_3' })).toBeNull();
  expect(journeyMeant(journeys, known, {})).toBe('b');
});

it('an instant of beginning names its journey as well', () => {
  const known = [row('a', {}, 5)];
  expect(journeyMeant([journeyOf('a')], known, {}, 5)).toBe('a');
  expect(journeyMeant([journeyOf('a')], known, {}, 7)).toBeNull();
  expect(journeyMeant([journeyOf('auto')], [], {}, 7)).toBe('auto');
});

it('what held of a registration at an instant is told however often it was changed since', () => {
  const start: Registered = { id: 'j', facts: {}, layers: [], beganAt: 0, receivedAt: 0 };
  const change = (row: Registered, facts: Registered['facts'], at: number): Registered => {
    return { ...row, facts, before: heldBefore(row, facts, at) };
  };
  const first = change(start, { destination: 'NLRTM', booking: 'B1' }, 10);
  const second = change(change(first, first.facts, 15), { destination: 'DEHAM', booking: 'B1' }, 20);
  const at = (asOf?: number) => factsAsOf(second, asOf).destination;
  expect([at(9), at(10), at(19), at(20), at()]).toEqual([undefined, 'NLRTM', 'NLRTM', 'DEHAM', 'DEHAM']);
  expect(knownOf(second, 9).booking).toBeNull();
  expect(knownOf(second, 12).booking).toBe('B1');
  const many = Array.from({ length: 200 }).reduce<Registered>(
    (row, _, i) => change(row, { reference: `PO-${i}` }, i),
    start,
  );
  expect(many.before).toHaveLength(50);
});
