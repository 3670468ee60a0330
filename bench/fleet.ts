/** What an event costs in billable work: by the shape of its feed, in a mixed feed, and in a fleet that grows. */
import type { ObjectUsage } from '../durable-objects/kit/usage.ts';
import { PRICES_USD_PER_MILLION as PRICE } from '../platform/limits.ts';
import { postSigned } from '../scripts/support/api.ts';
import { createTenant, pause, type TestTenant } from '../test/support/fixtures.ts';
import { type Platform, startPlatform } from '../test/support/harness.ts';
import { registerFleet } from './containers.ts';
import { round3 } from './load.ts';
import { Feed, SHAPES, type Shape } from './positions.ts';

/** Deliveries of each shape that are counted, and the share of a mixed feed's events that come in such deliveries. */
const MIX: Record<keyof typeof SHAPES, { deliveries: number; share: number }> = {
  ingest50: { deliveries: 5, share: 0.6 },
  ingestCold: { deliveries: 20, share: 0.3 },
  single: { deliveries: 100, share: 0.1 },
};
const SMALL = 500;
const LARGE = 2_500;
/** What the growth is wanted to: some twelve minutes of registering and reporting, so that it is measured apart. */
const LARGEST = 50_000;

/** Billable work of one event. */
interface PerEvent {
  objectRequests: number;
  rowsWritten: number;
  queueOperations: number;
  workerRequests: number;
}

/** Cost of events, at list prices. */
export interface FleetCost {
  usdPerMillion: number;
  rowsPerEvent: number;
  /** Cost of an event in a fleet of so many containers that all report, over that in one of 500 that all report. */
  growth: number;
  growthTo: number;
  byShape: Record<string, PerEvent & { usdPerMillion: number }>;
  pricesAsOf: string;
}

/**
 * Counts the requests, rows and queue operations of feeds, one delivery at a time, so that no two share a request. Of
 * the objects that every event reaches: what follows later, such as a ledger's training, is not in it.
 */
export async function fleetCost(): Promise<FleetCost> {
  const platform = await startPlatform();
  try {
    const large = await Account.open(platform, 'large', LARGE);
    const byShape: Record<string, PerEvent> = {};
    for (const [name, shape] of Object.entries(SHAPES)) {
      byShape[name] = await large.perEvent(shape, MIX[name as keyof typeof SHAPES].deliveries);
    }
    const small = await Account.open(platform, 'small', SMALL);
    const growth = usd(await large.perReport(LARGE)) / usd(await small.perReport(SMALL));
    const mixed = (value: (of: PerEvent) => number): number =>
      Object.entries(MIX).reduce((sum, [name, { share }]) => sum + share * value(byShape[name]!), 0);
    return {
      usdPerMillion: round3(mixed(usd) * 1e6),
      rowsPerEvent: round3(mixed((of) => of.rowsWritten)),
      growth: round3(growth),
      growthTo: LARGE,
      byShape: Object.fromEntries(
        Object.entries(byShape).map(([name, of]) => [name, { ...rounded(of), usdPerMillion: round3(usd(of) * 1e6) }]),
      ),
      pricesAsOf: PRICE.asOf,
    };
  } finally {
    await platform.close();
  }
}

/**
 * The cost of an event in a fleet of 50,000 that all report, over that in one of 500, of feeds of 100 events to 100
 * containers.
 */
export async function fleetGrowth(): Promise<{ growth: number; growthTo: number }> {
  const platform = await startPlatform();
  try {
    const of = async (slug: string, fleet: number): Promise<number> =>
      usd(await (await Account.open(platform, slug, fleet)).perReport(fleet)) * 1e6;
    const [small, large] = [await of('small', SMALL), await of('largest', LARGEST)];
    return { growth: round3(large / small), growthTo: LARGEST };
  } finally {
    await platform.close();
  }
}

/** Price of one event's work, USD. */
const usd = (of: PerEvent): number =>
  (of.objectRequests * PRICE.objectRequest +
    of.rowsWritten * PRICE.rowWritten +
    of.queueOperations * PRICE.queueOperation +
    of.workerRequests * PRICE.workerRequest) /
  1e6;

