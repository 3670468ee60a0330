/** Webhooks out: how fast an endpoint that answers is delivered to, alone and beside one that never answers. */
import { pause, spaceOf } from '../test/support/fixtures.ts';
import { Receiver } from '../test/support/receiver.ts';
import { inTurns } from './load.ts';
import type { Stage } from './stage.ts';

/** Events that are replayed to the endpoint in each measurement. */
const EVENTS = 500;
/** Events that the hanging endpoint is sent: it has six slots. */
const HANGING_EVENTS = 20;
const ROUNDS = 5;
const LOOK_MS = 5;
/** A measurement that takes longer is a failure, not a slow machine. */
const LOOKS_MAX = 24_000;

/**
 * Deliveries a second of an endpoint that answers at once. What is measured is the delivery itself: events are put in
 * line together, by replaying a log, so that neither bookings nor their outbox are in the figure.
 */
export async function webhooks({ tenant }: Stage): Promise<object> {
  const { admin } = tenant;
  const answering = new Receiver();
  const hanging = new Receiver();
  hanging.answer = 'none';
  try {
    const { id } = await admin.must('POST', '/v1/webhook-endpoints', { url: await answering.listen() });
    const allocation = await admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, EVENTS));
    for (let n = 0; n < EVENTS; n++) {
      await admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
    }
    await settled(admin, id);
    const deliver = () => deliverAll(admin, id, answering);
    const url = await hanging.listen();
    const more = await admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 1_000));
    const beside = async () => {
      const other = await admin.must('POST', '/v1/webhook-endpoints', { url });
      // Enough for every slot that it has, and more that waits.
      const booked = Array.from({ length: HANGING_EVENTS }, () =>
        admin.must('POST', '/v1/bookings', { allocationId: more.id, quantity: 1 }),
      );
      await Promise.all(booked);
      await settled(admin, id);
      const perSecond = await deliver();
      await admin.must('DELETE', `/v1/webhook-endpoints/${other.id}`);
      return perSecond;
    };
    const found = await inTurns(ROUNDS, deliver, beside);
    return {
      webhookRatioBesideHanging: found.ratio,
      webhooksPerSecond: { alone: found.ours, besideHanging: found.floor },
    };
  } finally {
    answering.close();
    hanging.close();
  }
}

type Admin = Stage['tenant']['admin'];

async function deliverAll(admin: Admin, id: string, receiver: Receiver): Promise<number> {
  const before = receiver.received.length;
  const startedAt = performance.now();
  const { replayed } = await admin.must('POST', `/v1/webhook-endpoints/${id}/replay`, { from: '2020-01-01T00:00:00Z' });
  for (let look = 0; receiver.received.length < before + replayed; look++) {
    if (look > LOOKS_MAX) throw new Error('the deliveries did not arrive');
    await pause(LOOK_MS);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await settled(admin, id);
  return replayed / seconds;
}

/** Waits until nothing is pending for an endpoint. */
async function settled(admin: Admin, id: string): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const { health } = await admin.must('GET', `/v1/webhook-endpoints/${id}`);
    if (health.pending === 0) return;
    await pause(50);
  }
  throw new Error('the deliveries were not settled');
}
