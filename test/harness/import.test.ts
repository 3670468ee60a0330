import { afterAll, beforeAll, expect, it } from 'vitest';
import Papa from 'papaparse';
import { bodiesOf, importFile, type ImportFile } from '../../scripts/support/import.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { event } from '../truth/lab.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

const BOX = 'CSQU3054383';
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const file = (text: string, more: Partial<ImportFile> = {}): ImportFile => ({
  bytes: bytesOf(text),
  format: 'dcsa',
  history: 'events',
  contentType: 'application/json',
  ...more,
});
const run = (of: ImportFile) =>
  importFile({ origin: platform.origin, api: tenant.admin, fetcher: fetchOf(platform) }, of);

it('takes a file in, registers what nobody has, and counts what was overridden, withdrawn and refused', async () => {
  const said = (day: string) => ({ eventCreatedDateTime: `2026-${day}T12:00:00Z` });
  const events = [
    event(BOX, 'LOAD', 'CNSHA', '03-10', { eventID: 'e1', ...said('03-10') }),
    event(BOX, 'LOAD', 'CNSHA', '03-11', { eventID: 'e1', ...said('03-12') }),
    event(BOX, 'DISC', 'NLRTM', '04-20', { eventID: 'e2', ...said('04-20') }),
    event(BOX, 'DISC', 'NLRTM', '04-20', { eventID: 'e2', ...said('04-21'), isRetracted: true }),
    event(BOX, 'DEPA', 'CNSHA', '03-12'),
    event(BOX, 'DEPA', 'CNSHA', '03-12'),
    { eventType: 'NONE' },
    7,
  ];
  const summary = await run(file(JSON.stringify({ events })));
  expect(summary).toMatchObject({
    items: 8,
    duplicates: 1,
    overridden: 1,
    withdrawn: 1,
    rejected: { 'event.type_unknown': 1, 'item.not_object': 1 },
    containers: 1,
  });
  expect(summary.accepted).toBe(5);
  const { status } = await tenant.admin.must('GET', `/v1/containers/${BOX}`);
  expect(status).toBe('departed');
});

it('takes any file: what is none of the format is refused with a reason', async () => {
  const files = ['', '{', 'ID;time\n1;2', '[]', 'null', '\u0000\u0001', '[[[[[[', '"text"', '{"events":{}}'];
  for (const text of files) {
    const summary = await run(file(text));
    expect([text, summary.accepted]).toEqual([text, 0]);
    expect([text, Object.keys(summary.rejected).length > 0 || summary.items === 0]).toEqual([text, true]);
  }
  const compressed = new Uint8Array(Buffer.from('1f8b08000000', 'hex'));
  expect(await run({ ...file(''), bytes: compressed })).toMatchObject({
    accepted: 0,
    rejected: { 'body.unreadable': 1 },
  });
});

it('splits what is too large for one delivery by its items, and a whole history not at all', () => {
  const items = Array.from({ length: 6_000 }, (_, i) => event(BOX, 'LOAD', 'CNSHA', '03-10', { eventID: `e${i}` }));
  const large = file(JSON.stringify(items));
  const bodies = bodiesOf(large).map(String);
  expect(bodies.length).toBeGreaterThan(1);
  expect(bodies.flatMap((body) => JSON.parse(body) as object[])).toEqual(items);
  for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_048_576);
  expect(() => bodiesOf({ ...large, history: 'full' })).toThrow('cannot be split');
});

it('splits a table into parts that each have its header and no more than a delivery takes, whatever its delimiter', () => {
  const remark = 'ü; "wide"'.repeat(150);
  const rows = Array.from({ length: 3_000 }, (_, i) => [BOX, 'LOAD', `2026-03-10 ${i}`, remark]);
  const text = Papa.unparse([['Box', 'Event', 'Time', 'Remark'], ...rows], { delimiter: ';' });
  const bodies = bodiesOf({ ...file(text), format: 'milestones_table' }).map(String);
  const read = bodies.map((body) => Papa.parse<string[]>(body).data);
  expect(read.flatMap(([, ...part]) => part)).toEqual(rows);
  expect(new Set(read.map(([header]) => header!.join()))).toEqual(new Set(['Box,Event,Time,Remark']));
  for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_048_576);
});
