/** Posts generated feeds through the front door, in their order, and reads the journeys back. */
import type { ApiContainer } from '../../contracts/tracking/containers.ts';
import type { ApiJourney, ApiMilestone } from '../../contracts/tracking/journeys.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { type ApiClient, postSigned } from '../support/api.ts';
import { settleReceipts } from '../support/replay.ts';
import { PlainError } from '../support/terminal.ts';
import type { FeedDelivery, FeedJourney, FeedPairing, Feeds, TrueContainer } from './folder.ts';

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
  // Devices report by a connection that no party has registered.
  for (const [name, format] of formats) {
    if (parties.connections.has(name)) continue;
    const [carrierId] = parties.carriers.values();
    const created = await api.must('POST', '/v1/connections', { name, carrierId, format });
    parties.connections.set(name, created as Connection);
  }
  return parties;
}

/** Receipts that are looked at together: a connection keeps the newest of them alone. */
const RECEIPTS_AT_ONCE = 5_000;

/**
 * Registers journeys, pairs devices and posts deliveries, each at its turn, and waits until everything has its outcome; how
 * many items were refused, by reason.
 */
export async function postFeeds(
  target: FeedTarget,
  feeds: Feeds,
  parties: Parties,
  progress: Progress,
): Promise<Map<string, number>> {
  const refused = new Map<string, number>();
  const receipts: string[] = [];
  const waiting = [...feeds.journeys, ...feeds.pairings].sort((a, b) => a.at - b.at);
  const prepare = async (until: number): Promise<void> => {
    while (waiting.length > 0 && waiting[0]!.at <= until) {
      const next = waiting.shift()!;
      await (next.kind === 'journey' ? register(target, next, parties) : pair(target, next));
    }
  };
  for (const [i, delivery] of feeds.deliveries.entries()) {
    await prepare(delivery.receivedAt);
    receipts.push(await deliver(target, delivery, parties.connections.get(delivery.connection)!));
    progress(i + 1);
    if (receipts.length >= RECEIPTS_AT_ONCE) await settle(target, receipts.splice(0), refused);
  }
  await prepare(Number.POSITIVE_INFINITY);
  await settle(target, receipts, refused);
  return refused;
}

async function register(
  { api }: FeedTarget,
  { at, container, booking, reference, carrier, origin, destination }: FeedJourney,
  { carriers }: Parties,
): Promise<void> {
  const facts = { carrierId: carriers.get(carrier), reference, origin, destination };
  const beginsAt = new Date(at).toISOString();
  const registration = { number: container, beginsAt, ...facts, ...(booking ? { booking } : {}) };
  await api.must('POST', '/v1/containers', { containers: [registration] });
}

async function pair({ api }: FeedTarget, { device, container, from, until, temperature }: FeedPairing): Promise<void> {
  const time = {
    from: new Date(from).toISOString(),
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
  };
  await api.must('POST', `/v1/devices/${device}/pair`, { container, ...time });
  if (!temperature) return;
  await api.must('POST', '/v1/containers', { containers: [{ number: container, temperatureRangeC: temperature }] });
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

async function settle(target: FeedTarget, receipts: readonly string[], refused: Map<string, number>): Promise<void> {
  for (const { rejected } of await settleReceipts(target, [...receipts], pause)) {
    for (const { code } of rejected) refused.set(code, (refused.get(code) ?? 0) + 1);
  }
}

/** A journey as the platform answers it, with all of its milestones. */
export type ReadJourney = ApiJourney & { list: ApiMilestone[] };

/** A container as the platform answers it, with its journeys, oldest first. */
export interface ReadContainer {
  view: ApiContainer;
  journeys: ReadJourney[];
}

/** Reads each container of the truth; those that are not tracked are absent. */
export async function readContainers(
  { api }: FeedTarget,
  truths: readonly TrueContainer[],
  progress: Progress,
): Promise<Map<string, ReadContainer>> {
  const found = new Map<string, ReadContainer>();
  let done = 0;
  await mapLimit([...truths], READS_AT_ONCE, async ({ container }) => {
    const read = await withinQuota(() => readContainer(api, container));
    if (read) found.set(container, read);
    progress(++done);
  });
  return found;
}

async function readContainer(api: ApiClient, container: string): Promise<ReadContainer | null> {
  const answer = await api.call<ApiContainer>('GET', `/v1/containers/${container}`);
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw new Error(`GET of ${container}: ${answer.status}`);
  const journeys = await api.all<ApiJourney>(`/v1/containers/${container}/journeys?limit=200`);
  const whole = journeys.map(async (journey) => {
    return { ...journey, list: await api.all<ApiMilestone>(`/v1/journeys/${journey.id}/milestones?limit=200`) };
  });
  return { view: answer.body, journeys: (await Promise.all(whole)).reverse() };
}

/** A fast machine reads more than a client may in a minute: it waits, and reads on. */
async function withinQuota<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries === DELIVERY_TRIES || !String(error).includes(': 429')) throw error;
      await pause(1_000);
    }
  }
}
