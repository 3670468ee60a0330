import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, inDays, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { shardOf } from '../support/shards.ts';
import { asker, invite } from '../support/world.ts';

let platform: Platform;
let tenant: TestTenant;
let broken: TestTenant;

async function allocate(capacity: number, more: object = {}) {
  return tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, capacity, more));
}

beforeAll(async () => {
  platform = await startPlatform({ brokenShards: ['shard-1'] });
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
    const db = await shardOf(platform, tenant.shard);
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
    const post = (what: string, body: object, etag?: string) =>
      tenant.admin.call('POST', `${path}/${what}`, body, etag ? { 'if-match': etag } : {});
    const move = (to: string, etag?: string) => post('transitions', { to }, etag);
    const record = (etag?: string) => post('carrier-confirmation', { means: 'email' }, etag);
    expect((await move('cancelled')).status).toBe(428);
    expect((await move('cancelled', '"9"')).status).toBe(412);
    expect([(await record()).status, (await record('"9"')).status]).toEqual([428, 412]);
    expect((await move('completed', '"1"')).body.code).toBe('booking.transition_invalid');
    const raced = await Promise.all([record('"1"'), move('cancelled', '"1"')]);
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

  it('are confirmed by the carrier alone; recording what it said is a permission of its own, and shows', async () => {
    const allocation = await allocate(5, { confirmation: 'carrier' });
    const { id, confirmedBy } = await tenant.admin.must('POST', '/v1/bookings', {
      allocationId: allocation.id,
      quantity: 1,
    });
    expect(confirmedBy).toBeNull();
    const headers = { 'if-match': '"1"' };
    const refused = await tenant.admin.call('POST', `/v1/bookings/${id}/transitions`, { to: 'confirmed' }, headers);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(refused.body.detail).toContain('carrier-confirmation');
    const path = `/v1/bookings/${id}/carrier-confirmation`;
    for (const [role, status] of [
      ['procurement_manager', 403],
      ['operations', 422],
    ] as const) {
      const as = asker(platform, await invite(platform, tenant.admin, { email: `${role}@acme.example`, role }));
      const future = await as('POST', path, { means: 'telephone', confirmedAt: inDays(1) }, headers);
      expect([role, future.status, future.body.errors?.[0].pointer]).toEqual([
        role,
        status,
        status === 422 ? '/confirmedAt' : undefined,
      ]);
    }
    const before = await tenant.admin.call('POST', path, { means: 'telephone', confirmedAt: inDays(-1) }, headers);
    expect([before.status, before.body.errors?.[0].code]).toEqual([422, 'too_early']);
    const { createdAt } = await tenant.admin.must('GET', `/v1/bookings/${id}`);
    const given = { means: 'telephone', spokeWith: 'The export desk', confirmedAt: createdAt };
    const recorded = await tenant.admin.must('POST', path, { ...given, reason: 'their portal is down' }, headers);
    expect(recorded).toMatchObject({
      state: 'confirmed',
      version: 2,
      confirmedBy: {
        how: 'recorded',
        subject: expect.stringMatching(/^cli_/),
        at: given.confirmedAt,
        means: 'telephone',
        spokeWith: 'The export desk',
      },
    });
    const { audit } = await tenant.admin.must('GET', `/v1/bookings/${id}`);
    expect(audit.at(-1)).toMatchObject({
      action: 'booking.confirmation_recorded',
      detail: `${given.confirmedAt} by telephone, with The export desk, shipment ${recorded.shipmentId}, their portal is down`,
    });
    expect((await tenant.admin.must('GET', `/v1/shipments/${recorded.shipmentId}`)).bookingId).toBe(id);
    const again = await tenant.admin.call('POST', path, given, { 'if-match': '"2"' });
    expect(again.body.code).toBe('booking.transition_invalid');
  });

  it('within an instant contract are confirmed by it', async () => {
    const allocation = await allocate(5);
    const booking = await tenant.admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
    const confirmedBy = { how: 'contract', subject: null, at: booking.createdAt, means: null, spokeWith: null };
    expect(booking.confirmedBy).toEqual(confirmedBy);
    const shipped = await tenant.admin.must(
      'POST',
      `/v1/bookings/${booking.id}/transitions`,
      { to: 'shipped' },
      { 'if-match': '"1"' },
    );
    expect(shipped.confirmedBy).toEqual(confirmedBy);
  });

  it('are refused for unknown space, and for faults by name', async () => {
    const space = await allocate(3);
    const book = (body: object) => tenant.admin.call('POST', '/v1/bookings', body);
    expect((await book({ allocationId: 'all_nothing', quantity: 1 })).status).toBe(404);
    const faults = await book({ allocationId: space.id, quantity: 0, colour: 'red' });
    expect(faults.body.errors.map((e: { pointer: string }) => e.pointer)).toContain('/quantity');
    const twice = await book({ allocationId: space.id, quantity: 1, containers: ['CSQU3054383', 'csqu 305438-3'] });
    expect(twice.body.errors[0].pointer).toBe('/containers/1');
  });

  it('are read by bookmarks that were given, and by no others', async () => {
    const { headers } = await tenant.admin.call('POST', '/v1/allocations', spaceOf(tenant.carrierId, 1));
    const { typed } = tenant.admin;
    const { shipmentId } = (await tenant.admin.all('/v1/bookings?state=confirmed'))[0];
    const read = async (path: string, bookmark: string) => {
      const answer = await typed.request('GET', path, { headers: { 'fairlead-bookmark': bookmark } });
      const body: any = await answer.json();
      return [answer.status, body.errors?.[0].pointer];
    };
    for (const path of ['/v1/bookings', '/v1/allocations', '/v1/shipments', `/v1/shipments/${shipmentId}/overview`]) {
      expect([path, ...(await read(path, headers.get('fairlead-bookmark')!))]).toEqual([path, 200, undefined]);
      for (const garbage of ['garbage', 'first-unconstrained', '0-0', "'; DROP"]) {
        expect([path, ...(await read(path, garbage))]).toEqual([path, 400, '/header/Fairlead-Bookmark']);
      }
      expect([path, ...(await read(`${path}?cursor=garbage`, headers.get('fairlead-bookmark')!))][1]).toBe(400);
    }
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
