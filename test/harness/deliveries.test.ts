/** What becomes of what carriers and devices say, over the front door. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let positions: { id: string; scheme: string; secret: string };

const raw = (body: string | Buffer<ArrayBuffer>, connection = positions) =>
  postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });

const settled = (receiptId: string) =>
  until('the receipt settles', async () => {
    const receipt = await tenant.admin.must('GET', `/v1/receipts/${receiptId}`);
    return receipt.settled ? receipt : null;
  });

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  positions = await tenant.admin.must('POST', '/v1/connections', {
    name: 'Positions',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
});
afterAll(() => platform?.close());

it('keeps two readings of one place and second, and says what it left out of a third', async () => {
  const [here, number] = [{ latitude: 20.1, longitude: 38.5 }, 'TGHU7654321'];
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number, carrierId: tenant.carrierId }] });
  const answer = await raw(
    JSON.stringify([
      { container: number, time: '2026-01-10T00:00:00Z', ...here, temperature: -18 },
      { container: number, time: '2026-01-10T00:00:00Z', ...here, temperature: 4, shock: 9 },
      { container: number, time: '2026-01-10T00:00:00.250Z', ...here, temperature: -127, humidity: 50 },
      { container: number, time: '2026-01-10T00:00:00.250Z', ...here, temperature: -127, humidity: 50 },
    ]),
  );
  const left = [
    { index: 2, pointer: '/temperature', code: 'reading.implausible' },
    { index: 3, pointer: '/temperature', code: 'reading.implausible' },
  ];
  expect(answer.body).toMatchObject({ accepted: 3, duplicates: 1, rejected: [], warnings: left });
  const receipt = await settled(answer.body.receiptId);
  expect(receipt).toMatchObject({ counts: { applied: 3, duplicate: 1 }, warnings: left });
  const track = await tenant.admin.all(`/v1/containers/${number}/positions`);
  expect(track.map(({ at, sensors }) => [at, sensors])).toEqual([
    ['2026-01-10T00:00:00.000Z', { temperatureC: -18 }],
    ['2026-01-10T00:00:00.000Z', { temperatureC: 4, shockG: 9 }],
    ['2026-01-10T00:00:00.250Z', { humidityPct: 50 }],
  ]);
});

it('a body that cannot be read is kept, zipped or not; zipped ones and other encodings are read', async () => {
  const broken = gzipSync('[]').subarray(0, 12);
  for (const [body, code, kept] of [
    ['{"positions": [broken', 'body.unreadable', '{"positions": [broken'],
    [gzipSync('nothing like it'), 'body.unreadable', 'nothing like it'],
    [gzipSync(''), 'body.unreadable', ''],
    [broken, 'body.unreadable', `data:application/gzip;base64,${broken.toString('base64')}`],
    ['[]', 'body.empty', '[]'],
    ['{"positions":[]}', 'body.empty', '{"positions":[]}'],
    [`[${'0,'.repeat(5_000)}0]`, 'body.too_many_items', `[${'0,'.repeat(2_047)}0`],
  ] as const) {
    const refused = await raw(body);
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, code]);
    const receipt = await tenant.admin.must('GET', `/v1/receipts/${refused.body.receiptId}`);
    expect(receipt).toMatchObject({ settled: true, counts: { rejected: 1 } });
    const { items } = await tenant.admin.must('GET', `/v1/quarantine?connectionId=${positions.id}&limit=1`);
    expect(items[0]).toMatchObject({ receiptId: receipt.id, code, raw: kept });
  }
  const said = JSON.stringify({ container: 'MSKU1234565', time: '2026-01-09T00:00:00Z', latitude: 30, longitude: 124 });
  expect((await raw(gzipSync(said))).body).toMatchObject({ accepted: 1, duplicates: 0, warnings: [] });
  expect((await raw(Buffer.from(said, 'utf16le'))).body).toMatchObject({ accepted: 0, duplicates: 1 });
});

it('a carrier corrects a place, takes an event back, and what lies ahead has not happened', async () => {
  const dcsa = await tenant.admin.must('POST', '/v1/connections', {
    name: 'Corrections',
    carrierId: tenant.carrierId,
    format: 'dcsa',
    scheme: 'dcsa',
  });
  const number = 'TCLU1234568';
  await tenant.admin.must('POST', '/v1/containers', {
    containers: [{ number, origin: 'CNSHG', destination: 'NLRTM' }],
  });
  const say = async (code: string, place: string, eventDateTime: string, created: string, more: object = {}) => {
    const event = {
      eventType: 'EQUIPMENT',
      equipmentEventTypeCode: code,
      eventClassifierCode: 'ACT',
      emptyIndicatorCode: 'LADEN',
      equipmentReference: number,
      eventLocation: { UNLocationCode: place },
      eventDateTime,
      eventCreatedDateTime: created,
      ...more,
    };
    const { body } = await raw(JSON.stringify(event), dcsa);
    await settled(body.receiptId);
    const view = await tenant.admin.must('GET', `/v1/containers/${number}`);
    const places = view.milestones.map((m: any) => `${m.code} ${m.location.unLocationCode} ${m.classifier}`);
    return [view.status, ...places];
  };
  const loaded = 'loaded CNSHA ACT';
  expect(await say('LOAD', 'CNSGH', '2026-01-05T00:00:00Z', '2026-01-05T01:00:00Z')).toEqual(['loaded', loaded]);
  const id = { eventID: 'p1-of-the-carrier' };
  const [first, second] = ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'];
  expect(await say('DISC', 'NLRTM', first, first, id)).toEqual(['discharged', loaded, 'discharged NLRTM ACT']);
  expect(await say('DISC', 'BEANR', first, second, id)).toEqual(['discharged', loaded, 'discharged BEANR ACT']);
  // The older word, said once more, is none.
  expect(await say('DISC', 'NLRTM', first, first, id)).toEqual(['discharged', loaded, 'discharged BEANR ACT']);
  const back = { ...id, isRetracted: true };
  expect(await say('DISC', 'BEANR', first, '2026-02-03T00:00:00Z', back)).toEqual(['loaded', loaded]);
  const ahead = await say('GTOT', 'NLRTM', '2036-02-01T00:00:00Z', '2026-02-04T00:00:00Z');
  expect(ahead).toEqual(['loaded', loaded, 'gate_out NLRTM EST']);
  const events = await tenant.admin.all(`/v1/containers/${number}/events`);
  expect(events).toHaveLength(5);
  expect(events.at(-1)).toMatchObject({ classifier: 'EST', saidAs: 'ACT', warnings: [expect.any(String)] });
});
