import { describe, expect, it } from 'vitest';
import { detectTimeFormat, parseTime, requireRoles, resolveColumns } from './mapping.ts';

describe('resolveColumns', () => {
  it('finds columns by the names such files use', () => {
    expect(resolveColumns(['MMSI', 'BaseDateTime', 'LAT', 'LON', 'SOG', 'COG'], {})).toMatchObject({
      id: 'MMSI',
      time: 'BaseDateTime',
      lat: 'LAT',
      lon: 'LON',
      speed: 'SOG',
    });
    expect(resolveColumns(['ID', 'ais_pos_timestamp', 'longitude', 'latitude'], {})).toMatchObject({
      id: 'ID',
      time: 'ais_pos_timestamp',
    });
    expect(resolveColumns(['container', 'event code', 'un locode', 'event time'], {})).toMatchObject({
      milestone: 'event code',
      place: 'un locode',
      time: 'event time',
    });
  });

  it('takes the ship before the row’s own number, and the voyage where there is no ship', () => {
    expect(resolveColumns(['id', 'mmsi', 't'], {})).toMatchObject({ id: 'mmsi' });
    expect(resolveColumns(['voyage_id', 't'], {})).toMatchObject({ id: 'voyage_id', journey: 'voyage_id' });
    expect(resolveColumns(['id', 'voyage_id', 't'], {})).toMatchObject({ id: 'voyage_id', journey: 'voyage_id' });
    expect(resolveColumns(['id', 'voyage_id', 't'], { id: 'id' })).toMatchObject({ id: 'id' });
  });

  it('takes the named column before the usual one, and uses none twice', () => {
    const found = resolveColumns(['id', 'vessel', 'time'], { id: 'vessel' });
    expect(found).toMatchObject({ id: 'vessel', time: 'time' });
    expect(() => resolveColumns(['a'], { id: 'b' })).toThrow('no column "b"');
  });

  it('says which flag is missing', () => {
    expect(() => requireRoles({ id: 'a' }, ['id', 'lat'], ['a', 'b'])).toThrow('--lat-column NAME');
  });
});

describe('times', () => {
  it.each([
    ['2021-03-20 00:22', 'iso'],
    ['2021-03-20T00:22:00Z', 'iso'],
    ['2021-03-20T02:22:00+02:00', 'iso'],
    ['20/03/2021 00:22', 'dmy'],
    ['03/20/2021 00:22', 'mdy'],
    ['20.3.2021 00:22:00', 'dmy'],
    ['1616199720', 'epoch'],
    ['1616199720000', 'epoch'],
  ] as const)('reads %s as %s', (text, format) => {
    expect(parseTime(text, format)).toBe(Date.UTC(2021, 2, 20, 0, 22));
    expect(detectTimeFormat([text])).toBe(format);
  });

  it('decides the order of day and month by the whole sample', () => {
    expect(detectTimeFormat(['01/02/2021 00:00', '01/31/2021 00:00'])).toBe('mdy');
    expect(detectTimeFormat(['01/02/2021 00:00', '03/02/2021 00:00'])).toBe('dmy');
  });

  it('knows what is no time', () => {
    for (const text of ['', 'n/a', '32/13/2021 00:00']) expect(parseTime(text, 'dmy')).toBeNaN();
  });
});
