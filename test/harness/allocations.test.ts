import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, inDays, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { shardOf } from '../support/shards.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

const create = (more: object) => tenant.admin.call('POST', '/v1/allocations', spaceOf(tenant.carrierId, 10, more));
const made = async (more: object = {}) => (await create(more)).body;
const book = (allocationId: string, quantity = 1) =>
  tenant.admin.call('POST', '/v1/bookings', { allocationId, quantity });
const read = (id: string) => tenant.admin.must('GET', `/v1/allocations/${id}`);
const termsOf = ({ period, capacity, departureAt, arrivalAt, closesAt, confirmation }: any) => ({
  period,
  capacity,
  departureAt,
  arrivalAt,
  closesAt,
  confirmation,
});
const change = async (id: string, more: object) => {
  const now = await read(id);
  const headers = { 'if-match': `"${now.version}"` };
  return tenant.admin.call('PUT', `/v1/allocations/${id}`, { ...termsOf(now), ...more }, headers);
};
const turn = async (id: string, how: string, version?: number) => {
  const headers = { 'if-match': `"${version ?? (await read(id)).version}"` };
  return tenant.admin.call('POST', `/v1/allocations/${id}/${how}`, undefined, headers);
};
const faultsOf = ({ status, body }: any) => [status, ...(body.errors ?? []).map((e: any) => `${e.pointer} ${e.code}`)];
/** Lets time pass for an allocation: its sailing was so many days earlier than its owner said. */
const age = async (id: string, days: number) => {
  const db = await shardOf(platform, tenant.shard);
  const ms = days * 86_400_000;
  await db
    .prepare(
      'UPDATE allocations SET departure_at = departure_at - ?, closes_at = closes_at - ?, revision = revision + 1 WHERE id = ?',
    )
    .bind(ms, ms, id)
    .run();
};

describe('new space', () => {
  it('follows rules, each named by its member', async () => {
    expect(faultsOf(await create({ destination: 'CNSHA' }))).toEqual([422, '/destination same']);
    expect(faultsOf(await create({ period: ' ' }))).toEqual([422, '/period blank']);
    expect(faultsOf(await create({ departureAt: '2001-01-01T00:00:00Z' }))).toEqual([422, '/departureAt past']);
    expect(faultsOf(await create({ arrivalAt: inDays(6) }))).toEqual([422, '/arrivalAt order']);
    expect(faultsOf(await create({ closesAt: inDays(8) }))).toEqual([422, '/closesAt order']);
    expect(faultsOf(await create({ closesAt: inDays(-1) }))).toEqual([422, '/closesAt past']);
    expect(faultsOf(await create({ arrivalAt: '9999-12-31T23:59:59Z' }))).toEqual([422, '/arrivalAt too_far']);
    expect(faultsOf(await create({ departureAt: 'soon' }))).toEqual([400, '/departureAt invalid_format']);
  });

  it('closes at its departure unless it closes before', async () => {
    const open = await made();
    expect([open.closesAt, open.status]).toEqual([open.departureAt, 'open']);
    const closesAt = inDays(3);
    expect((await made({ closesAt })).closesAt).toBe(closesAt);
  });
});

describe('booking', () => {
  it('ends where it closes, and at the departure, and its key still answers what was booked', async () => {
    const { id } = await made({ closesAt: inDays(6) });
    const key = { 'idempotency-key': crypto.randomUUID() };
    const order = { allocationId: id, quantity: 2 };
    const first = await tenant.admin.call('POST', '/v1/bookings', order, key);
    expect(first.status).toBe(201);
    await age(id, 6.5);
    const expired = await book(id);
    expect([expired.status, expired.body.code]).toEqual([409, 'allocation.expired']);
    await age(id, 1);
    const departed = await book(id);
    expect([departed.status, departed.body.code]).toEqual([409, 'allocation.departed']);
    const again = await tenant.admin.call('POST', '/v1/bookings', order, key);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
  });

  it('goes by the terms of now, not by those of its last booking', async () => {
    const { id } = await made();
    expect((await book(id)).body.state).toBe('confirmed');
    expect((await change(id, { confirmation: 'carrier' })).status).toBe(200);
    expect((await book(id)).body).toMatchObject({ state: 'requested', confirmedBy: null });
    expect((await turn(id, 'close')).body.status).toBe('closed');
    const closed = await book(id);
    expect([closed.status, closed.body.code]).toEqual([409, 'allocation.closed']);
    expect((await turn(id, 'reopen')).body.status).toBe('open');
    expect((await book(id)).status).toBe(201);
  });
});

