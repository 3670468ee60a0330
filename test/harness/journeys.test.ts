/** Journeys of a container over the front door: what is true, what was known when, and whose a statement or fix is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let events: TestConnection;
let positions: TestConnection;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  events = await connect('dcsa', {});
  positions = await connect('positions', {});
});
afterAll(() => platform?.close());

const connect = (format: string, options: object, carrierId = tenant.carrierId): Promise<TestConnection> =>
  tenant.admin.must('POST', '/v1/connections', { name: format, carrierId, format, options });
const get = (path: string) => tenant.admin.must('GET', path);
const register = (registration: object) =>
  tenant.admin.must('POST', '/v1/containers', { containers: [{ carrierId: tenant.carrierId, ...registration }] });

/** Posts items and waits until each has its outcome; the receipt. */
async function say(connection: TestConnection, items: object[]) {
  const { body } = await postSigned(platform.origin, connection, JSON.stringify(items), { fetcher: fetchOf(platform) });
  return settledReceipt(tenant.admin, body.receiptId);
}

const move = (number: string, code: string, place: string, day: string, over: object = {}) => ({
  eventType: code === 'ARRI' || code === 'DEPA' ? 'TRANSPORT' : 'EQUIPMENT',
  [code === 'ARRI' || code === 'DEPA' ? 'transportEventTypeCode' : 'equipmentEventTypeCode']: code,
  eventClassifierCode: 'ACT',
  emptyIndicatorCode: 'LADEN',
  ...(code === 'ARRI' || code === 'DEPA'
    ? { transportCall: { UNLocationCode: place }, references: [{ referenceType: 'EQ', referenceValue: number }] }
    : { equipmentReference: number, eventLocation: { UNLocationCode: place } }),
  eventDateTime: `2026-${day}T10:00:00Z`,
  eventCreatedDateTime: `2026-${day}T11:00:00Z`,
  ...over,
});
const milestonesOf = async (journeyId: string) =>
  (await tenant.admin.all(`/v1/journeys/${journeyId}/milestones`)).map(
    ({ code, location, classifier }) => `${code}@${location?.unLocationCode} ${classifier}`,
  );

describe('a second journey', () => {
  const number = 'TGHU7654321';

  it('inherits nothing of the first, which stays readable', async () => {
    const first = {
      origin: 'CNSHA',
      destination: 'NLRTM',
      reference: 'PO-1',
      promisedArrivalAt: '2026-05-01T00:00:00Z',
    };
    await register({ number, ...first, temperatureRangeC: { min: -20, max: -16 }, beginsAt: '2026-03-01T00:00:00Z' });
    await say(events, [
      move(number, 'GTOT', 'CNSHA', '03-02', { emptyIndicatorCode: 'EMPTY' }),
      move(number, 'LOAD', 'CNSHA', '03-10'),
      move(number, 'DISC', 'NLRTM', '04-20'),
      move(number, 'GTIN', 'NLRTM', '04-30', { emptyIndicatorCode: 'EMPTY' }),
    ]);
    expect(await get(`/v1/containers/${number}`)).toMatchObject({ status: 'empty_returned' });
    await register({ number, origin: 'NLRTM', destination: 'USNYC', reference: 'PO-2' });
    await say(events, [move(number, 'GTOT', 'NLRTM', '10-02', { emptyIndicatorCode: 'EMPTY' })]);
    const container = await get(`/v1/containers/${number}`);
    expect(container).toMatchObject({ status: 'empty_picked_up', alerts: [], arrivedAt: null });
    expect(container.registration).toEqual({
      carrierId: tenant.carrierId,
      origin: 'NLRTM',
      destination: 'USNYC',
      reference: 'PO-2',
    });
    const [second, earlier] = await tenant.admin.all(`/v1/containers/${number}/journeys`);
    expect(second).toMatchObject({ id: container.journeyId, endedAt: null, registered: true });
    expect(earlier).toMatchObject({
      status: 'empty_returned',
      endedAt: '2026-04-30T10:00:00.000Z',
      registration: { reference: 'PO-1' },
    });
    expect(await get(`/v1/journeys/${earlier.id}`)).toEqual(earlier);
    expect(await milestonesOf(earlier.id)).toHaveLength(4);
    expect(await milestonesOf(second.id)).toEqual(['empty_picked_up@NLRTM ACT']);
    // Within a journey, null takes a fact back.
    await register({ number, reference: null });
    expect((await get(`/v1/containers/${number}`)).registration).not.toHaveProperty('reference');
    for (const path of ['journeys/jrn_TGHU7654321_0000000000000000', 'journeys/jrn_MSKU1234565_0000000000000000']) {
      expect((await tenant.admin.call('GET', `/v1/${path}`)).status).toBe(404);
      expect((await tenant.admin.call('GET', `/v1/${path}/milestones`)).status).toBe(404);
    }
  });
});

