/** What becomes of what carriers and devices say, over the front door. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { connectPositions, settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let positions: TestConnection;

const raw = (body: string | Buffer<ArrayBuffer>, connection = positions) =>
  postSigned(platform.origin, connection, body, { fetcher: fetchOf(platform) });

const settled = (receiptId: string) => settledReceipt(tenant.admin, receiptId);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  positions = await connectPositions(tenant);
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
  await tenant.admin.must('POST', '/v1/containers', { containers: [{ number: 'MSKU1234565' }] });
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

it('a position that cannot be is kept and marked, and the container stays where it is believed to be', async () => {
  const number = 'OOLU1234567';
  await tenant.admin.must('POST', '/v1/containers', {
    containers: [{ number, destination: 'NLRTM', temperatureRangeC: { min: -20, max: -16 } }],
  });
  const hour = 3_600_000;
  const start = Date.now() - 20 * hour;
  const at = (hours: number) => new Date(start + hours * hour).toISOString();
  const fix = (hours: number, latitude: number, longitude: number, more: object = {}) => ({
    container: number,
    time: at(hours),
    latitude,
    longitude,
    ...more,
  });
  const say = async (...items: object[]) => {
    const { body } = await raw(JSON.stringify(items));
    return settled(body.receiptId);
  };
  const where = async () => {
    const { position } = await tenant.admin.must('GET', `/v1/containers/${number}`);
    return position && [position.latitude ?? position.lat, position.lon];
  };
  await say(...Array.from({ length: 12 }, (_, i) => fix(i, 12, 48 - i / 4)));
  await say(fix(11.5, 36.87, -76.34), fix(11.6, 0, 0, { temperature: -18 }), fix(11.7, 45.25, 12));
  expect(await where()).toEqual([12, 45.25]);
  await say(fix(12, 12, 45));
  expect(await where()).toEqual([12, 45]);
  const track = await tenant.admin.all(`/v1/containers/${number}/positions`);
  const marks = track.filter(({ suspect }) => suspect).map(({ suspect, sensors }) => [suspect, sensors?.temperatureC]);
  expect(marks).toEqual([
    ['unreachable', undefined],
    ['no_fix', -18],
    ['unreachable', undefined],
  ]);
  // A receiver whose week counter has wrapped, and one that was switched on after a year.
  const wrapped = await say(fix(12 - 1_024 * 7 * 24, 12, 45), fix(12 - 400 * 24, 12, 45));
  expect(wrapped.warnings.map(({ code }: { code: string }) => code)).toEqual([
    'position.week_rollover',
    'position.old',
  ]);
  expect(await where()).toEqual([12, 45]);

  // Readings are judged by their own time, late ones too; a temperature counts when two in a row are out of range.
  await say(fix(15, 12, 44.3, { temperature: -18, shock: 0 }));
  await say(fix(13, 12, 44.8, { temperature: 25, shock: 9 }), fix(14, 12, 44.5, { temperature: 25, shock: 0 }));
  const { alerts } = await tenant.admin.must('GET', `/v1/containers/${number}`);
  const told = alerts.map(({ kind, raisedAt, clearedAt }: Record<string, string>) => [kind, raisedAt, clearedAt]);
  expect(told).toEqual([
    ['shock', at(13), at(14)],
    ['temperature', at(14), at(15)],
  ]);
  expect(alerts[0].detail).toContain('reported late');
});
