import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { connectPositions, settledReceipt, type TestConnection } from '../support/deliveries.ts';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { parkDeadLetter } from '../support/world.ts';

let platform: Platform;
let tenant: TestTenant;
let positions: TestConnection;

const NUMBER = 'CSQU3054383';
const fix = (time: string, latitude: number, longitude: number) => ({
  container: NUMBER,
  time,
  latitude,
  longitude,
  speed: 18,
});

async function post(items: unknown, connection = positions) {
  return postSigned(platform.origin, connection, JSON.stringify(items), {
    fetcher: fetchOf(platform),
    correlationId: 'test-correlation-1',
  });
}

const settled = (receiptId: string) => settledReceipt(tenant.admin, receiptId);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  positions = await connectPositions(tenant);
  await tenant.admin.must('POST', '/v1/containers', {
    containers: [
      { number: NUMBER, origin: 'CNSHA', destination: 'NLRTM', deviceId: 'dev-1', carrierId: tenant.carrierId },
    ],
  });
});
afterAll(() => platform?.close());

describe('the door', () => {
  it('takes a signed delivery, keeps the good items, names the bad and settles the receipt', async () => {
    const answer = await post([
      fix('2026-01-10T00:00:00Z', 29, 123),
      fix('2026-01-10T04:00:00Z', 28, 122.5),
      fix('2026-01-10T04:00:00Z', 28, 122.5),
      fix('2026-01-10T05:00:00Z', 95, 122.5),
      { device: 'nobody', time: '2026-01-10T05:00:00Z', latitude: 1, longitude: 1 },
      { device: 'dev-1', time: '2026-01-10T08:00:00Z', latitude: 27, longitude: 122 },
    ]);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-correlation-id')).toBe('test-correlation-1');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toMatchObject({ accepted: 3, duplicates: 1 });
    expect(answer.body.rejected.map((r: { index: number; code: string }) => [r.index, r.code])).toEqual([
      [3, 'position.latitude_invalid'],
      [4, 'device.unknown'],
    ]);
    const receipt = await settled(answer.body.receiptId);
    expect(receipt.counts).toMatchObject({ applied: 3, duplicate: 1, queued: 0, rejected: 2, parked: 0 });
    const view = await tenant.admin.must('GET', `/v1/containers/${NUMBER}`);
    expect(view).toMatchObject({ pointCount: 3, position: { lat: 27, lon: 122 }, freshness: 'stale' });
    expect(view.eta.p10 <= view.eta.p50).toBe(true);
    expect(view.eta.p50 < view.eta.p90).toBe(true);
    const quarantine = await tenant.admin.must('GET', `/v1/quarantine?connectionId=${positions.id}`);
    expect(quarantine.items.map((item: { raw: string }) => JSON.parse(item.raw).latitude)).toEqual([1, 95]);
  });

  it('knows the same content again, whoever sends it', async () => {
    const again = await post([fix('2026-01-10T00:00:00Z', 29, 123)]);
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 });
    const second = await tenant.admin.must('POST', '/v1/connections', {
      name: 'Second',
      carrierId: tenant.carrierId,
      format: 'positions',
    });
    const other = await post([fix('2026-01-10T00:00:00Z', 29, 123)], second);
    expect(other.body).toMatchObject({ accepted: 1, duplicates: 0 });
    expect((await settled(other.body.receiptId)).counts).toMatchObject({ applied: 0, duplicate: 1 });
  });

  it('refuses a wrong signature, an unknown connection and what holds nothing acceptable', async () => {
    const forged = await post([fix('2026-01-10T00:00:00Z', 29, 123)], {
      ...positions,
      secret: `whsec_${'A'.repeat(43)}=`,
    });
    expect(forged.status).toBe(401);
    expect(forged.headers.get('content-type')).toBe('application/problem+json');
    const unknown = await post([], {
      ...positions,
      id: positions.id.replace(/.$/, (last) => (last === 'z' ? 'y' : 'z')),
    });
    expect(unknown.status).toBe(401);
    for (const body of [[], [{ latitude: 1 }], 'text']) {
      expect((await post(body)).status).toBe(422);
    }
  });

  it('takes both live secrets while one is being rotated', async () => {
    const rotated = await tenant.admin.must('POST', `/v1/connections/${positions.id}/rotate-secret`);
    expect((await post([fix('2026-01-10T09:00:00Z', 26.5, 122)])).status).toBe(202);
    const withNew = await until('the edge knows the new secret', async () => {
      const answer = await post([fix('2026-01-10T10:00:00Z', 26.4, 122)], { ...positions, secret: rotated.secret });
      return answer.status === 202 ? answer : null;
    });
    expect(withNew.status).toBe(202);
  });
});

