import { expect, it } from 'vitest';
import { wants } from './filter.ts';

const all = { types: [], carrierIds: [], lanes: [] };
const event = {
  type: 'container.milestone',
  data: { carrierId: 'car_1', origin: 'CNSHA', destination: 'NLRTM' },
};

it('wants all that no list names', () => {
  expect(wants(all, event)).toBe(true);
  expect(wants(all, { type: 'booking.confirmed', data: {} })).toBe(true);
});

it('filters by type, carrier and lane, all of them', () => {
  expect(wants({ ...all, types: ['container.milestone'] }, event)).toBe(true);
  expect(wants({ ...all, types: ['container.eta'] }, event)).toBe(false);
  expect(wants({ ...all, carrierIds: ['car_2', 'car_1'] }, event)).toBe(true);
  expect(wants({ ...all, carrierIds: ['car_2'] }, event)).toBe(false);
  expect(wants({ ...all, lanes: [{ origin: 'CNSHA', destination: null }] }, event)).toBe(true);
  expect(wants({ ...all, lanes: [{ origin: null, destination: 'NLRTM' }] }, event)).toBe(true);
  expect(wants({ ...all, lanes: [{ origin: 'CNSHA', destination: 'DEHAM' }] }, event)).toBe(false);
  expect(wants({ types: ['container.milestone'], carrierIds: ['car_2'], lanes: [] }, event)).toBe(false);
});

it('does not take what is unknown for what is asked', () => {
  const unknown = { type: 'container.milestone', data: { carrierId: null, origin: 'CNSHA', destination: null } };
  expect(wants({ ...all, carrierIds: ['car_1'] }, unknown)).toBe(false);
  expect(wants({ ...all, lanes: [{ origin: null, destination: 'NLRTM' }] }, unknown)).toBe(false);
  expect(wants({ ...all, lanes: [{ origin: 'CNSHA', destination: null }] }, unknown)).toBe(true);
});
