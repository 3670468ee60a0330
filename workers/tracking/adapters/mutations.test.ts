/** Whatever a file holds: bodies of every format, damaged at random, are read or refused item by item, and nothing throws. */
import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { canonicalEventSchema } from '../../../contracts/tracking/events.ts';
import { QUARANTINE_RAW_MAX_CHARS } from '../../../platform/limits.ts';
import { checkItems, type Known } from '../features/ingest-items.ts';
import { readBodyText } from './body-text.ts';
import { ADAPTERS } from './registry.ts';
import { context, gateIn } from './test-samples.ts';

/** Of each format, half in bytes and half in what they say. */
const MUTATIONS = 10_000;

const transport = {
  eventType: 'TRANSPORT',
  transportEventTypeCode: 'ARRI',
  eventClassifierCode: 'EST',
  eventDateTime: '2026-05-20T06:00:00+02:00',
  eventCreatedDateTime: '2026-05-01T12:00:00Z',
  transportCall: {
    transportCallID: 'TC-1',
    UNLocationCode: 'NLRTM',
    facilityCode: 'RTMECT',
    modeOfTransport: 'VESSEL',
    exportVoyageNumber: '048W',
    vessel: { vesselIMONumber: 9321483, vesselName: 'MSC GULSUN' },
    location: { latitude: '51.95', longitude: '4.1' },
  },
  references: [{ referenceType: 'EQ', referenceValue: 'CSQU3054383' }],
  documentReferences: [{ documentReferenceType: 'BKG', documentReferenceValue: 'BK-4711' }],
};
const draft = {
  eventID: 'evt-1',
  eventDateTime: '2026-05-20T06:00:00Z',
  eventUpdatedDateTime: '2026-05-20T06:05:00Z',
  eventLocation: { UNLocationCode: 'NLRTM', geoCoordinate: { latitude: '51.95', longitude: '4.1' } },
  eventClassification: { eventType: 'REEFER', eventClassifier: 'ACTUAL', reeferEventType: 'MEASURED' },
  shipmentDetails: { documentReference: { type: 'BOOKING', reference: 'BK-4711' } },
  transportDetails: { transportCall: { modeOfTransport: 'VESSEL', vesselTransport: { vesselName: 'MSC GULSUN' } } },
  equipmentDetails: { equipmentReference: 'CSQU3054383', ISOEquipmentCode: '45R1' },
  reeferDetails: { measuredParameters: { temperatureValue: -18.2, temperatureUnit: 'CEL' } },
};
const fix = {
  device: 'dev-1',
  time: '2026-05-20T06:00:00Z',
  latitude: 51.9,
  longitude: 4.1,
  temperature: -18.2,
  shock: 0.4,
};

/** Well-formed bodies of each format, in the shapes that feeds have. */
const BODIES = {
  dcsa: [
    JSON.stringify([gateIn, transport]),
    JSON.stringify({ events: [transport, { ...gateIn, isRetracted: true }] }),
    JSON.stringify({ transportEvents: [transport], equipmentEvents: [gateIn] }),
    JSON.stringify({ specversion: '1.0', type: 'x', data: gateIn }),
  ],
  dcsa3_draft: [
    JSON.stringify({ events: [draft, { ...draft, isRetracted: true }] }),
    JSON.stringify([
      { ...draft, eventClassification: undefined, equipmentEventInfo: { equipmentEventTypeCode: 'LOAD' } },
    ]),
    JSON.stringify({ metadata: { eventID: 'e-1' }, payload: draft }),
  ],
  milestones_table: [
    'container,event,time,place,latitude,longitude,empty,booking\nCSQU3054383,LOAD,2026-05-20 06:00,NLRTM,51.9,"4,1",E,BK-4711',
    JSON.stringify({ container: 'CSQU3054383', event: 'gate_in', time: '2026-05-20', place: 'NLRTM', voyage: '048W' }),
  ],
  positions_table: [
    'device;time;latitude;longitude;temperature;door\ndev-1;2026-05-20T06:00:00Z;51,9;4,1;-18.2;open',
    JSON.stringify([fix, fix]),
  ],
  positions: [
    JSON.stringify([fix, { ...fix, container: 'CSQU3054383', device: undefined }]),
    [fix, fix, { ...fix, time: 1_795_000_000 }].map((each) => JSON.stringify(each)).join('\n'),
    JSON.stringify(fix),
  ],
} as const;

