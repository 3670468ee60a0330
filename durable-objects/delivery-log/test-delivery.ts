/** A test that somebody asks for: one attempt, at once, whatever else waits. */
import type { Attempt } from '../../domain/webhook/retry.ts';
import { newId } from '../../platform/ids.ts';
import type { DeliveryRow, DueDelivery } from './rows.ts';
import type { DeliveryStorage } from './storage.ts';

const TYPE = 'endpoint.test';

/** Posts an `endpoint.test` event and keeps what became of it. */
export async function sendTest(
  storage: DeliveryStorage,
  endpointId: string,
  post: (delivery: Pick<DueDelivery, 'eventId' | 'body'>) => Promise<Attempt>,
): Promise<DeliveryRow> {
  const now = Date.now();
  const [id, eventId] = [newId('dlv', now), newId('evt', now)];
  const body = JSON.stringify({ type: TYPE, timestamp: new Date(now).toISOString(), data: { endpointId } });
  const attempt = await post({ eventId, body });
  const taken = 'status' in attempt && attempt.status >= 200 && attempt.status < 300;
  // One turn, and so one commit: it is never seen pending, and never tried again.
  storage.insert({ id, eventId, type: TYPE, body }, now);
  const lastStatus = 'status' in attempt ? attempt.status : null;
  const lastError = 'error' in attempt ? attempt.error : null;
  const status = taken ? 'delivered' : 'failed';
  storage.attempted(id, { status, lastStatus, lastError, nextAt: null }, Date.now());
  return storage.delivery(id)!;
}