describe('a dead letter', () => {
  it('is listed with its fault, and gone for good once it is discarded', async () => {
    const { body } = await post([fix('2026-01-10T11:00:00Z', 26.3, 122)]);
    await settled(body.receiptId);
    const id = await parkDeadLetter(platform, body.receiptId);
    const list = `/v1/dead-letters?connectionId=${positions.id}`;
    expect(await tenant.admin.all(list)).toMatchObject([{ id, error: 'parked for the checks' }]);
    const discard = `/v1/dead-letters/${id}/discard`;
    expect((await tenant.admin.must('POST', discard)).id).toBe(id);
    expect(await tenant.admin.all(list)).toEqual([]);
    expect((await tenant.admin.call('POST', discard)).status).toBe(404);
  });
});

describe('dcsa events', () => {
  it('fold into milestones, out of order, by a DCSA-signed connection', async () => {
    const dcsa = await tenant.admin.must('POST', '/v1/connections', {
      name: 'Events',
      carrierId: tenant.carrierId,
      format: 'dcsa',
      scheme: 'dcsa',
    });
    const base = {
      eventCreatedDateTime: '2026-01-01T00:00:00Z',
      eventClassifierCode: 'ACT',
      equipmentReference: NUMBER,
    };
    const answer = await post(
      {
        events: [
          {
            ...base,
            eventType: 'TRANSPORT',
            transportEventTypeCode: 'DEPA',
            eventDateTime: '2026-01-09T10:00:00+08:00',
            transportCall: {
              modeOfTransport: 'VESSEL',
              UNLocationCode: 'CNSHA',
              exportVoyageNumber: '001W',
              vessel: { vesselName: 'Aurora' },
            },
          },
          {
            ...base,
            eventType: 'EQUIPMENT',
            equipmentEventTypeCode: 'GTIN',
            emptyIndicatorCode: 'LADEN',
            eventDateTime: '2026-01-07T10:00:00+08:00',
            eventLocation: { UNLocationCode: 'CNSHA' },
          },
        ],
      },
      dcsa,
    );
    expect(answer.body).toMatchObject({ accepted: 2, rejected: [] });
    await settled(answer.body.receiptId);
    const view = await tenant.admin.must('GET', `/v1/containers/${NUMBER}`);
    expect(view).toMatchObject({ status: 'departed', vesselName: 'Aurora', eventCount: 2 });
    const events = await tenant.admin.all(`/v1/containers/${NUMBER}/events?limit=1`);
    expect(events.map((event) => event.code)).toEqual(['GTIN', 'DEPA']);
  });
});

describe('reads', () => {
  it('page through positions, thin them, and list and filter the fleet', async () => {
    const all = await tenant.admin.all(`/v1/containers/${NUMBER}/positions?limit=2`);
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(all.map((p) => p.at)).toEqual(all.map((p) => p.at).sort((a: string, b: string) => a.localeCompare(b)));
    const daily = await tenant.admin.all(`/v1/containers/${NUMBER}/positions?resolution=86400`);
    expect(daily).toHaveLength(1);
    const within = await tenant.admin.must('GET', '/v1/containers?box=110,20,130,35&search=csqu');
    expect(within.items).toHaveLength(1);
    expect((await tenant.admin.must('GET', '/v1/containers?box=-10,20,10,35')).items).toEqual([]);
    expect((await tenant.admin.must('GET', '/v1/containers?destination=USLAX')).items).toEqual([]);
    const bad = await tenant.admin.call('GET', '/v1/containers?box=1,2,3&limit=0&colour=red');
    expect(bad.status).toBe(400);
    expect(bad.body.errors.map((e: { pointer: string }) => e.pointer).sort()).toEqual([
      '/query/box',
      '/query/colour',
      '/query/limit',
    ]);
    const route = await tenant.admin.must('GET', '/v1/routes/sea?from=CNSHA&to=NLRTM&avoid=suez,panama');
    expect(route.properties.passages).toContain('good-hope');
  });

  it('do not show another tenant’s things', async () => {
    const other = await createTenant(platform, 'globex');
    for (const path of [
      `/v1/containers/${NUMBER}`,
      `/v1/containers/${NUMBER}/events`,
      `/v1/containers/${NUMBER}/positions`,
      `/v1/containers/${NUMBER}/route`,
      `/v1/connections/${positions.id}`,
      `/v1/receipts/${positions.id}-1`,
      `/v1/carriers/${tenant.carrierId}`,
    ]) {
      expect((await other.admin.call('GET', path)).status).toBe(404);
    }
    expect((await other.admin.must('GET', '/v1/containers')).items).toEqual([]);
  });
});
