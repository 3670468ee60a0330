import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../scripts/support/api.ts';
import { createTenant, operatorOf, spaceOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { shardOf } from '../support/shards.ts';
import { asker, invite } from '../support/world.ts';

type Ask = ReturnType<typeof asker>;

let platform: Platform;
/** Each on a shard of its own; the second and the last have none that works, and the last does not know the carrier. */
let first: TestTenant;
let broken: TestTenant;
let third: TestTenant;
let stranger: TestTenant;
let carrier: Ask;
let carrierId: string;

const scac = 'LINE';
const space = async ({ admin }: TestTenant) =>
  admin.must('POST', '/v1/allocations', spaceOf(carrierId, 100, { confirmation: 'carrier' }));
const bookOn = async (tenant: TestTenant, allocationId: string): Promise<Answer> =>
  tenant.admin.call('POST', '/v1/bookings', { allocationId, quantity: 1 });

beforeAll(async () => {
  platform = await startPlatform({ brokenShards: ['shard-1', 'shard-3'] });
  first = await createTenant(platform, 'acme');
  broken = await createTenant(platform, 'unlucky');
  third = await createTenant(platform, 'cargo');
  stranger = await createTenant(platform, 'delta');
  expect([first, broken, third, stranger].map(({ shard }) => shard)).toEqual([
    'SHARD_0',
    'SHARD_1',
    'SHARD_2',
    'SHARD_3',
  ]);
  for (const { admin } of [first, broken, third]) {
    carrierId = (await admin.must('POST', '/v1/carriers', { scac, name: scac })).id;
  }
  const invitation = { email: 'desk@line.example', role: 'carrier_user', carrierId };
  carrier = asker(platform, await invite(platform, operatorOf(platform), invitation));
});
afterAll(() => platform?.close());

describe('a carrier whose customers are on several shards', () => {
  it('reads, pages and confirms on those that answer, and is told whose bookings it lacks', async () => {
    const ids: string[] = [];
    for (const tenant of [first, third]) {
      const { id } = await space(tenant);
      for (let i = 0; i < 2; i++) ids.push((await bookOn(tenant, id)).body.id);
    }
    const lacking = [{ tenantId: broken.id, name: 'unlucky' }];
    const listed: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await carrier('GET', `/v1/carrier/bookings?limit=1${cursor}`);
      expect([status, body.lacking, body.lackingMore]).toEqual([200, lacking, 0]);
      listed.push(...body.items.map((item: any) => item.id));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor);
    expect(listed).toEqual([...ids].sort().reverse());

    const of = (tenant: TestTenant, id: string) => `/v1/carrier/customers/${tenant.id}/bookings/${id}`;
    expect((await carrier('GET', of(first, ids[0]!))).body.tenant).toEqual({ id: first.id, name: 'acme' });
    const confirm = { to: 'confirmed' };
    const confirmed = await carrier('POST', `${of(third, ids[2]!)}/transitions`, confirm, { 'if-match': '"1"' });
    expect([confirmed.status, confirmed.body.state]).toEqual([200, 'confirmed']);
    for (const [method, path] of [
      ['GET', of(broken, ids[0]!)],
      ['POST', `${of(broken, ids[0]!)}/transitions`],
    ] as const) {
      const body = method === 'POST' ? confirm : undefined;
      const refused = await carrier(method, path, body, { 'if-match': '"1"' });
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
        503,
        'shard.unavailable',
        '5',
      ]);
    }
    // A booking is found under its own customer alone, and a tenant that is none has nothing to be asked for.
    expect((await carrier('GET', of(third, ids[0]!))).status).toBe(404);
    expect((await carrier('GET', of(stranger, ids[0]!))).status).toBe(404);
  });

  it('lacks nothing where it asks for one customer whose records answer', async () => {
    const of = (tenantId: string) => carrier('GET', `/v1/carrier/bookings?tenantId=${tenantId}`);
    const { body } = await of(first.id);
    expect(new Set(body.items.map((item: any) => item.tenant.id))).toEqual(new Set([first.id]));
    expect(body.lacking).toEqual([]);
    expect((await of(broken.id)).body).toEqual({
      items: [],
      nextCursor: null,
      lacking: [{ tenantId: broken.id, name: 'unlucky' }],
      lackingMore: 0,
    });
    expect((await of(stranger.id)).status).toBe(404);
    expect((await of('ten_none')).status).toBe(404);
  });
});

describe('trouble of a shard, in whatever form', () => {
  const FORMS: Record<string, [doIt: string, undo: string]> = {
    'a table is missing': [
      'ALTER TABLE bookings RENAME TO bookings_away',
      'ALTER TABLE bookings_away RENAME TO bookings',
    ],
    'a column is missing': [
      'ALTER TABLE bookings RENAME COLUMN confirmed_by TO away',
      'ALTER TABLE bookings RENAME COLUMN away TO confirmed_by',
    ],
    'a constraint that nobody knows': [
      'CREATE UNIQUE INDEX strange ON bookings (tenant_id, quantity) WHERE quantity = 1 AND reference IS NULL',
      'DROP INDEX strange',
    ],
    'a trigger that refuses': [
      "CREATE TRIGGER strange BEFORE INSERT ON bookings BEGIN SELECT RAISE(ABORT, 'not today'); END",
      'DROP TRIGGER strange',
    ],
  };

  it.each(Object.keys(FORMS))('is 503 for its own tenants alone: %s', async (form) => {
    const [doIt, undo] = FORMS[form]!;
    const [ours, theirs] = [await space(first), await space(third)];
    const db = await shardOf(platform, first.shard);
    if (form.startsWith('a constraint')) await db.prepare('DELETE FROM bookings').run();
    expect((await bookOn(first, ours.id)).status).toBe(201);
    await db.prepare(doIt).run();
    const refused = await bookOn(first, ours.id);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'shard.unavailable',
      '5',
    ]);
    expect((await bookOn(third, theirs.id)).status).toBe(201);
    expect((await carrier('GET', `/v1/carrier/bookings?tenantId=${third.id}`)).body.lacking).toEqual([]);
    await db.prepare(undo).run();
    expect((await bookOn(first, ours.id)).status).toBe(201);
  });
});
