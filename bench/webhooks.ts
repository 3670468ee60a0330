/** Webhooks out: how fast an endpoint that answers is delivered to, alone and beside one that never answers. */
import type { ApiClient } from '../scripts/support/api.ts';
import { pause, spaceOf } from '../test/support/fixtures.ts';
import { Receiver } from '../test/support/receiver.ts';
import { type Comparison, inTurns, type Side } from './load.ts';
import type { Ours } from './sides/ours.ts';

/** Events that are replayed to the endpoint in each measurement. */
const EVENTS = 500;
/** Events that the hanging endpoint is sent: it has six slots. */
const HANGING_EVENTS = 20;
const ROUNDS = 3;
const LOOK_MS = 5;
/** A measurement that takes longer is a failure, not a slow machine. */
const LOOKS_MAX = 24_000;

/**
 * Deliveries a second of an endpoint that answers at once, beside one that never does and alone. What is measured is the delivery itself: events are put in
 * line together, by replaying a log, so that neither bookings nor their outbox are in the figure.
 */
export async function webhooks(ours: Ours): Promise<Comparison> {
  const { admin, carrierId } = ours;
  const answering = new Receiver();
  const hanging = new Receiver();
  hanging.answer = 'none';
  try {
    const { id } = await admin.must('POST', '/v1/webhook-endpoints', { url: await answering.listen() });
    const allocation = await admin.must('POST', '/v1/allocations', spaceOf(carrierId, EVENTS));
    for (let n = 0; n < EVENTS; n++) {
      await admin.must('POST', '/v1/bookings', { allocationId: allocation.id, quantity: 1 });
    }
    await settled(admin, id);
    const url = await hanging.listen();
    const more = await admin.must('POST', '/v1/allocations', spaceOf(carrierId, 1_000));
    let other: string | null = null;
    const deliver: Side = {
      cpuMs: ours.cpuMs,
      turn: () => deliverAll(admin, id, answering),
      after: () => settled(admin, id),
    };
    return await inTurns(ROUNDS, {
      besideHanging: {
        ...deliver,
        before: async () => {
          other = (await admin.must('POST', '/v1/webhook-endpoints', { url })).id;
          // Enough for every slot that it has, and more that waits.
          const booked = Array.from({ length: HANGING_EVENTS }, () =>
            admin.must('POST', '/v1/bookings', { allocationId: more.id, quantity: 1 }),
          );
          await Promise.all(booked);
          await settled(admin, id);
        },
        after: async () => {
          await settled(admin, id);
          await admin.must('DELETE', `/v1/webhook-endpoints/${other}`);
        },
      },
      alone: deliver,
    });
  } finally {
    answering.close();
    hanging.close();
  }
}

async function deliverAll(admin: ApiClient, id: string, receiver: Receiver): Promise<number> {
  const before = receiver.received.length;
  const { replayed } = await admin.must('POST', `/v1/webhook-endpoints/${id}/replay`, { from: '2020-01-01T00:00:00Z' });
  for (let look = 0; receiver.received.length < before + replayed; look++) {
    if (look > LOOKS_MAX) throw new Error('the deliveries did not arrive');
    await pause(LOOK_MS);
  }
  return replayed;
}

/** Waits until nothing is pending for an endpoint. */
async function settled(admin: ApiClient, id: string): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const { health } = await admin.must('GET', `/v1/webhook-endpoints/${id}`);
    if (health.pending === 0) return;
    await pause(50);
  }
  throw new Error('the deliveries were not settled');
}
