import { expect, it } from 'vitest';
import type { Journey } from '../journey/truth.ts';
import { journeyMeant, mergeFacts, type Registered } from './registration.ts';

it('a newer word replaces what it names and takes back by null; an older one only fills in', () => {
  const known = { destination: 'NLRTM', reference: 'PO-1' };
  expect(mergeFacts(known, { destination: 'DEHAM' }, true)).toEqual({ ...known, destination: 'DEHAM' });
  expect(mergeFacts(known, { destination: 'DEHAM', origin: 'CNSHA' }, false)).toEqual({ ...known, origin: 'CNSHA' });
  expect(mergeFacts(known, { reference: null }, true)).toEqual({ destination: 'NLRTM' });
  expect(mergeFacts(known, { destination: 'NLRTM' }, true)).toBeNull();
  expect(mergeFacts(known, { reference: null }, false)).toBeNull();
});

const journeyOf = (id: string, over: Partial<Journey> = {}): Journey =>
  ({ id, booking: null, endedAt: null, ...over }) as Journey;
const row = (id: string, facts: Registered['facts'], beganAt = 0): Registered => ({
  id,
  facts,
  beganAt,
  receivedAt: 0,
  saidAt: 0,
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
