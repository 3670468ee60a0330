/** Procurement's events, as far as tracking acts on them. */
import { type Answer, ok } from '../../../contracts/kit/result.ts';
import type { For } from '../request.ts';
import { registerBooked, takeBackBooked } from './containers.ts';

/** A confirmed booking's containers are registered for tracking, and a cancelled one takes back what it said of them. */
export async function applyBookingEvent({
  env,
  scope,
  input: { type, data, at },
}: For<'applyBookingEvent'>): Promise<Answer<{ containers: number }>> {
  const { containers, bookingId, origin, destination, carrierId, promisedArrivalAt, reference } = data;
  if (containers.length === 0) return ok({ containers: 0 });
  if (type === 'booking.cancelled') await takeBackBooked(env, scope, bookingId, containers, at);
  if (type === 'booking.confirmed') {
    const facts = { origin, destination, carrierId, bookingId, promisedArrivalAt, ...(reference ? { reference } : {}) };
    const registrations = containers.map((number) => ({ number, ...facts }));
    const answer = await registerBooked(env, scope, registrations, at);
    if (!answer.ok) return answer;
  }
  return ok({ containers: containers.length });
}