describe('as of an instant', () => {
  const number = 'CSQU3054383';

  it('is what was known then; what has changed since is told by query and by webhook', async () => {
    await register({ number, origin: 'CNSHA', destination: 'NLRTM' });
    await say(events, [
      move(number, 'LOAD', 'CNSHA', '03-10'),
      move(number, 'DISC', 'NLRTM', '04-20', { eventID: 'p1' }),
    ]);
    const between = new Date().toISOString();
    await say(events, [
      move(number, 'DISC', 'BEANR', '04-20', { eventID: 'p1', eventCreatedDateTime: '2026-04-21T00:00:00Z' }),
      { ...move(number, 'LOAD', 'CNSHA', '03-10'), isRetracted: true },
    ]);
    await register({ number, destination: 'BEANR', reference: 'PO-9' });
    const places = ({ milestones }: any) => milestones.map((m: any) => `${m.code}@${m.location.unLocationCode}`);
    expect(places(await get(`/v1/containers/${number}`))).toEqual(['discharged@BEANR']);
    const then = await get(`/v1/containers/${number}?asOf=${between}`);
    expect(places(then)).toEqual(['loaded@CNSHA', 'discharged@NLRTM']);
    expect(then).toMatchObject({
      status: 'discharged',
      eta: null,
      registration: { carrierId: tenant.carrierId, origin: 'CNSHA', destination: 'NLRTM' },
      journeyId: (await get(`/v1/containers/${number}`)).journeyId,
    });
    const [journey] = await tenant.admin.all(`/v1/containers/${number}/journeys?asOf=${between}`);
    expect(journey.registration).toEqual(then.registration);
    const changes = await tenant.admin.all(`/v1/containers/${number}/changes?since=${between}`);
    expect(changes.map(({ kind, milestone }) => `${kind} ${milestone.code}`)).toEqual([
      'withdrawn loaded',
      'corrected discharged',
    ]);
    expect(changes[1].before.location.unLocationCode).toBe('NLRTM');
    const statements = await tenant.admin.all(`/v1/containers/${number}/events`);
    const counting = statements.filter(({ inForce }) => inForce);
    expect(statements).toHaveLength(4);
    expect(counting).toMatchObject([{ code: 'DISC', location: { unLocationCode: 'BEANR' } }]);
    expect(await tenant.admin.all(`/v1/containers/${number}/events?asOf=${between}`)).toHaveLength(2);
    expect((await tenant.admin.call('GET', `/v1/containers/${number}?asOf=2020-01-01T00:00:00Z`)).status).toBe(404);
  });
});

