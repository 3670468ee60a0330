/** `npm run bench`: what the product costs beside the least that the platform can do. */
import '../scripts/support/quiet.ts';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import type { ObjectUsage } from '../durable-objects/kit/usage.ts';
import { PRICES_USD_PER_MILLION as PRICE } from '../platform/limits.ts';
import { postSigned } from '../scripts/support/api.ts';
import { main, options, PlainError, step } from '../scripts/support/terminal.ts';
import { createTenant, pause, spaceOf, type TestTenant } from '../test/support/fixtures.ts';
import { eta } from './eta.ts';
import { inTurns, median, quantile, rate, round3 } from './load.ts';
import { numberOf, registerMany, setStage, type Stage, strikeStage } from './stage.ts';

const USAGE = `Usage: npm run bench [-- NAME ...]
  Measures production bundles in one local runtime beside a bare Worker with a bare object.
  NAME: read, ingest, live, booking, cost, growth, eta (all when none is named).`;

const ROUNDS = 5;
const LANES = 16;
const BATCH_EVENTS = 100;
const BATCH_CONTAINERS = 50;
const BATCHES = 60;

/** The world's minute of the next position: every batch is news. */
let minute = 0;

/** A batch of positions over the containers from `first` on. */
function batch(
  first: number,
  containers: number,
): { container: string; time: string; latitude: number; longitude: number; speed: number }[] {
  return Array.from({ length: BATCH_EVENTS }, (_, i) => {
    if (i % containers === 0) minute++;
    return {
      container: numberOf(first + (i % containers)),
      time: new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString(),
      latitude: 10 + (minute % 1_000) / 200,
      longitude: 110 + (i % containers) / 500,
      speed: 16,
    };
  });
}

