import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

interface Database {
  prepare(sql: string): { bind(...values: unknown[]): { first(): Promise<unknown> } };
}

let platform: Platform;
let tenant: TestTenant;
let broken: TestTenant;

async function allocate(capacity: number, more: object = {}) {
  return tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, capacity, more));
}

beforeAll(async () => {
  platform = await startPlatform({ brokenShards: ['SHARD_1'] });
  tenant = await createTenant(platform, 'acme');
  broken = await createTenant(platform, 'unlucky');
  expect([tenant.shard, broken.shard]).toEqual(['SHARD_0', 'SHARD_1']);
});
afterAll(() => platform?.close());

describe('bookings', () => {
  it('never oversell: 200 at once on space for 10 give 10 bookings and 190 refusals', async () => {
    const allocation = await allocate(10);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        tenant.admin.call('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 }),
      ),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 409)).toHaveLength(190);
    expect(answers.find((answer) => answer.status === 409)!.body).toMatchObject({
      code: 'allocation.exhausted',
      remaining: 0,
      capacity: 10,
    });
    const db = (await platform.server.getWorker<{ SHARD_0: Database }>('fairlead-procurement').getEnv()).SHARD_0;
    const row = await db
      .prepare(
        'SELECT a.booked, (SELECT sum(quantity) FROM bookings WHERE allocation_id = a.id) AS held FROM allocations a WHERE id = ?',
      )
      .bind(allocation.id)
      .first();
    expect(row).toEqual({ booked: 10, held: 10 });
    const bookings = (await tenant.admin.all('/v1/bookings?limit=4&state=confirmed')).filter(
      (b) => b.allocationId === allocation.id,
    );
    expect(new Set(bookings.map((b) => b.id)).size).toBe(10);
  });

  it('replay the same key, refuse it for another request, and need one', async () => {
    const allocation = await allocate(5);
    const key = { 'idempotency-key': randomUUID() };
    const order = { allocationId: allocation.id, quantity: 2 };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tenant.admin.call('POST', '/v1/bookings', order, key)),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(7);
    expect((await tenant.admin.must('GET', `/v1/allocations/${allocation.id}`)).booked).toBe(2);
    expect((await tenant.admin.call('POST', '/v1/bookings', { ...order, quantity: 1 }, key)).status).toBe(422);
    expect(
      (await tenant.admin.call('POST', '/v1/bookings', order, { 'idempotency-key': '' })).body.errors[0].pointer,
    ).toBe('/header/Idempotency-Key');
  });

  it('move by their states under If-Match, release space when cancelled, and keep the trail', async () => {
    const allocation = await allocate(3, { confirmation: 'carrier' });
    const booking = await tenant.admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 3 });
    expect(booking.state).toBe('requested');
    const path = `/v1/bookings/${booking.id}`;
    const move = (to: string, etag?: string) =>
      tenant.admin.call('POST', `${path}/transitions`, { to }, etag ? { 'if-match': etag } : {});
    expect((await move('confirmed')).status).toBe(428);
    expect((await move('confirmed', '"9"')).status).toBe(412);
    expect((await move('completed', '"1"')).body.code).toBe('booking.transition_invalid');
    const raced = await Promise.all([move('confirmed', '"1"'), move('cancelled', '"1"')]);
    expect(raced.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 412]);
    const now = await tenant.admin.call('GET', path);
    expect(now.headers.get('etag')).toBe('"2"');
    expect((await tenant.admin.call('GET', path, undefined, { 'if-none-match': '"2"' })).status).toBe(304);
    if (now.body.state === 'confirmed') expect((await move('cancelled', '"2"')).status).toBe(200);
    expect((await tenant.admin.must('GET', `/v1/allocations/${allocation.id}`)).booked).toBe(0);
    const { audit } = await tenant.admin.must('GET', path);
    expect(audit[0]).toMatchObject({ action: 'booking.requested', subject: expect.stringMatching(/^cli_/) });
    expect(audit.at(-1).action).toBe('booking.cancelled');
  });

  it('are refused once the allocation has closed, for unknown space, and for faults by name', async () => {
    const closed = await allocate(3, { closesAt: '2020-01-01T00:00:00Z' });
    const book = (body: object) => tenant.admin.call('POST', '/v1/bookings', body);
    expect((await book({ allocationId: closed.id, quantity: 1 })).body.code).toBe('allocation.expired');
    expect((await book({ allocationId: 'all_nothing', quantity: 1 })).status).toBe(404);
    const faults = await book({ allocationId: closed.id, quantity: 0, colour: 'red' });
    expect(faults.body.errors.map((e: { pointer: string }) => e.pointer)).toContain('/quantity');
    const twice = await book({ allocationId: closed.id, quantity: 1, containers: ['CSQU3054383', 'csqu 305438-3'] });
    expect(twice.body.errors[0].pointer).toBe('/containers/1');
  });

  it('make a shipment and register their containers for tracking', async () => {
    const allocation = await allocate(3);
    const booking = await tenant.admin.must('POST', '/v1/bookings', {
      allocationId: allocation.id,
      quantity: 1,
      reference: 'PO-77',
      containers: ['MSKU9070323'],
    });
    const container = await until(
      'the container is tracked',
      async () => {
        const answer = await tenant.admin.call('GET', '/v1/containers/MSKU9070323');
        return answer.status === 200 ? answer.body : null;
      },
      2_000,
    );
    expect(container.registration).toMatchObject({ bookingId: booking.id, destination: 'NLRTM', reference: 'PO-77' });
    const overview = await tenant.admin.must('GET', `/v1/shipments/${booking.shipmentId}/overview`);
    expect(overview).toMatchObject({
      shipment: { value: { bookingId: booking.id }, reason: null },
      tracking: { value: [{ number: 'MSKU9070323' }] },
      carrier: { value: { id: tenant.carrierId, contactEmail: expect.stringContaining('@') } },
    });
    expect((await broken.admin.call('GET', `/v1/shipments/${booking.shipmentId}`)).status).not.toBe(200);
  });
});

describe('a shard that cannot be reached', () => {
  it('refuses its own tenants and nobody else, and tracking does not notice', async () => {
    const refused = await broken.admin.call('POST', '/v1/bookings', { allocationId: 'all_1', quantity: 1 });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await broken.admin.call('GET', '/v1/shipments')).status).toBe(503);
    expect((await tenant.admin.call('GET', '/v1/shipments')).status).toBe(200);
    const registered = await broken.admin.call('POST', '/v1/containers', { containers: [{ number: 'TOLU4734787' }] });
    expect(registered.status).toBe(201);
    expect((await broken.admin.call('GET', '/v1/containers/TOLU4734787')).status).toBe(200);
    const overview = await broken.admin.must('GET', '/v1/shipments/shp_1/overview');
    expect(overview.shipment.value).toBeNull();
    expect(overview.shipment.reason).toContain('cannot be reached');
  });
});
