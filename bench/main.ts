/** `npm run bench`: what the product costs beside the least that the platform can do. */
import '../scripts/support/quiet.ts';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { main, options, PlainError, step } from '../scripts/support/terminal.ts';
import { spaceOf } from '../test/support/fixtures.ts';
import { eta } from './eta.ts';
import { cost, growth } from './fleet.ts';
import { BATCH_CONTAINERS, BATCH_EVENTS, batch, ingestRate, LANES, post } from './ingest.ts';
import { inTurns, median, quantile, ROUNDS, rate, round3 } from './load.ts';
import { numberOf, registerMany, type Stage, setStage, strikeStage } from './stage.ts';
import { webhooks } from './webhooks.ts';

const USAGE = `Usage: npm run bench [-- NAME ...]
  Measures production bundles in one local runtime beside a bare Worker with a bare object.
  NAME: read, ingest, live, booking, cost, growth, webhooks, eta (all when none is named).`;

const BATCHES = 60;

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

const BENCHES: Record<string, (stage: Stage) => Promise<object>> = {
  read,
  ingest,
  live,
  booking,
  cost,
  growth,
  webhooks,
};
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
