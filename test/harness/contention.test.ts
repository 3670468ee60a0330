import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../../scripts/support/api.ts';
import { createTenant, spaceOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { shardOf } from '../support/shards.ts';

const CAPACITY = 30;

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

const book = (allocationId: string, quantity: number): Promise<Answer> =>
  tenant.admin.call('POST', '/v1/bookings', { allocationId, quantity });
const cancel = (id: string): Promise<Answer> =>
  tenant.admin.call('POST', `/v1/bookings/${id}/transitions`, { to: 'cancelled' }, { 'if-match': '"1"' });

/** A full allocation, with what was booked on it. */
async function fullSpace(): Promise<{ id: string; bookings: string[] }> {
  const { id } = await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, CAPACITY));
  const made = await Promise.all(Array.from({ length: CAPACITY }, () => book(id, 1)));
  expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
  return { id, bookings: made.map(({ body }) => body.id) };
}

it('bookings and cancellations at once: no refusal contradicts itself, and nothing is oversold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 40, maxLength: 80 }), async (orders) => {
      const { id, bookings } = await fullSpace();
      const asked: { quantity: number; answer: Answer }[] = [];
      const cancelled: Answer[] = [];
      // Woven into each other, so that space becomes free between a refusal and its explanation.
      await Promise.all(
        orders.flatMap((quantity, i) => [
          book(id, quantity).then((answer) => asked.push({ quantity, answer })),
          ...(bookings[i] ? [cancel(bookings[i]).then((answer) => cancelled.push(answer))] : []),
        ]),
      );
      expect(cancelled.map(({ status }) => status)).toEqual(cancelled.map(() => 200));
      for (const { quantity, answer } of asked) {
        const { status, body } = answer;
        if (status === 409) {
          expect(body.code).toBe('allocation.exhausted');
          expect(body.remaining, body.detail).toBeLessThan(quantity);
        } else if (status !== 201) {
          expect([status, body.code, answer.headers.get('retry-after')]).toEqual([503, 'allocation.contended', '1']);
        }
      }
      const db = await shardOf(platform, tenant.shard);
      const { booked, held } = await db
        .prepare(
          `SELECT booked, (SELECT coalesce(sum(quantity), 0) FROM bookings
             WHERE allocation_id = allocations.id AND state <> 'cancelled') AS held FROM allocations WHERE id = ?`,
        )
        .bind(id)
        .first();
      expect(booked).toBe(held);
      expect(booked).toBeLessThanOrEqual(CAPACITY);
    }),
    { numRuns: 12 },
  );
});
