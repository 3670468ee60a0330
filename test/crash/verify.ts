/** What must be there after the kills, beside what is. */
import { mapLimit } from '../../platform/concurrency.ts';
import type { ApiClient } from '../../scripts/support/api.ts';
import { pause } from '../support/fixtures.ts';
import type { Received } from '../support/receiver.ts';
import type { Posted, PostedBooking, PostedMilestone, Target } from './load.ts';
import type { Watch } from './watch.ts';

/** What was lost, doubled or missed. */
export interface Verdict {
  /** Positions, milestones and bookings that were answered and are not there. */
  lost: number;
  /** Those that are there more than once, and events that were published under more than one id. */
  doubled: number;
  /** Milestones of which the answering endpoint, or the log of the hanging one, never learned. */
  webhooksLost: number;
  /** The same of bookings. */
  bookingEventsLost: number;
  /** Positions that a live client was not told of, and clients that did not come up to date. */
  liveGaps: number;
}

/** What is verified. */
export interface Evidence {
  api: ApiClient;
  posted: Posted;
  endpoints: { answering: string; hanging: string };
  received: readonly Received[];
  watches: readonly Watch[];
  target: Target;
}

/** How often is looked whether all has arrived: after this, what is missing is lost. */
const LOOKS = 120;
const LOOK_MS = 500;
const AT_ONCE = 4;

/** Waits for what is on its way, then counts. */
export async function verify(evidence: Evidence): Promise<Verdict> {
  const { api, posted } = evidence;
  await mapLimit(posted.receipts, AT_ONCE, (id) =>
    patient(async () => (await api.must('GET', `/v1/receipts/${id}`)).settled === true),
  );
  // A delivery that was stored, not answered and posted again is a duplicate in the receipt that is known: the one before
  // may still be on its way.
  await patient(async () => (await trackedOf(evidence)).lost === 0);
  const tracked = await trackedOf(evidence);
  const booked = await bookedOf(evidence);
  await patient(async () => isComplete(evidence, await loggedOf(evidence)));
  const logged = await loggedOf(evidence);
  await patient(async () => (await liveGaps(evidence)) === 0);
  return {
    lost: tracked.lost + booked.lost,
    doubled: tracked.doubled + booked.doubled + publishedTwice(evidence.received),
    ...missingOf(evidence, logged),
    liveGaps: await liveGaps(evidence),
  };
}

/** Looks again and again until it is so, for a bounded time; what is not so then is for the counts to show. */
async function patient(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS && !(await isSo()); look++) await pause(LOOK_MS);
}

async function trackedOf({ api, posted, target }: Evidence): Promise<{ lost: number; doubled: number }> {
  const found = await mapLimit([...target.containers], AT_ONCE, async (number) => {
    const instants = posted.positions.get(number) ?? new Set();
    const listed = await api.all<{ at: string }>(`/v1/containers/${number}/positions?resolution=0&limit=500`);
    const events = await api.all<{ at: string }>(`/v1/containers/${number}/events?limit=500`);
    const expected = posted.milestones.filter((milestone) => milestone.number === number);
    return [
      difference(
        [...instants],
        listed.map(({ at }) => new Date(at).toISOString()),
      ),
      difference(
        expected.map(({ at }) => at),
        events.map(({ at }) => new Date(at).toISOString()),
      ),
    ];
  });
  return sum(found.flat());
}

async function bookedOf({ api, posted, target }: Evidence): Promise<{ lost: number; doubled: number }> {
  const listed = await api.all<{ id: string; reference: string }>('/v1/bookings?limit=500');
  const byKey = difference(
    posted.bookings.map(({ key }) => key),
    listed.map(({ reference }) => reference),
  );
  const ids = new Set(listed.map(({ id }) => id));
  const answered = posted.bookings.filter(({ id }) => id !== null && !ids.has(id)).length;
  const { booked } = await api.must('GET', `/v1/allocations/${target.allocationId}`);
  const registered = await mapLimit(
    posted.bookings.filter(({ containers }) => containers.length > 0),
    AT_ONCE,
    (booking) => isRegistered(api, booking),
  );
  const space = {
    lost: Math.max(0, posted.bookings.length - booked),
    doubled: Math.max(0, booked - posted.bookings.length),
  };
  const unregistered = registered.filter((is) => !is).length;
  return sum([byKey, space, { lost: answered + unregistered, doubled: 0 }]);
}

