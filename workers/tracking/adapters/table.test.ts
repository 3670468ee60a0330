import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../contracts/tracking/connection-options.ts';
import { DEFAULT_TABLE, type TableOptions } from '../../../contracts/tracking/table-options.ts';
import type { AdaptedItem } from './adapter.ts';
import { ADAPTERS } from './registry.ts';
import { context } from './test-samples.ts';

function read(
  format: 'milestones_table' | 'positions_table',
  text: string,
  table: Partial<TableOptions> = {},
): AdaptedItem[] {
  const options = { ...DEFAULT_OPTIONS, table: { ...DEFAULT_TABLE, ...table } };
  const result = ADAPTERS[format].parse(text, 'text/csv', { ...context, options });
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result.items;
}
const at = (text: string) => Date.parse(text);

describe('a table of milestones', () => {
  it('is read by the names of our fields, with DCSA codes and names of milestones', () => {
    const csv = [
      'container,event,time,place,vessel,voyage,booking,Remark',
      'CSQU3054383,LOAD,2026-05-01T10:00:00+08:00,CNSHA,MSC Gulsun,001E,BK1,"stowed, below deck"',
      'csqu 305438-3,Vessel Departed,2026-05-02 08:00,CNSHA,MSC Gulsun,001E,BK1,',
      'CSQU3054383,empty_returned,2026-05-30,NLRTM,,,,',
    ].join('\r\n');
    expect(read('milestones_table', csv, { events: { 'vessel  departed': { code: 'DEPA' } } })).toMatchObject([
      {
        events: [
          {
            container: 'CSQU3054383',
            family: 'EQUIPMENT',
            code: 'LOAD',
            classifier: 'ACT',
            at: at('2026-05-01T02:00:00Z'),
            location: { unLocationCode: 'CNSHA' },
            voyage: '001E',
            bookings: ['BK1'],
            details: { Remark: 'stowed, below deck' },
          },
        ],
      },
      { events: [{ family: 'TRANSPORT', code: 'DEPA', at: at('2026-05-02T00:00:00Z'), zoneSource: 'port' }] },
      { events: [{ code: 'GTIN', empty: true }], warnings: [{ code: 'time.day_only' }] },
    ]);
  });

  it('is read by a mapping: columns, words, dates with the day first, semicolons, commas for points', () => {
    const table: TableOptions = {
      columns: {
        container: 'Box',
        event: 'Was ist',
        time: 'Wann',
        latitude: 'Breite',
        longitude: 'Länge',
        empty: 'Leer',
      },
      events: { 'Tor raus': { code: 'GTOT' }, Ankunft: { code: 'ARRI', classifier: 'EST' } },
      dates: 'dmy',
    };
    const csv = [
      'Box;Was ist;Wann;Breite;Länge;Leer',
      'CSQU3054383;Tor raus;01.05.2026 22:30;51,95;4,05;no',
      'CSQU3054383;ankunft;2.6.2026 10:00 pm +0200;;;',
    ].join('\n');
    expect(read('milestones_table', csv, table)).toMatchObject([
      {
        events: [{ code: 'GTOT', empty: false, at: at('2026-05-01T20:30:00Z'), location: { unLocationCode: 'NLRTM' } }],
      },
      { events: [{ code: 'ARRI', classifier: 'EST', at: at('2026-06-02T20:00:00Z') }] },
    ]);
    const mdy = 'container\tevent\ttime\nCSQU3054383\tLOADED\t5/2/2026 1:05 PM Z';
    expect(read('milestones_table', mdy, { dates: 'mdy' })).toMatchObject([
      { events: [{ code: 'LOAD', at: at('2026-05-02T13:05:00Z') }] },
    ]);
  });

  it('may be lines of JSON, with members within others', () => {
    const lines = [{ ref: { box: 'CSQU3054383' }, what: 'DISC', time: '2026-05-20T10:00:00Z', place: 'NLRTM' }, 7].map(
      (line) => JSON.stringify(line),
    );
    const rows = read('milestones_table', [...lines, '{"broken'].join('\n'), {
      columns: { container: 'ref.box', event: 'what' },
    });
    expect(rows).toMatchObject([
      { events: [{ container: 'CSQU3054383', code: 'DISC' }] },
      { fault: { code: 'row.unreadable' } },
      { fault: { code: 'row.unreadable' } },
    ]);
  });

  it('refuses a row alone, naming the field, and a table without a column that it needs, naming those it has', () => {
    const csv = [
      'container,event,time',
      'CSQU3054383,Frobnicated,2026-05-01T10:00:00Z',
      'CSQU3054383,LOAD,sometime',
      ',LOAD,2026-05-01T10:00:00Z',
      'CSQU3054383,LOAD,2026-05-01T10:00:00Z',
    ].join('\n');
    expect(read('milestones_table', csv)).toMatchObject([
      { fault: { pointer: '/event', code: 'row.event_unknown' }, raw: { event: 'Frobnicated' } },
      { fault: { pointer: '/time', code: 'event.time_invalid' } },
      { fault: { code: 'event.unattributable' } },
      { events: [{ code: 'LOAD' }] },
    ]);
    const other = ADAPTERS.milestones_table.parse('box,event,time\nA,B,C', 'text/csv', context);
    expect(other).toEqual({
      unreadable: 'The header has no column "container" for container; it has box, event, time',
    });
  });
});

