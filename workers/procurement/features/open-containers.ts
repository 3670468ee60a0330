/** Containers in open bookings: each is in one at a time, until that is completed or cancelled. */
import { and, eq, inArray } from 'drizzle-orm';
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import { type bookings, openContainers } from '../../../platform/d1/schema/tenant.ts';
import { errorText } from '../../../platform/log.ts';
import type { Shard } from '../shard.ts';

type BookingRow = typeof bookings.$inferSelect;

/** The statements that put a booking's containers into it; one that is in another fails the batch. */
export function takeContainers(shard: Shard, { tenantId, id, containers }: BookingRow): D1PreparedStatement[] {
  if (containers.length === 0) return [];
  return [
    shard.session
      .prepare('INSERT INTO open_containers (tenant_id, number, booking_id) SELECT ?, value, ? FROM json_each(?)')
      .bind(tenantId, id, JSON.stringify(containers)),
  ];
}

/** The statement that lets go of a booking's containers. */
export const releaseContainers = (shard: Shard, { id }: Pick<BookingRow, 'id'>): D1PreparedStatement =>
  shard.session.prepare('DELETE FROM open_containers WHERE booking_id = ?').bind(id);

/** Whether a batch failed because a container is in another open booking. */
export const isContainerTaken = (error: unknown): boolean =>
  errorText(error).includes('UNIQUE constraint failed: open_containers');

/** D1 binds 100 values to a statement. */
const BOUND_MAX = 90;

/** The refusal that names the containers and the bookings that they are in; null when they are free by now. */
export async function takenFailure(
  shard: Shard,
  tenantId: string,
  containers: readonly string[],
): Promise<Failure | null> {
  const rows = await shard.db
    .select()
    .from(openContainers)
    .where(and(eq(openContainers.tenantId, tenantId), inArray(openContainers.number, containers.slice(0, BOUND_MAX))));
  if (rows.length === 0) return null;
  const detail = rows.map(({ number, bookingId }) => `${number} is in the open booking ${bookingId}`).join('; ');
  const faults = rows.map(({ number, bookingId }) => ({
    pointer: `/containers/${containers.indexOf(number)}`,
    code: 'in_open_booking',
    detail: `is in the open booking ${bookingId}`,
  }));
  return fail('conflict.exists', detail, { faults });
}