/** Whether tracking has the container of a booking. */
async function isRegistered(api: ApiClient, { id, containers }: PostedBooking): Promise<boolean> {
  const look = async (): Promise<boolean> => {
    const answer = await api.call('GET', `/v1/containers/${containers[0]}`);
    return answer.status === 200 && answer.body.registration?.bookingId === id;
  };
  await patient(look);
  return look();
}

interface Logged {
  answering: Received[];
  hanging: Set<string>;
}

/** What the answering endpoint has had, and the ids of the events that lie in the log of the hanging one. */
async function loggedOf({ api, endpoints, received }: Evidence): Promise<Logged> {
  const rows = await api.all<{ eventId: string }>(`/v1/webhook-endpoints/${endpoints.hanging}/deliveries?limit=500`);
  return { answering: [...received], hanging: new Set(rows.map(({ eventId }) => eventId)) };
}

const isOf = (milestone: PostedMilestone, { type, data }: Received): boolean =>
  type.startsWith('container.milestone') &&
  data.number === milestone.number &&
  data.milestone === milestone.milestone &&
  data.location === milestone.location &&
  new Date(String(data.at)).toISOString() === milestone.at;

function missingOf(
  { posted }: Evidence,
  { answering, hanging }: Logged,
): Pick<Verdict, 'webhooksLost' | 'bookingEventsLost'> {
  const missing = (found: Received | undefined): number => (found === undefined ? 2 : hanging.has(found.id) ? 0 : 1);
  const byBooking = new Map(
    answering.filter(({ type }) => type === 'booking.confirmed').map((each) => [each.data.bookingId, each]),
  );
  return {
    webhooksLost: posted.milestones.reduce(
      (lost, milestone) => lost + missing(answering.find((each) => isOf(milestone, each))),
      0,
    ),
    bookingEventsLost: posted.bookings.reduce((lost, { id }) => lost + missing(byBooking.get(id ?? '')), 0),
  };
}

function isComplete(evidence: Evidence, logged: Logged): boolean {
  const { webhooksLost, bookingEventsLost } = missingOf(evidence, logged);
  return webhooksLost + bookingEventsLost === 0;
}

/** Events that came under several ids: a receiver that de-duplicates by id would take them for several. */
function publishedTwice(received: readonly Received[]): number {
  const ids = new Map<string, Set<string>>();
  for (const { id, type, data } of received) {
    const what = type.startsWith('booking.')
      ? [type, data.bookingId]
      : [type, data.number, data.milestone, data.location, data.at];
    if (!type.startsWith('booking.') && !type.startsWith('container.milestone')) continue;
    const key = JSON.stringify(what);
    ids.set(key, (ids.get(key) ?? new Set()).add(id));
  }
  return [...ids.values()].reduce((more, { size }) => more + size - 1, 0);
}

async function liveGaps({ api, watches, target, posted }: Evidence): Promise<number> {
  const gaps = await mapLimit([...watches.entries()], AT_ONCE, async ([n, watch]) => {
    const number = target.containers[n]!;
    const { seq } = await api.must('GET', `/v1/containers/${number}`);
    return watch.missed(posted.positions.get(number) ?? []).length + (watch.seq === seq ? 0 : 1);
  });
  return gaps.reduce((all, each) => all + each, 0);
}

/** What is expected and not found, and what is found more often than expected. */
function difference(expected: readonly string[], found: readonly string[]): { lost: number; doubled: number } {
  const wanted = new Set(expected);
  const there = found.filter((each) => wanted.has(each));
  const distinct = new Set(there);
  return { lost: wanted.size - distinct.size, doubled: there.length - distinct.size };
}

function sum(parts: readonly { lost: number; doubled: number }[]): { lost: number; doubled: number } {
  return parts.reduce((all, each) => ({ lost: all.lost + each.lost, doubled: all.doubled + each.doubled }));
}