async function post(stage: Stage, n: number, body: string): Promise<string> {
  const connection = stage.connections[n % stage.connections.length]!;
  for (;;) {
    const answer = await postSigned(stage.platform.origin, connection, body);
    if (answer.status === 202) return answer.body.receiptId as string;
    if (answer.status !== 429) throw new Error(`a delivery was answered ${answer.status}`);
    await pause(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** Events a second from the first post until every receipt is settled. */
async function ingestRate(stage: Stage, owner: TestTenant, batches: string[]): Promise<number> {
  const startedAt = performance.now();
  const receipts: string[] = [];
  await rate(LANES, 120_000, batches.length, async (n) => void receipts.push(await post(stage, n, batches[n]!)));
  for (const id of receipts) {
    while (!(await owner.admin.must('GET', `/v1/receipts/${id}`)).settled) await pause(5);
  }
  return (batches.length * BATCH_EVENTS) / ((performance.now() - startedAt) / 1000);
}

async function read(stage: Stage): Promise<object> {
  const { platform, floor, tenant, tokens } = stage;
  await registerMany(tenant.admin, 0, BATCH_CONTAINERS);
  await post(stage, 0, JSON.stringify(batch(0, BATCH_CONTAINERS)));
  const path = `/v1/containers/${numberOf(1)}`;
  const state = JSON.stringify(await tenant.admin.must('GET', path));
  await fetch(`${floor.origin}/put`, { method: 'POST', body: state });
  const ours = () =>
    rate(LANES, 2_000, 20_000, async (n) => {
      const answer = await fetch(platform.origin + path, {
        headers: { authorization: `Bearer ${tokens[n % tokens.length]}` },
      });
      if (answer.status !== 200) throw new Error(`a read was answered ${answer.status}`);
      await answer.arrayBuffer();
    });
  const bare = () =>
    rate(LANES, 2_000, 20_000, async () => void (await (await fetch(`${floor.origin}/read`)).arrayBuffer()));
  const found = await inTurns(ROUNDS, ours, bare);
  return { readRatio: found.ratio, readsPerSecond: { ours: found.ours, floor: found.floor } };
}

async function ingest(stage: Stage): Promise<object> {
  const { floor, tenant } = stage;
  await registerMany(tenant.admin, 0, BATCH_CONTAINERS);
  const bodies = (): string[] => Array.from({ length: BATCHES }, () => JSON.stringify(batch(0, BATCH_CONTAINERS)));
  const ours = () => ingestRate(stage, tenant, bodies());
  const bare = async () => {
    const batches = bodies();
    const perSecond = await rate(LANES, 120_000, BATCHES, async (n) => {
      await (await fetch(`${floor.origin}/ingest`, { method: 'POST', body: batches[n]! })).arrayBuffer();
    });
    return perSecond * BATCH_EVENTS;
  };
  const found = await inTurns(ROUNDS, ours, bare);
  return { ingestRatio: found.ratio, eventsPerSecond: { ours: found.ours, floor: found.floor } };
}

/** Milliseconds from sending until a frame arrives, for each of `samples` sends one after another. */
async function latencies(
  url: string,
  samples: number,
  send: (n: number) => Promise<unknown>,
  isNews: (frame: string) => boolean,
): Promise<number[]> {
  const socket = new WebSocket(url);
  let arrived: (() => void) | null = null;
  socket.on('message', (data) => isNews(String(data)) && arrived?.());
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const found: number[] = [];
  for (let n = 0; n < samples; n++) {
    const news = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const startedAt = performance.now();
    await Promise.all([send(n), news.then(() => found.push(performance.now() - startedAt))]);
  }
  socket.close();
  return found;
}

async function live(stage: Stage): Promise<object> {
  const { platform, floor, tenant } = stage;
  await registerMany(tenant.admin, 0, 1);
  const number = numberOf(0);
  const samples = 300;
  const ours = async () => {
    const { url } = await tenant.admin.must('POST', '/v1/ws-tickets', { topic: 'container', number });
    const body = () => JSON.stringify(batch(0, BATCH_CONTAINERS)[0]);
    return latencies(
      platform.origin.replace(/^http/, 'ws') + url,
      samples,
      (n) => post(stage, n, body()),
      (frame) => frame.includes('"delta"'),
    );
  };
  const bare = () =>
    latencies(
      `${floor.origin.replace(/^http/, 'ws')}/socket?name=live`,
      samples,
      () =>
        fetch(`${floor.origin}/broadcast?name=live`, { method: 'POST', body: 'x'.repeat(1_500) }).then((answer) =>
          answer.arrayBuffer(),
        ),
      () => true,
    );
  const rounds: { ours: number[]; floor: number[] }[] = [];
  await bare();
  await ours();
  for (let i = 0; i < 3; i++) rounds.push({ ours: await ours(), floor: await bare() });
  const p99 = (side: 'ours' | 'floor'): number[] => rounds.map((round) => quantile(round[side], 0.99));
  const p50 = (side: 'ours' | 'floor'): number => round3(median(rounds.map((round) => median(round[side]))));
  return {
    liveP99Ratio: round3(median(rounds.map((round) => quantile(round.ours, 0.99) / quantile(round.floor, 0.99)))),
    liveMs: {
      oursP50: p50('ours'),
      floorP50: p50('floor'),
      oursP99: round3(median(p99('ours'))),
      floorP99: round3(median(p99('floor'))),
    },
  };
}

async function booking(stage: Stage): Promise<object> {
  const { platform, floor, tenant, tokens } = stage;
  await fetch(`${floor.origin}/space`, { method: 'POST' });
  const space = await tenant.admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 100_000));
  const ours = () =>
    rate(LANES, 2_000, 5_000, async (n) => {
      const answer = await fetch(`${platform.origin}/v1/bookings`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens[n % tokens.length]}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({ allocationId: space.id, quantity: 1 }),
      });
      if (answer.status !== 201) throw new Error(`a booking was answered ${answer.status}`);
      await answer.arrayBuffer();
    });
  const bare = () =>
    rate(
      LANES,
      2_000,
      5_000,
      async () => void (await (await fetch(`${floor.origin}/book`, { method: 'POST' })).arrayBuffer()),
    );
  const found = await inTurns(ROUNDS, ours, bare);
  return { bookingRatio: found.ratio, bookingsPerSecond: { ours: found.ours, floor: found.floor } };
}

interface Usages {
  usage(): Promise<ObjectUsage>;
}
interface Namespace {
  idFromName(name: string): object;
  get(id: object): Usages;
}

async function cost(stage: Stage): Promise<object> {
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
async function growth(stage: Stage): Promise<object> {
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

const BENCHES: Record<string, (stage: Stage) => Promise<object>> = { read, ingest, live, booking, cost, growth };
/** Benchmarks of pure functions: no runtime is started for them. */
const ALONE: Record<string, () => Promise<object>> = { eta };

await main(async () => {
  const { positionals } = options(USAGE, {});
  const unknown = positionals.filter((name) => !(name in BENCHES || name in ALONE));
  if (unknown.length > 0) throw new PlainError(`There is no benchmark ${unknown.join(', ')}.\n\n${USAGE}`);
  const names = positionals.length > 0 ? positionals : [...Object.keys(ALONE), ...Object.keys(BENCHES)];
  const needsStage = names.some((name) => name in BENCHES);
  const stage = needsStage ? await step('Bundles and runtimes', setStage) : null;
  const results: object[] = [];
  try {
    for (const name of names) {
      const result = await step(`Measuring ${name}`, () => ALONE[name]?.() ?? BENCHES[name]!(stage!));
      console.log(`  ${JSON.stringify(result)}`);
      results.push(result);
    }
  } finally {
    if (stage) await strikeStage(stage);
  }
  console.log(JSON.stringify(Object.assign({}, ...results)));
});
