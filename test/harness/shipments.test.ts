/** Events of shipments over the front door: such as name a booking or transport document alone, and the draft of DCSA 3.0. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let events: TestConnection;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  events = await connect('dcsa');
});
afterAll(() => platform?.close());

const connect = (format: string, options: object = {}): Promise<TestConnection> =>
  tenant.admin.must('POST', '/v1/connections', { name: format, carrierId: tenant.carrierId, format, options });
const register = (number: string, facts: object = {}) =>
  tenant.admin.must('POST', '/v1/containers', { containers: [{ number, carrierId: tenant.carrierId, ...facts }] });
const post = (connection: TestConnection, body: unknown) =>
  postSigned(platform.origin, connection, JSON.stringify(body), { fetcher: fetchOf(platform) });
const hasDeparted = (number: string) =>
  until(`${number} has departed`, async () => {
    return (await tenant.admin.must('GET', `/v1/containers/${number}`)).status === 'departed';
  });

const departure = (documentReferences: object[], over: object = {}) => ({
  eventType: 'TRANSPORT',
  transportEventTypeCode: 'DEPA',
  eventClassifierCode: 'ACT',
  eventDateTime: '2026-05-02T10:00:00Z',
  eventCreatedDateTime: '2026-05-02T11:00:00Z',
  transportCall: { UNLocationCode: 'CNSHA', modeOfTransport: 'VESSEL', exportVoyageNumber: '01E' },
  documentReferences,
  ...over,
});
const booking = (number: string) => ({ documentReferenceType: 'BKG', documentReferenceValue: number });
const billOfLading = (number: string) => ({ documentReferenceType: 'TRD', documentReferenceValue: number });

it('an event of a booking that nobody knows waits, is told so, and reaches each container that is registered for it', async () => {
  const { status, body } = await post(events, [departure([booking('BK-100')])]);
  expect([status, body]).toMatchObject([
    202,
    { accepted: 0, unclaimed: 1, rejected: [], warnings: [{ index: 0, code: 'booking.waiting' }] },
  ]);
  await register('TGHU1000001', { booking: 'BK-100' });
  await register('TGHU1000017', { booking: 'BK-100' });
  for (const number of ['TGHU1000001', 'TGHU1000017']) {
    await hasDeparted(number);
  }
  expect(await settledReceipt(tenant.admin, body.receiptId)).toMatchObject({ counts: { applied: 1, unclaimed: 0 } });
});

it('a transport document leads to the containers that another event has named with it', async () => {
  const number = 'TGHU1000022';
  await register(number);
  const { body } = await post(events, [departure([billOfLading('HHL 77')])]);
  expect(body).toMatchObject({ unclaimed: 1 });
  const gateIn = {
    eventType: 'EQUIPMENT',
    equipmentEventTypeCode: 'GTIN',
    eventClassifierCode: 'ACT',
    emptyIndicatorCode: 'LADEN',
    eventDateTime: '2026-05-01T10:00:00Z',
    equipmentReference: number,
    ISOEquipmentCode: '22GP',
    eventLocation: { UNLocationCode: 'CNSHA' },
    documentReferences: [billOfLading('hhl77')],
  };
  await post(events, [gateIn]);
  await hasDeparted(number);
  const { items } = await tenant.admin.must('GET', `/v1/containers/${number}/events`);
  expect(items).toMatchObject([
    { code: 'GTIN', transportDocuments: ['HHL77'], details: { ISOEquipmentCode: '22GP' } },
    { code: 'DEPA', details: { transportCall: { modeOfTransport: 'VESSEL' } } },
  ]);
});

it('a whole history that names a shipment nobody knows is refused until it comes again', async () => {
  const full = await connect('dcsa', { history: 'full' });
  const history = [departure([booking('BK-200')])];
  expect(await post(full, history)).toMatchObject({ status: 422, body: { errors: [{ code: 'booking.unknown' }] } });
  await register('TGHU1000038', { booking: 'BK-200' });
  expect(await post(full, history)).toMatchObject({ status: 202, body: { accepted: 1 } });
});

it('events of the draft of 3.0 are read, corrected by a newer word of their id, and taken back', async () => {
  const number = 'TGHU1000043';
  await register(number);
  const draft = await connect('dcsa3_draft');
  const loaded = (at: string, updated: string, over: object = {}) => ({
    eventID: 'evt-1',
    eventDateTime: at,
    eventUpdatedDateTime: updated,
    eventLocation: { UNLocationCode: 'CNSHA' },
    eventClassification: { eventType: 'EQUIPMENT', eventClassifier: 'ACTUAL', equipmentEventType: 'LOADED' },
    equipmentDetails: { equipmentReference: number, emptyIndicatorCode: 'LADEN' },
    ...over,
  });
  const say = async (event: object) => {
    const { body } = await post(draft, { events: [event] });
    await settledReceipt(tenant.admin, body.receiptId);
    const { milestones } = await tenant.admin.must('GET', `/v1/containers/${number}`);
    return milestones.map(({ code, at }: { code: string; at: string }) => `${code} ${at}`);
  };
  expect(await say(loaded('2026-05-01T10:00:00Z', '2026-05-01T11:00:00Z'))).toEqual([
    'loaded 2026-05-01T10:00:00.000Z',
  ]);
  const corrected = ['loaded 2026-05-01T12:00:00.000Z'];
  expect(await say(loaded('2026-05-01T12:00:00Z', '2026-05-01T13:00:00Z'))).toEqual(corrected);
  expect(await say(loaded('2026-05-01T12:00:00Z', '2026-05-01T14:00:00Z', { isRetracted: true }))).toEqual([]);
});

it('a table of one’s own is uploaded under the mapping of its connection, row by row', async () => {
  const number = 'TGHU1000059';
  await register(number);
  const table = {
    columns: { container: 'Box', event: 'Status', time: 'Date', place: 'Port' },
    events: { 'On board': { code: 'LOAD' } },
    dates: 'dmy',
  };
  const own = await connect('milestones_table', { table });
  const text = [
    'Box;Status;Date;Port;Clerk',
    `${number};On board;01.05.2026 10:00;CNSHA;Mr. A`,
    `${number};Beamed up;02.05.2026 10:00;CNSHA;Mr. B`,
  ].join('\n');
  const upload = () =>
    tenant.admin.must('POST', `/v1/connections/${own.id}/uploads`, { contentType: 'text/csv', text });
  const answer = await upload();
  expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, pointer: '/event', code: 'row.event_unknown' }] });
  await settledReceipt(tenant.admin, answer.receiptId);
  expect(await upload()).toMatchObject({ accepted: 0, duplicates: 1 });
  const { items } = await tenant.admin.must('GET', `/v1/containers/${number}/events`);
  expect(items).toMatchObject([{ code: 'LOAD', at: '2026-05-01T02:00:00.000Z', details: { Clerk: 'Mr. A' } }]);
  const { items: quarantined } = await tenant.admin.must('GET', `/v1/quarantine?connectionId=${own.id}`);
  expect(quarantined[0].raw).toContain('Beamed up');
  const other = await tenant.admin.call('POST', '/v1/connections/con_01kb2h5m8q3v6x9y2z4a7c0d5e/uploads', {
    contentType: 'text/csv',
    text,
  });
  expect(other.status).toBe(404);
});

it('options that are set anew hold for the next delivery, signed or uploaded, and the trail says what changed', async () => {
  const number = 'TGHU1000064';
  await register(number);
  const own = await connect('milestones_table');
  const row = { Box: number, event: 'LOAD', time: '2026-05-01T10:00:00Z', place: 'CNSHA' };
  expect((await post(own, [row])).status).toBe(422);
  const options = { table: { columns: { container: 'Box' } } };
  const set = await tenant.admin.must('PUT', `/v1/connections/${own.id}/options`, options);
  expect(set.options).toMatchObject({ history: 'events', table: { columns: { container: 'Box' }, dates: 'iso' } });
  expect(await post(own, [row])).toMatchObject({ status: 202, body: { accepted: 1 } });
  const { items } = await tenant.admin.must('GET', `/v1/audit?action=connection.options_set&objectId=${own.id}`);
  expect(items).toMatchObject([{ after: { options: { table: { columns: { container: 'Box' } } } } }]);
  const unknown = await tenant.admin.call('PUT', `/v1/connections/${own.id}/options`, {
    table: { columns: { box: 'Box' } },
  });
  expect(unknown.status).toBe(400);
});
