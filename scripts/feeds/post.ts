/** Posts generated feeds through the front door, in their order, and reads the journeys back. */
import type { ApiJourney, ApiMilestone } from '../../contracts/tracking/journeys.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { type ApiClient, postSigned } from '../support/api.ts';
import { settleReceipts } from '../support/replay.ts';
import { PlainError } from '../support/terminal.ts';
import type { FeedDelivery, FeedJourney, Feeds, TrueContainer } from './folder.ts';

/** Where feeds are posted. */
export interface FeedTarget {
  origin: string;
  api: ApiClient;
}

type Connection = { id: string; scheme: string; secret: string };
type Progress = (done: number, note?: string) => void;

const DELIVERY_TRIES = 200;
const READS_AT_ONCE = 4;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Parties with their connections, by the names that the feeds have for them. */
export interface Parties {
  carriers: Map<string, string>;
  connections: Map<string, Connection>;
}

/** Creates the parties of the feeds and their connections. */
export async function createParties({ api }: FeedTarget, { connections, deliveries }: Feeds): Promise<Parties> {
  const parties: Parties = { carriers: new Map(), connections: new Map() };
  const formats = new Map(deliveries.map(({ connection, format }) => [connection, format]));
  for (const { connection, party, role, history, times } of connections) {
    if (!parties.carriers.has(party)) {
      const carrier = await api.must('POST', '/v1/carriers', { scac: party, name: party });
      parties.carriers.set(party, carrier.id as string);
    }
    const created = await api.must('POST', '/v1/connections', {
      name: connection,
      carrierId: parties.carriers.get(party),
      format: formats.get(connection) ?? 'dcsa',
      options: { role, history, times: times === 'local-labelled-z' ? 'local_labelled_z' : 'as_stated' },
    });
    parties.connections.set(connection, created as Connection);
  }
  return parties;
}

/** Registers journeys and posts deliveries, each at its turn; the ids of the receipts. */
export async function postFeeds(
  target: FeedTarget,
  feeds: Feeds,
  parties: Parties,
  progress: Progress,
): Promise<string[]> {
  const receipts: string[] = [];
  const waiting = [...feeds.journeys];
  for (const [i, delivery] of feeds.deliveries.entries()) {
    const due = waiting.findIndex(({ at }) => at > delivery.receivedAt);
    await register(target, waiting.splice(0, due < 0 ? waiting.length : due), parties);
    receipts.push(await deliver(target, delivery, parties.connections.get(delivery.connection)!));
    progress(i + 1);
  }
  await register(target, waiting, parties);
  return receipts;
}

async function register({ api }: FeedTarget, journeys: readonly FeedJourney[], { carriers }: Parties): Promise<void> {
  for (const { at, container, booking, reference, carrier, origin, destination } of journeys) {
    const facts = { carrierId: carriers.get(carrier), reference, origin, destination };
    const beginsAt = new Date(at).toISOString();
    const registration = { number: container, beginsAt, ...facts, ...(booking ? { booking } : {}) };
    await api.must('POST', '/v1/containers', { containers: [registration] });
  }
}

async function deliver(
  target: FeedTarget,
  { body, contentType }: FeedDelivery,
  connection: Connection,
): Promise<string> {
  for (let i = 0; i < DELIVERY_TRIES; i++) {
    const answer = await postSigned(target.origin, connection, body, { contentType });
    if (answer.status === 202 || answer.status === 422) return answer.body.receiptId as string;
    if (answer.status !== 429 && answer.status < 500) {
      throw new PlainError(`The platform refused a delivery with ${answer.status}: ${answer.body.detail}`);
    }
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1_000);
  }
  throw new PlainError(`The platform did not take a delivery after ${DELIVERY_TRIES} tries.`);
}

/** Waits until everything posted has its outcome; how many items were refused, by reason. */
export async function settled(target: FeedTarget, receipts: readonly string[]): Promise<Map<string, number>> {
  const reasons = new Map<string, number>();
  for (const { rejected } of await settleReceipts(target, [...receipts], pause)) {
    for (const { code } of rejected) reasons.set(code, (reasons.get(code) ?? 0) + 1);
  }
  return reasons;
}

/** A journey as the platform answers it, with all of its milestones. */
export type ReadJourney = ApiJourney & { list: ApiMilestone[] };

/** Reads the journeys of each container of the truth, oldest first; none where the container is not tracked. */
export async function readJourneys(
  { api }: FeedTarget,
  truths: readonly TrueContainer[],
  progress: Progress,
): Promise<Map<string, ReadJourney[]>> {
  const found = new Map<string, ReadJourney[]>();
  await mapLimit([...truths], READS_AT_ONCE, async ({ container }) => {
    const answer = await api.call('GET', `/v1/containers/${container}/journeys?limit=1`);
    if (answer.status === 200) {
      const journeys = await api.all<ApiJourney>(`/v1/containers/${container}/journeys?limit=200`);
      const whole = journeys.map(async (journey) => {
        return { ...journey, list: await api.all<ApiMilestone>(`/v1/journeys/${journey.id}/milestones?limit=200`) };
      });
      found.set(container, (await Promise.all(whole)).reverse());
    }
    progress(found.size);
  });
  return found;
}