const rounded = (of: PerEvent): PerEvent => ({
  objectRequests: round3(of.objectRequests),
  rowsWritten: round3(of.rowsWritten),
  queueOperations: round3(of.queueOperations),
  workerRequests: round3(of.workerRequests),
});

interface Usages {
  usage(): Promise<ObjectUsage>;
}
interface Namespace {
  idFromName(name: string): object;
  get(id: object): Usages;
}

/** A tenant with a fleet and one connection, whose objects' accounts are read. */
class Account {
  readonly #platform: Platform;
  readonly #tenant: TestTenant;
  readonly #connection: { id: string; scheme: string; secret: string };
  readonly #env: Record<string, Namespace>;

  private constructor(
    platform: Platform,
    tenant: TestTenant,
    connection: { id: string; scheme: string; secret: string },
    env: Record<string, Namespace>,
  ) {
    this.#platform = platform;
    this.#tenant = tenant;
    this.#connection = connection;
    this.#env = env;
  }

  static async open(platform: Platform, slug: string, fleet: number): Promise<Account> {
    const tenant = await createTenant(platform, slug);
    await registerFleet(tenant.admin, 0, fleet);
    const order = { name: 'feed', carrierId: tenant.carrierId, format: 'positions' };
    const connection = await tenant.admin.must('POST', '/v1/connections', order);
    const env = await platform.server.getWorker<Record<string, Namespace>>('fairlead-tracking').getEnv();
    return new Account(platform, tenant, connection, env);
  }

  /** Work of one event of a shape. Each delivery's objects are asked right before and after it, while they are awake. */
  async perEvent(shape: Shape, deliveries: number): Promise<PerEvent> {
    const feed = new Feed(shape);
    const sum = { requests: 0, rowsWritten: 0, queueOperations: 0 };
    let batches = 0;
    for (let i = 0; i < deliveries; i++) {
      const positions = feed.next();
      const objects = this.#objectsOf(new Set(positions.map(({ container }) => container)));
      const before = await usageOf(objects);
      await this.#deliver(JSON.stringify(positions));
      const after = await usageOf(objects);
      for (const key of Object.keys(sum) as (keyof ObjectUsage)[]) sum[key] += after[key] - before[key];
      if (after.queueOperations > before.queueOperations) batches++;
    }
    const events = deliveries * shape.events;
    return {
      objectRequests: sum.requests / events,
      rowsWritten: sum.rowsWritten / events,
      queueOperations: sum.queueOperations / events,
      // The gateway's, and the consumer's where there is something for it: requests between Workers are free.
      workerRequests: (deliveries + batches) / events,
    };
  }

  /** Work of one event, 100 to 100 containers, in a fleet of which every container has reported before. */
  async perReport(fleet: number): Promise<PerEvent> {
    const shape = { events: 100, containers: 100, fleet };
    const feed = new Feed(shape);
    for (let reported = 0; reported < fleet; reported += shape.containers) {
      await this.#deliver(JSON.stringify(feed.next()));
    }
    return this.perEvent(shape, MIX.ingestCold.deliveries);
  }

  #objectsOf(containers: Set<string>): Usages[] {
    const stub = (binding: string, name: string): Usages => {
      const namespace = this.#env[binding]!;
      return namespace.get(namespace.idFromName(name));
    };
    return [
      ...[...containers].map((number) => stub('CONTAINER_TRACKER', `${this.#tenant.id}:${number}`)),
      stub('CARRIER_INBOX', this.#connection.id),
      stub('FLEET_INDEX', this.#tenant.id),
    ];
  }

  async #deliver(body: string): Promise<void> {
    const answer = await postSigned(this.#platform.origin, this.#connection, body);
    if (answer.status !== 202) throw new Error(`a delivery was answered ${answer.status}`);
    while (!(await this.#tenant.admin.must('GET', `/v1/receipts/${answer.body.receiptId}`)).settled) await pause(5);
  }
}

async function usageOf(objects: Usages[]): Promise<ObjectUsage> {
  const all: ObjectUsage[] = [];
  for (const object of objects) all.push(await object.usage());
  const sum = (key: keyof ObjectUsage): number => all.reduce((value, usage) => value + usage[key], 0);
  return { requests: sum('requests'), rowsWritten: sum('rowsWritten'), queueOperations: sum('queueOperations') };
}
