import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postSigned } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { fillLedger } from '../support/ledger.ts';

const NUMBER = 'CSQU3054383';
const HOUR = 3_600_000;
const WINDOW = 'from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z';
let platform: Platform;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  other = await createTenant(platform, 'birch');
  await fillLedger(platform, tenant.id, tenant.carrierId, 16);
});
afterAll(() => platform?.close());

/** A DCSA event of the container, so many hours from now. */
function event(code: string, place: string, classifier: string, inHours: number): object {
  return {
    eventType: 'TRANSPORT',
    transportEventTypeCode: code,
    eventClassifierCode: classifier,
    eventCreatedDateTime: new Date().toISOString(),
    eventDateTime: new Date(Date.now() + inHours * HOUR).toISOString(),
    equipmentReference: NUMBER,
    transportCall: { transportCallID: place, modeOfTransport: 'VESSEL', UNLocationCode: place },
  };
}

describe('accuracy', () => {
  it('compares us with the carrier and the schedule', async () => {
    const page = await tenant.admin.must('GET', `/v1/eta/accuracy?${WINDOW}&target=vessel_arrival`);
    expect(page).toMatchObject({ journeys: 16, counted: 16 });
    const at = (source: string) => page.items.find((row: any) => row.group === '48' && row.source === source);
    expect(at('ours').maeHours).toBeLessThan(at('carrier').maeHours);
    expect(at('carrier').maeHours).toBeLessThan(at('schedule').maeHours);
    const lanes = await tenant.admin.must('GET', `/v1/eta/accuracy?${WINDOW}&groupBy=lane&source=ours`);
    expect(lanes.items).toMatchObject([{ group: 'CNSHA>NLRTM', coverage80: 1 }]);
  });

  it('is each tenant’s own', async () => {
    expect(await other.admin.must('GET', `/v1/eta/accuracy?${WINDOW}`)).toMatchObject({ journeys: 0, items: [] });
  });

  it.each([
    ['from=2026-06-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/query/from'],
    ['from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/query/from'],
    ['horizonHours=7', '/query/horizonHours'],
    ['groupBy=vessel', '/query/groupBy'],
    ['from=yesterday', '/query/from'],
  ])('names what is wrong in %s', async (query, pointer) => {
    const answer = await tenant.admin.call('GET', `/v1/eta/accuracy?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });
});

describe('reliability', () => {
  it('is told of one’s own carriers alone', async () => {
    const path = (id: string): string => `/v1/carriers/${id}/reliability?${WINDOW}`;
    const told = await tenant.admin.must('GET', path(tenant.carrierId));
    expect(told).toMatchObject({ journeys: 16, onTimeShare: 0, meanLatenessHours: 48, etaRevisions: 1 });
    expect((await tenant.admin.call('GET', path('car_nobody'))).status).toBe(404);
  });
});

describe('a container of a known lane', () => {
  it('says when, how sure and why, and what was said before', async () => {
    const connection = await tenant.admin.must('POST', '/v1/connections', {
      name: 'Events',
      carrierId: tenant.carrierId,
      format: 'dcsa',
    });
    await tenant.admin.must('POST', '/v1/containers', {
      containers: [{ number: NUMBER, origin: 'CNSHA', destination: 'NLRTM', carrierId: tenant.carrierId }],
    });
    const events = [
      event('DEPA', 'CNSHA', 'ACT', -24),
      event('ARRI', 'NLRTM', 'EST', 560),
      event('ARRI', 'NLRTM', 'PLN', 550),
    ];
    const answer = await postSigned(platform.origin, connection, JSON.stringify({ events }), {
      fetcher: fetchOf(platform),
    });
    expect(answer.status).toBe(202);
    const view = await until('there is an ETA', async () => {
      const read = await tenant.admin.must('GET', `/v1/containers/${NUMBER}`);
      return read.eta && read;
    });
    expect(view.eta).toMatchObject({ target: 'vessel_arrival', location: 'NLRTM', revisions: 0 });
    expect(view.eta.explanation.experts.map(({ expert }: any) => expert)).toContain('schedule');
    expect(view.onward.map(({ target }: any) => target)).toEqual(['discharge', 'gate_out', 'delivery']);
    const history = await tenant.admin.must('GET', `/v1/containers/${NUMBER}/eta-history`);
    expect(new Set(history.items.map(({ source }: any) => source))).toEqual(new Set(['ours', 'carrier', 'schedule']));
    const first = await tenant.admin.must('GET', `/v1/containers/${NUMBER}/eta-history?limit=2`);
    const rest = await tenant.admin.must('GET', `/v1/containers/${NUMBER}/eta-history?cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(history.items);
    const [line] = (await tenant.admin.must('GET', '/v1/containers')).items;
    expect(line).toMatchObject({ etaTarget: 'vessel_arrival', etaP50: view.eta.p50 });
  });
});

describe('lane models', () => {
  it('are listed, rolled back, and followed again', async () => {
    const { items } = await tenant.admin.must('GET', '/v1/eta/models');
    expect(items).toMatchObject([{ version: 'v1', state: 'active', journeys: 16 }]);
    const rolled = await tenant.admin.must('PUT', '/v1/eta/models/active', { version: 'v1' });
    expect(rolled).toMatchObject({ version: 'v1', pinned: true });
    expect(await tenant.admin.must('PUT', '/v1/eta/models/active', { version: 'newest' })).toMatchObject({
      pinned: false,
    });
    expect((await tenant.admin.call('PUT', '/v1/eta/models/active', { version: 'v9' })).status).toBe(404);
    expect((await tenant.admin.call('PUT', '/v1/eta/models/active', { version: 'best' })).status).toBe(400);
  });

  it('are swept by the scheduled handler', async () => {
    await fillLedger(platform, other.id, other.carrierId, 1, { train: false });
    await platform.server.getWorker('fairlead-tracking').scheduled({ cron: '17 3 * * *' });
    const { items } = await other.admin.must('GET', '/v1/eta/models');
    expect(items).toMatchObject([{ version: 'v1', journeys: 1 }]);
  });
});