describe('numbers that nobody has registered', () => {
  const fix = (number: string, hour: number) => ({
    container: number,
    time: `2026-11-01T0${hour}:00:00Z`,
    latitude: 10,
    longitude: 60 + hour / 10,
  });

  it('wait, and count as if they had been registered from the beginning', async () => {
    const number = 'HLXU1234567';
    const waiting = await say(positions, [fix(number, 1), fix(number, 2)]);
    expect(waiting.counts).toMatchObject({ unclaimed: 2, applied: 0 });
    expect((await tenant.admin.call('GET', `/v1/containers/${number}`)).status).toBe(404);
    expect(await tenant.admin.all(`/v1/unclaimed?connectionId=${positions.id}`)).toMatchObject([
      { number, connectionId: positions.id },
    ]);
    await register({ number, destination: 'NLRTM' });
    await until('the positions are there', async () => (await get(`/v1/containers/${number}`)).pointCount === 2);
    expect((await get(`/v1/receipts/${waiting.id}`)).counts).toMatchObject({ applied: 2, unclaimed: 0 });
    expect(await tenant.admin.all('/v1/unclaimed')).toEqual([]);
  });

  it('wait in whatever number, and may be posted again once they were dropped', async () => {
    const number = 'HLXU4444440';
    const many = Array.from({ length: 900 }, (_, i) => ({ ...fix(number, 1), longitude: 60 + i / 1e4, humidity: 50 }));
    expect((await say(positions, many)).counts).toMatchObject({ unclaimed: 900 });
    const purged = await tenant.admin.must('POST', `/v1/unclaimed/${number}/purge`);
    expect(purged).toEqual({ number, claimed: false, events: 900 });
    const { id } = await say(positions, many);
    await register({ number });
    const settled = async () => (await get(`/v1/receipts/${id}`)).counts.applied === 900;
    await until('all that has waited is applied', settled);
  });

  it('are claimed, purged or ignored by whoever may', async () => {
    const [wanted, purged, ignored] = ['HLXU1111110', 'HLXU2222220', 'HLXU3333330'];
    await say(
      positions,
      [wanted, purged, ignored].map((number) => fix(number, 1)),
    );
    const act = (number: string, what: string) => tenant.admin.call('POST', `/v1/unclaimed/${number}/${what}`);
    expect((await act(wanted, 'claim')).body).toEqual({ number: wanted, claimed: true, events: 1 });
    expect((await act(purged, 'purge')).body).toEqual({ number: purged, claimed: false, events: 1 });
    expect((await act(ignored, 'ignore')).body).toEqual({ number: ignored, claimed: false, events: 1 });
    await until('the claimed one is tracked', async () => (await get(`/v1/containers/${wanted}`)).pointCount === 1);
    const later = await say(positions, [fix(purged, 2), fix(ignored, 2)]);
    expect(later.counts).toMatchObject({ unclaimed: 1, discarded: 1 });
    expect((await tenant.admin.all('/v1/unclaimed')).map(({ number }) => number)).toEqual([purged]);
    for (const what of ['claim', 'purge']) expect((await act('HLXU9999990', what)).status).toBe(404);
    expect((await act(wanted, 'ignore')).status).toBe(404);
  });
});

describe('a device', () => {
  const fix = (time: string, longitude: number) => ({ deviceId: 'D-1', time, latitude: 10, longitude });
  const [one, two] = ['TCLU1111117', 'TCLU2222224'];
  const pair = (container: string, from: string) =>
    tenant.admin.must('POST', '/v1/devices/D-1/pair', { container, from });
  const pointsOf = async (number: string) => (await get(`/v1/containers/${number}`)).pointCount;

  it('was on a container for a time, and the time of a fix tells whose it is', async () => {
    await register({ number: one, deviceId: 'D-1' });
    await register({ number: two });
    await say(positions, [fix('2026-11-01T01:00:00Z', 60)]);
    await pair(two, '2026-11-02T00:00:00Z');
    await pair(one, '2026-11-03T00:00:00Z');
    const times = ['2026-11-01T02:00:00Z', '2026-11-02T02:00:00Z', '2026-11-03T02:00:00Z'];
    await say(
      positions,
      times.map((time, i) => fix(time, 60.1 + i / 10)),
    );
    expect([await pointsOf(one), await pointsOf(two)]).toEqual([3, 1]);
    const ended = await tenant.admin.must('POST', '/v1/devices/D-1/unpair', { at: '2026-11-04T00:00:00Z' });
    expect(ended).toMatchObject({ container: one, until: '2026-11-04T00:00:00.000Z' });
    const { rejected } = await say(positions, [fix('2026-11-05T00:00:00Z', 61)]);
    expect(rejected).toMatchObject([{ code: 'device.not_paired_then', pointer: '/device' }]);
    expect((await tenant.admin.all('/v1/devices/D-1/pairings')).map(({ container }) => container)).toEqual([
      one,
      two,
      one,
    ]);
    expect(await tenant.admin.all('/v1/devices')).toMatchObject([{ device: 'D-1', container: one }]);
    const unknown = await tenant.admin.call('POST', '/v1/devices/D-1/pair', { container: 'TCLU9999999' });
    expect(unknown.status).toBe(404);
    expect((await tenant.admin.call('POST', '/v1/devices/D-2/unpair', {})).status).toBe(404);
  });
});
