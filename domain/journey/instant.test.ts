import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseInstant } from './instant.ts';

it('reads stated offsets, port zones and naked times, and says which', () => {
  const iso = (text: string, zone: string | null = null) => {
    const parsed = parseInstant(text, zone);
    return parsed && [new Date(parsed.at).toISOString(), parsed.zoneSource];
  };
  expect(iso('2026-03-01T10:00:00+08:00')).toEqual(['2026-03-01T02:00:00.000Z', 'stated']);
  expect(iso('2026-03-01T10:00:00-0530')).toEqual(['2026-03-01T15:30:00.000Z', 'stated']);
  expect(iso('2026-03-01 10:00')).toEqual(['2026-03-01T10:00:00.000Z', 'assumed_utc']);
  expect(iso('2026-07-01T10:00:00', 'Europe/Amsterdam')).toEqual(['2026-07-01T08:00:00.000Z', 'port']);
  expect(iso('2026-01-01T10:00:00', 'Europe/Amsterdam')).toEqual(['2026-01-01T09:00:00.000Z', 'port']);
  expect(iso('2026-03-01T10:00:00+08')).toEqual(['2026-03-01T02:00:00.000Z', 'stated']);
  expect(iso('2026-03-01T10:00:00+14:00')).toEqual(['2026-02-28T20:00:00.000Z', 'stated']);
});

it('keeps milliseconds, and reads leap seconds and the end of a day', () => {
  const iso = (text: string) => new Date(parseInstant(text, null)!.at).toISOString();
  expect(iso('2026-03-01T10:00:00.123456789Z')).toBe('2026-03-01T10:00:00.123Z');
  expect(iso('2026-03-01T10:00:00.5Z')).toBe('2026-03-01T10:00:00.500Z');
  expect(iso('2016-12-31T23:59:60Z')).toBe('2017-01-01T00:00:00.000Z');
  expect(iso('2026-03-01T24:00:00Z')).toBe('2026-03-02T00:00:00.000Z');
});

it('reads the notations that feeds use beside RFC 3339', () => {
  const iso = (text: string, zone: string | null = null) => new Date(parseInstant(text, zone)!.at).toISOString();
  expect(iso('1772359200')).toBe('2026-03-01T10:00:00.000Z');
  expect(iso('1772359200250')).toBe('2026-03-01T10:00:00.250Z');
  expect(iso('20260301T100000Z')).toBe('2026-03-01T10:00:00.000Z');
  expect(iso('202603011000', 'Asia/Shanghai')).toBe('2026-03-01T02:00:00.000Z');
  expect(iso('20260301100030')).toBe('2026-03-01T10:00:30.000Z');
});

it('reads every instant that it is given back in its own words', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(1e12), max: new Date(4e12), noInvalidDate: true }), (date) => {
      for (const text of [date.toISOString(), String(date.getTime())]) {
        expect(parseInstant(text, 'Asia/Tokyo')).toEqual({ at: date.getTime(), zoneSource: 'stated' });
      }
    }),
  );
});

it('refuses what is no date', () => {
  for (const text of [
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T10:61:00Z',
    '2026-01-01T10:00:61Z',
    '2026-01-01T24:00:01Z',
    '2026-01-01T25:00Z',
    '2026-01-01T10:00:00+14:01',
    '2026-01-01T10:00:00-99:00',
    '2026-01-01T10:00:00+05:75',
    '2026-01-01',
    '0099-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+08:00',
    '0000000000',
    '0000000000000',
    '123456789',
    '20260230100000',
  ]) {
    expect(parseInstant(text, null)).toBeNull();
  }
});