describe('a change', () => {
  it('sets what was contracted anew, under If-Match, and is in the trail with what was before', async () => {
    const { id, version, departureAt } = await made({ closesAt: inDays(2) });
    await book(id, 4);
    const arrivalAt = inDays(40);
    const changed = await change(id, { capacity: 4, arrivalAt, closesAt: undefined });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, `"${version + 2}"`]);
    expect(changed.body).toMatchObject({ capacity: 4, remaining: 0, arrivalAt, closesAt: departureAt });
    const { audit, ...now } = await read(id);
    expect(audit.map((entry: any) => entry.action)).toEqual(['allocation.created', 'allocation.changed']);
    expect(JSON.parse(audit[1].detail)).toEqual({
      before: { capacity: 10, arrivalAt: expect.any(String), closesAt: expect.any(String) },
      after: { capacity: 4, arrivalAt, closesAt: null },
    });
    // The same terms again change nothing.
    expect((await change(id, {})).body).toEqual(now);
    const stale = await tenant.admin.call('PUT', `/v1/allocations/${id}`, termsOf(now), { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    expect((await tenant.admin.call('PUT', `/v1/allocations/${id}`, termsOf(now))).status).toBe(428);
  });

  it('breaks no rule, nor what was booked', async () => {
    const { id } = await made();
    await book(id, 4);
    const tight = await change(id, { capacity: 3 });
    expect([tight.status, tight.body]).toMatchObject([409, { code: 'allocation.booked', booked: 4, capacity: 3 }]);
    expect(faultsOf(await change(id, { departureAt: inDays(-1), closesAt: undefined }))).toEqual([
      422,
      '/departureAt past',
    ]);
    // A sailing that has left may still be late.
    await age(id, 8);
    const late = await change(id, { arrivalAt: inDays(50) });
    expect(late.status).toBe(200);
    expect((await book(id)).body.code).toBe('allocation.departed');
    expect((await change(id, { departureAt: inDays(1), closesAt: undefined })).status).toBe(200);
    expect((await book(id)).status).toBe(201);
  });

  it('of many at once with bookings loses nothing and oversells nothing', async () => {
    const { id } = await made();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => book(id)),
      ...Array.from({ length: 6 }, (_, i) => change(id, { capacity: 8 + i })),
    ]);
    const booked = answers.slice(0, 20).filter(({ status }) => status === 201).length;
    for (const { status, body } of answers) expect([200, 201, 409, 412, 503], JSON.stringify(body)).toContain(status);
    const now = await read(id);
    expect(now.booked).toBe(booked);
    expect(now.booked).toBeLessThanOrEqual(now.capacity);
  });
});

describe('withdrawing', () => {
  it('is for space that nothing is booked on, and for good', async () => {
    const { id } = await made();
    const { body: booking } = await book(id, 3);
    const refused = await turn(id, 'withdraw');
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'allocation.booked', booked: 3 }]);
    const cancel = { 'if-match': '"1"' };
    await tenant.admin.must('POST', `/v1/bookings/${booking.id}/transitions`, { to: 'cancelled' }, cancel);
    expect((await turn(id, 'withdraw')).body.status).toBe('withdrawn');
    expect((await book(id)).body.code).toBe('allocation.closed');
    expect((await turn(id, 'reopen')).body.code).toBe('allocation.transition_invalid');
    expect((await change(id, { capacity: 20 })).body.code).toBe('allocation.closed');
    expect((await turn(id, 'close', 1)).status).toBe(412);
    expect((await turn('all_none', 'close', 1)).status).toBe(404);
  });
});

describe('the world’s clock', () => {
  // Two days and more a second, three weeks behind: what is past on the wall clock is to come in the world.
  const clock = { DEMO_CLOCK: `200000;${Date.now()};${Date.now() - 21 * 86_400_000}` };
  let demo: Platform;
  let demoTenant: TestTenant;
  const worldNow = async () => (await demoTenant.admin.must('GET', '/healthz')).now as string;
  const sailing = async (days: number) => {
    const at = (more: number) => new Date(Date.parse(now) + more * 86_400_000).toISOString();
    const now = await worldNow();
    return spaceOf(demoTenant.carrierId, 5, { departureAt: at(days), arrivalAt: at(days + 30) });
  };
  const post = (path: string, body: object, key: string = crypto.randomUUID()) =>
    demoTenant.admin.call('POST', path, body, { 'idempotency-key': key });

  beforeAll(async () => {
    demo = await startPlatform({ vars: { gateway: clock, procurement: clock, tracking: clock } });
    demoTenant = await createTenant(demo, 'acme');
  });
  afterAll(() => demo?.close());

  it('is one for departures and the times of bookings', async () => {
    expect(faultsOf(await post('/v1/allocations', await sailing(-1)))).toEqual([422, '/departureAt past']);
    const { body: allocation } = await post('/v1/allocations', await sailing(1_000));
    const before = await worldNow();
    const { body: booking } = await post('/v1/bookings', { allocationId: allocation.id, quantity: 1 });
    const after = await worldNow();
    const { audit } = await demoTenant.admin.must('GET', `/v1/bookings/${booking.id}`);
    const { createdAt, updatedAt, confirmedBy } = booking;
    for (const at of [createdAt, updatedAt, confirmedBy.at, ...audit.map((entry: any) => entry.at)]) {
      expect([at >= before, at <= after]).toEqual([true, true]);
    }
  });

  it('passes rules by, but not the answer to a key', async () => {
    const [order, key] = [await sailing(5), crypto.randomUUID()];
    const first = await post('/v1/allocations', order, key);
    expect(first.status).toBe(201);
    await until('the sailing has left', async () => (await worldNow()) > first.body.departureAt, 1_000);
    const again = await post('/v1/allocations', order, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(faultsOf(await post('/v1/allocations', order))).toEqual([422, '/departureAt past']);
    const late = await post('/v1/bookings', { allocationId: first.body.id, quantity: 1 });
    expect(late.body.code).toBe('allocation.departed');
  });
});