describe('a table that is not as it should be', () => {
  const head = 'container,event,time,empty,Remark';
  const row = (event: string, time: string, rest = ',') => `CSQU3054383,${event},${time},${rest}`;
  const good = row('LOAD', '2026-05-01T10:00:00Z');

  it('costs a row with a bad quote alone, and is refused where a quote never ends', () => {
    const bad = row('LOAD', '2026-05-02T10:00:00Z', ',"40" HC"');
    for (const text of [
      [head, bad, good, good],
      [head, '', bad, good, good],
    ].map((lines) => lines.join('\n'))) {
      expect(read('milestones_table', text).map((item) => ('fault' in item ? item.fault.code : 'taken'))).toEqual([
        'row.unreadable',
        'taken',
        'taken',
      ]);
    }
    const open = [head, row('LOAD', '2026-05-02T10:00:00Z', ',"said so'), good, good].join('\n');
    expect(ADAPTERS.milestones_table.parse(open, 'text/csv', context)).toEqual({
      unreadable: 'A quoted cell that begins in line 2 is never closed',
    });
  });

  it('says what of it cannot be read: cells, columns, words, hours', () => {
    const codes = (text: string, table: Partial<TableOptions> = {}) =>
      read('milestones_table', text, table).map((item) => ('fault' in item ? item.fault : 'taken'));
    expect(codes([head, `${good},,surplus`, good].join('\n'))).toMatchObject([{ code: 'row.unreadable' }, 'taken']);
    expect(codes([head, row('gate in', '2026-05-01T10:00:00Z', 'perhaps,')].join('\n'))).toMatchObject([
      { pointer: '/empty', code: 'row.empty_unknown' },
    ]);
    for (const hour of ['25:00 PM', '00:30 PM', '13:00 AM']) {
      expect(codes([head, row('LOAD', `01.05.2026 ${hour}`)].join('\n'), { dates: 'dmy' })).toMatchObject([
        { pointer: '/time', code: 'event.time_invalid' },
      ]);
    }
    const twice = ADAPTERS.milestones_table.parse('container,event,time,time\na,b,c,d', 'text/csv', context);
    expect(twice).toEqual({ unreadable: 'The header has two columns "time"' });
  });

  it('may have what spreadsheets and JSON write: a line for the delimiter, yes and no as such', () => {
    expect(
      read('milestones_table', ['sep=;', 'container;event;time', good.replaceAll(',', ';')].join('\r\n')),
    ).toHaveLength(1);
    const json = JSON.stringify({ container: 'CSQU3054383', event: 'GTIN', time: '2026-05-01', empty: true });
    expect(read('milestones_table', json)).toMatchObject([{ events: [{ code: 'GTIN', empty: true }] }]);
  });
});

it('a table of positions is read with its sensors, and its rows are refused alone', () => {
  const csv = [
    'Unit,UTC,Lat,Lon,temperature,door',
    'dev-1,2026-05-20T06:00:00Z,"51,9",4.1,-18.2,open',
    'dev-1,2026-05-20T07:00:00Z,95,4.1,,',
  ].join('\n');
  const columns = { device: 'Unit', time: 'UTC', latitude: 'Lat', longitude: 'Lon' };
  expect(read('positions_table', csv, { columns })).toMatchObject([
    { events: [{ device: 'dev-1', lat: 51.9, lon: 4.1, sensors: { temperatureC: -18.2, doorOpen: true } }] },
    { fault: { pointer: '/latitude', code: 'position.latitude_invalid' }, raw: { Lat: '95' } },
  ]);
});

it('times of positions without a zone are those of the connection', () => {
  const options = {
    ...DEFAULT_OPTIONS,
    defaultZone: 'Asia/Shanghai',
    table: { ...DEFAULT_TABLE, dates: 'dmy' as const },
  };
  const csv = 'container,time,latitude,longitude\nCSQU3054383,01.05.2026 10:00,30,122';
  expect(ADAPTERS.positions_table.parse(csv, 'text/csv', { ...context, options })).toMatchObject({
    items: [{ events: [{ at: at('2026-05-01T02:00:00Z') }] }],
  });
});
