import { describe, expect, it } from 'vitest';
import { positions } from './positions.ts';
import { context, json } from './test-samples.ts';

describe('positions', () => {
  const fix = { container: 'CSQU3054383', time: '2026-05-01T10:00:00Z', latitude: '1.5', longitude: 103.8 };

  it('reads JSON and NDJSON, and loses no line to a broken neighbour', () => {
    const text = `${JSON.stringify(fix)}\n{broken\n${JSON.stringify({ ...fix, latitude: 91 })}\n`;
    const result = positions.parse(text, 'application/x-ndjson', context);
    expect('items' in result && result.items.map((i) => ('events' in i ? 'ok' : i.fault.code))).toEqual([
      'ok',
      'item.not_json',
      'position.latitude_invalid',
    ]);
  });

  it('treats the AIS "not available" values as absent and refuses the future', () => {
    const result = positions.parse(
      JSON.stringify([
        { ...fix, speed: 102.3, course: 511, door: 'OPEN' },
        { ...fix, time: '2026-06-01T00:11:00Z' },
      ]),
      json,
      context,
    );
    if ('unreadable' in result) throw new Error('unreadable');
    expect(result.items[0]).toMatchObject({ events: [{ sensors: { doorOpen: true } }] });
    expect(result.items[0]).not.toHaveProperty('events.0.speedKnots');
    expect(result.items[1]).toMatchObject({ fault: { code: 'position.in_future' } });
  });
});

it('of a clock that was never set are refused at their time', () => {
  for (const time of ['1969-12-31T23:59:59Z', '0099-01-01T00:00:00Z', 0, '0000000000', '1970-01-01T00:00:00+01:00']) {
    const said = { container: 'CSQU3054383', time, latitude: 1, longitude: 1 };
    expect(positions.parse(JSON.stringify([said]), json, context)).toMatchObject({
      items: [{ fault: { pointer: '/time', code: 'position.time_invalid' } }],
    });
  }
});

describe('readings', () => {
  const fix = { container: 'CSQU3054383', time: '2026-05-01T10:00:00Z', latitude: 1.5, longitude: 103.8 };
  const readOf = (sensors: object) => {
    const result = positions.parse(JSON.stringify({ ...fix, ...sensors }), json, context);
    const [item] = 'items' in result ? result.items : [];
    if (!item || !('events' in item)) throw new Error('the position was refused');
    return { event: item.events[0], warned: (item.warnings ?? []).map(({ pointer }) => pointer) };
  };

  it('that no sensor can have made are left out with a warning, and the position stays', () => {
    for (const bad of [-127, 85, '-127.0', 'n/a', 1e9]) {
      expect(readOf({ temperature: bad, humidity: 60 })).toEqual({
        event: expect.objectContaining({ lat: 1.5, sensors: { humidityPct: 60 } }),
        warned: ['/temperature'],
      });
    }
    const none = readOf({ humidity: 101.5, shock: -0.2, door: 'ajar' });
    expect(none.event).not.toHaveProperty('sensors');
    expect(none.warned).toEqual(['/humidity', '/shock', '/door']);
    for (const door of [{}, [], 7, 'constructor', 'toString', '__proto__']) {
      expect(readOf({ door })).toEqual({ event: expect.not.objectContaining({ sensors: {} }), warned: ['/door'] });
    }
  });

  it('at the ends of what can be are readings, and an absence is no fault', () => {
    const good = readOf({ temperature: -25, humidity: 100, shock: 0, door: 'Closed', speed: null });
    expect(good.event).toMatchObject({ sensors: { temperatureC: -25, humidityPct: 100, shockG: 0, doorOpen: false } });
    expect([...good.warned, ...readOf({ temperature: null, humidity: null }).warned]).toEqual([]);
  });
});