/** What damaged files are full of: other types, other encodings, numbers beyond their bounds, names of JavaScript's own. */
const TOKENS = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[[[[[[',
  '"',
  '\\',
  '\u0000',
  '\u2028',
  '\ud800',
  '1e999',
  '-0',
  '9007199254740993',
  '"__proto__"',
  '"constructor"',
  '"2026-02-30T25:61:61Z"',
  '"0000-00-00"',
  '"NaN"',
  ',',
  ':',
  '\n',
  '\r\n',
  '\ufeff',
  '"ACT"',
  '"EQ"',
  '"TRANSPORT"',
  '[null]',
  '{"events":',
  '99999999999999999999',
  '"\\u0000"',
] as const;

type Mutation = { at: number; kind: 'drop' | 'insert' | 'repeat' | 'flip'; length: number; token: number };
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  kind: fc.constantFrom('drop', 'insert', 'repeat', 'flip'),
  length: fc.integer({ min: 1, max: 40 }),
  token: fc.nat(TOKENS.length - 1),
});

function damaged(body: string, mutations: readonly Mutation[]): Uint8Array<ArrayBuffer> {
  let bytes = Buffer.from(body);
  for (const { at, kind, length, token } of mutations) {
    const i = Math.floor(at * bytes.length);
    const [before, after] = [bytes.subarray(0, i), bytes.subarray(i)];
    if (kind === 'drop') bytes = Buffer.concat([before, after.subarray(length)]);
    if (kind === 'repeat') bytes = Buffer.concat([before, after.subarray(0, length), after]);
    if (kind === 'insert') bytes = Buffer.concat([before, Buffer.from(TOKENS[token]!), after]);
    if (kind === 'flip' && bytes.length > 0) bytes[i] = bytes[i]! ^ (1 << (length % 8));
  }
  return new Uint8Array(bytes);
}

/** Values that stand where a feed should have another: each kind of JSON, and text that is nearly right. */
const VALUES: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    '',
    ' ',
    0,
    -1,
    1e300,
    [],
    {},
    '2026-02-30T00:00:00Z',
    '2026-05-20T06:00:00',
    '2026-05-20',
    'ACT',
    'est',
    'EQ',
    '1795000000',
    1_795_000_000,
    '91',
    -181,
    '51,9',
    'cnsha',
    'XXXXX',
    'MSCU1234565',
    'NULL',
    'x'.repeat(2_000),
    '\u0000',
  ),
);
type Replacement = { at: number; value: unknown; kind: 'replace' | 'remove' | 'rename' };
const replacement: fc.Arbitrary<Replacement> = fc.record({
  at: fc.nat(),
  value: VALUES,
  kind: fc.constantFrom('replace', 'replace', 'remove', 'rename'),
});

/** A body whose JSON is whole but says something else: members replaced, removed or renamed, anywhere. */
function altered(body: string, replacements: readonly Replacement[]): Uint8Array<ArrayBuffer> {
  // A table's cells are the members of its rows.
  if (!/^[[{]/.test(body)) return alteredTable(body, replacements);
  const lines = body.split('\n').map((line) => JSON.parse(line) as unknown);
  for (const { at, value, kind } of replacements) {
    const places: [holder: Record<string, unknown>, name: string][] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const name of Object.keys(node)) {
        places.push([node as Record<string, unknown>, name]);
        walk((node as Record<string, unknown>)[name]);
      }
    };
    walk(lines);
    if (places.length === 0) continue;
    const [holder, name] = places[at % places.length]!;
    // A copy: what is put in may be changed by the next.
    if (kind === 'replace') holder[name] = structuredClone(value);
    if (kind === 'rename') holder[name.toLowerCase()] = holder[name];
    if (kind !== 'replace' && !Array.isArray(holder)) delete holder[name];
  }
  return new Uint8Array(Buffer.from(lines.map((line) => JSON.stringify(line ?? null)).join('\n')));
}

function alteredTable(body: string, replacements: readonly Replacement[]): Uint8Array<ArrayBuffer> {
  const { data, meta } = Papa.parse<string[]>(body);
  for (const { at, value, kind } of replacements) {
    const row = data[at % data.length]!;
    const i = (at >> 4) % (row.length || 1);
    if (kind === 'replace') row[i] = typeof value === 'string' ? value : JSON.stringify(value);
    else if (kind === 'remove') row.splice(i, 1);
    else row.push(row[i] ?? '');
  }
  return new Uint8Array(Buffer.from(Papa.unparse(data, { delimiter: meta.delimiter })));
}

const KNOWN: Known = {
  bookings: new Map([['BK-4711', ['CSQU3054383']]]),
  pairings: [{ deviceId: 'dev-1', number: 'CSQU3054383', fromAt: 0, untilAt: null }],
  unclaimed: new Set(),
  ignored: new Set(),
  awaits: true,
};

/** Reads a body as the ingress does; answers how many items were taken. */
function read(format: keyof typeof BODIES, body: Uint8Array, contentType: string): number {
  const text = readBodyText(body);
  if ('unreadable' in text) return 0;
  const report = (index: number, error: unknown): never => {
    throw new Error(`item ${index} met a defect: ${String(error)}`);
  };
  const result = ADAPTERS[format].parse(text.text, contentType, { ...context, report });
  if ('unreadable' in result) {
    expect(result.unreadable).not.toBe('');
    return 0;
  }
  const { events, waiting, rejected } = checkItems(result.items, KNOWN);
  for (const { pointer, code, detail, raw } of rejected) {
    expect(pointer === '' || pointer.startsWith('/')).toBe(true);
    expect(code).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(detail).not.toBe('');
    expect(raw.length).toBeLessThanOrEqual(QUARANTINE_RAW_MAX_CHARS);
  }
  const told = new Set([...[...events, ...rejected].map(({ index }) => index), ...waiting]);
  expect(told.size).toBe(result.items.length);
  for (const { key: _key, origin: _origin, index: _index, ...event } of events) {
    // It crosses a queue and SQLite as JSON: nothing of it may be lost on the way.
    expect(canonicalEventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  }
  return events.length;
}

const CONTENT_TYPES = fc.constantFrom('application/json', 'application/x-ndjson', 'text/plain', '');
const FORMATS = Object.keys(BODIES) as (keyof typeof BODIES)[];

it.each(FORMATS)('of %s, a body whose bytes are damaged is read or refused item by item', (format) => {
  const body = fc.constantFrom<string>(...BODIES[format]);
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(body, mutations, CONTENT_TYPES, (text, damage, type) => void read(format, damaged(text, damage), type)),
    { numRuns: MUTATIONS / 2 },
  );
});

it.each(FORMATS)('of %s, a body that says something else is read or refused item by item', (format) => {
  let taken = 0;
  const body = fc.constantFrom<string>(...BODIES[format]);
  fc.assert(
    fc.property(body, fc.array(replacement, { minLength: 1, maxLength: 6 }), CONTENT_TYPES, (text, changes, type) => {
      taken += read(format, altered(text, changes), type);
    }),
    { numRuns: MUTATIONS / 2 },
  );
  // Changes that no item survives would show nothing of events that are taken.
  expect(taken).toBeGreaterThan(MUTATIONS / 50);
});

it('an item that is nested beyond all measure is refused, and its neighbours are taken', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  for (const nested of [deep(100), deep(200_000), `{"a":${deep(60)}}`]) {
    const body = `[${JSON.stringify(gateIn)},{"eventType":"EQUIPMENT","remarks":${nested}}]`;
    const result = ADAPTERS.dcsa.parse(body, 'application/json', context);
    expect(result).toMatchObject({ items: [{ index: 0 }, { fault: { code: 'item.too_deep' } }] });
    expect('items' in result && checkItems(result.items, KNOWN).rejected).toHaveLength(1);
  }
});
