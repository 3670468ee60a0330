/** What an event costs: in billable work, and in a fleet that grows. */
import type { ObjectUsage } from '../durable-objects/kit/usage.ts';
import { PRICES_USD_PER_MILLION as PRICE } from '../platform/limits.ts';
import type { TestTenant } from '../test/support/fixtures.ts';
import { createTenant } from '../test/support/fixtures.ts';
import { BATCH_CONTAINERS, BATCH_EVENTS, batch, ingestRate, LANES } from './ingest.ts';
import { inTurns, ROUNDS, rate, round3 } from './load.ts';
import { numberOf, registerMany, type Stage } from './stage.ts';

interface Usages {
  usage(): Promise<ObjectUsage>;
}
interface Namespace {
  idFromName(name: string): object;
  get(id: object): Usages;
}

/** Billable work of a million events, and its price. */
export async function cost(stage: Stage): Promise<object> {
  const { platform, tenant, connections } = stage;
  await registerMany(tenant.admin, 0, BATCH_CONTAINERS);
  const env = await platform.server.getWorker<Record<string, Namespace>>('fairlead-tracking').getEnv();
  const stub = (binding: string, name: string): Usages => env[binding]!.get(env[binding]!.idFromName(name));
  const objects = [
    ...Array.from({ length: BATCH_CONTAINERS }, (_, i) => stub('CONTAINER_TRACKER', `${tenant.id}:${numberOf(i)}`)),
    ...connections.map(({ id }) => stub('CARRIER_INBOX', id)),
    stub('FLEET_INDEX', tenant.id),
  ];
  const total = async (): Promise<ObjectUsage> => {
    const all: ObjectUsage[] = [];
    for (const object of objects) all.push(await object.usage());
    const sum = (name: keyof ObjectUsage): number => all.reduce((value, usage) => value + usage[name], 0);
    return { requests: sum('requests'), rowsWritten: sum('rowsWritten'), queueOperations: sum('queueOperations') };
  };
  // One batch at a time: the dearest case, in which no two batches share a call to an object.
  const batches = 40;
  await ingestRate(stage, tenant, [JSON.stringify(batch(0, BATCH_CONTAINERS))]);
  const before = await total();
  for (let n = 0; n < batches; n++) await ingestRate(stage, tenant, [JSON.stringify(batch(0, BATCH_CONTAINERS))]);
  const after = await total();
  const perMillion = (name: keyof ObjectUsage): number =>
    Math.round(((after[name] - before[name]) / (batches * BATCH_EVENTS)) * 1e6);
  const [objectRequests, rowsWritten, queueOperations] = [
    perMillion('requests'),
    perMillion('rowsWritten'),
    perMillion('queueOperations'),
  ];
  // Two Worker invocations a batch: the gateway's and the consumer's (calls between Workers are free).
  const workerRequests = Math.round((2 / BATCH_EVENTS) * 1e6);
  const usd =
    (objectRequests * PRICE.objectRequest +
      rowsWritten * PRICE.rowWritten +
      queueOperations * PRICE.queueOperation +
      workerRequests * PRICE.workerRequest) /
    1e6;
  return {
    perMillionEvents: {
      objectRequests,
      rowsWritten,
      queueOperations,
      workerRequests,
      usd: round3(usd),
      pricesAsOf: PRICE.asOf,
    },
  };
}

const SMALL = 500;
const LARGE = 5_000;

/**
 * What a larger fleet costs. `growth` is the cost of an event in a fleet of 5,000 over that in one of
 * 500 under the same traffic (500 containers reporting). `wakingRatio` spreads the traffic over all
 * 5,000 instead: objects then fall asleep between their reports, and each report pays for waking its
 * object, which the bare object pays too.
 */
export async function growth(stage: Stage): Promise<object> {
  const fleet = async (size: number): Promise<{ tenant: TestTenant; own: Stage }> => {
    const tenant = await createTenant(stage.platform, `fleet-${size}`);
    await registerMany(tenant.admin, 0, size);
    const connections: Stage['connections'] = [];
    for (let i = 0; i < 6; i++) {
      connections.push(
        await tenant.admin.must('POST', '/v1/connections', {
          name: `g${i}`,
          carrierId: tenant.carrierId,
          format: 'positions',
        }),
      );
    }
    return { tenant, own: { ...stage, connections } };
  };
  const [small, large] = [await fleet(SMALL), await fleet(LARGE)];
  let at = 0;
  const bodies = (reporting: number): string[] =>
    Array.from({ length: 50 }, () => {
      at = (at + BATCH_EVENTS) % reporting;
      return JSON.stringify(batch(at, BATCH_EVENTS));
    });
  const cost = (of: typeof small, reporting: number) => async () =>
    1 / (await ingestRate(of.own, of.tenant, bodies(reporting)));
  const bare = (reporting: number) => async () => {
    const batches = bodies(reporting);
    const perSecond = await rate(LANES, 120_000, batches.length, async (n) => {
      await (await fetch(`${stage.floor.origin}/ingest`, { method: 'POST', body: batches[n]! })).arrayBuffer();
    });
    return 1 / (perSecond * BATCH_EVENTS);
  };
  const same = await inTurns(ROUNDS, cost(large, SMALL), cost(small, SMALL));
  const waking = await inTurns(2, cost(large, LARGE), cost(small, SMALL));
  const bareWaking = await inTurns(2, bare(LARGE), bare(SMALL));
  return {
    growth: same.ratio,
    microsecondsPerEvent: { at5000: round3(same.ours * 1e6), at500: round3(same.floor * 1e6) },
    wakingRatio: { ours: waking.ratio, floor: bareWaking.ratio },
  };
}
