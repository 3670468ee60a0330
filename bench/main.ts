/** `npm run bench`: what the product costs beside the least that the platform can do, and beside what a team would pick instead. */
import '../scripts/support/quiet.ts';
import { main, options, PlainError, step } from '../scripts/support/terminal.ts';
import { eta } from './eta.ts';
import { fleetCost, fleetGrowth } from './fleet.ts';
import { evaluate, type Result } from './goals.ts';
import { live } from './live.ts';
import { inTurns, ROUNDS } from './load.ts';
import { fleetOf, OPERATIONS, type Sides } from './operations.ts';
import { Floor } from './sides/floor.ts';
import { Ours } from './sides/ours.ts';
import { Peer, whyNoPeer } from './sides/peer.ts';
import { webhooks } from './webhooks.ts';

// Live before the operations with a large fleet, as it is of a container that is awake.
const SIDE_BY_SIDE = Object.keys(OPERATIONS).flatMap((name) => (name === 'list' ? ['live', name] : [name]));
/** Benchmarks of our own side alone. */
const OWN = ['webhooks'];
/** Benchmarks that need no runtime beside them. */
const ALONE: Record<string, () => Promise<object>> = { cost: fleetCost, growth: fleetGrowth, eta };
const NAMES = [...SIDE_BY_SIDE, ...OWN, ...Object.keys(ALONE)];

const USAGE = `Usage: npm run bench [-- NAME ...]
  Measures what npm start starts, in turns with a bare Worker and a bare object on bare workerd (the floor), and
  with a Node server on PostgreSQL (the peer) where both are here. Rates are of ${ROUNDS} rounds' medians; the
  client runs on the same processors. Processor times are the kernel's, of all processes of a side.
  NAME: ${SIDE_BY_SIDE.join(', ')} (side by side), ${OWN.join(', ')}, ${Object.keys(ALONE).join(', ')};
        peer for all that are side by side. All but webhooks, growth and eta when none is named: growth, to 50,000
        containers, takes some twelve minutes by itself.`;

await main(async () => {
  const { positionals } = options(USAGE, {});
  const wrong = positionals.filter((name) => name !== 'peer' && !NAMES.includes(name));
  if (wrong.length > 0) throw new PlainError(`There is no benchmark ${wrong.join(', ')}.\n\n${USAGE}`);
  const names = new Set(positionals.flatMap((name) => (name === 'peer' ? SIDE_BY_SIDE : [name])));
  if (names.size === 0) for (const name of [...SIDE_BY_SIDE, 'cost']) names.add(name);
  const result: Result = {
    cpuMs: {},
    perSecond: {},
    ratios: { floor: {}, peer: {} },
    usdPerMillion: null,
    rowsPerEvent: null,
    growth: null,
    growthTo: null,
  };
  const more: Record<string, object> = {};
  if (SIDE_BY_SIDE.some((name) => names.has(name))) await measureSides(names, result, more);
  if (names.has('webhooks')) {
    const ours = await step('Starting the platform', () => Ours.start());
    try {
      more.webhooks = await step('Measuring webhooks', () => webhooks(ours));
      console.log(`  ${JSON.stringify(more.webhooks)}`);
    } finally {
      await ours.stop();
    }
  }
  for (const [name, measure] of Object.entries(ALONE)) {
    if (!names.has(name)) continue;
    more[name] = await step(`Measuring ${name}`, measure);
    console.log(`  ${JSON.stringify(more[name])}`);
  }
  if (more.cost) {
    const { usdPerMillion, rowsPerEvent, growth, growthTo } = more.cost as Awaited<ReturnType<typeof fleetCost>>;
    Object.assign(result, { usdPerMillion, rowsPerEvent, growth, growthTo });
  }
  const { growth: further, ...others } = more;
  if (further) Object.assign(result, further);
  const goals = evaluate(result, { all: positionals.length === 0 });
  if (goals.length > 0) console.log(`\n${goals.join('\n')}\n`);
  console.log(JSON.stringify({ ...result, ...others }));
});

async function measureSides(names: Set<string>, result: Result, more: Record<string, object>): Promise<void> {
  const noPeer = whyNoPeer();
  if (noPeer) console.log(`No peer: ${noPeer}.`);
  const running: { stop(): Promise<void> }[] = [];
  const kept = async <T extends { stop(): Promise<void> }>(side: Promise<T>): Promise<T> => {
    running.push(await side);
    return side;
  };
  try {
    const ours = await step('Starting the platform', () => kept(Ours.start()));
    const floor = await step('Starting the floor', () => kept(Floor.start()));
    const peer = noPeer ? null : await step('Starting the peer', () => kept(Peer.start()));
    const sides: Sides = { ours, floor, peer };
    for (const name of SIDE_BY_SIDE.filter((one) => names.has(one))) {
      const fleet = fleetOf(name);
      if (ours.fleet < fleet) await step(`Registering ${fleet} containers`, () => ours.register(fleet));
      await step(`Measuring ${name}`, () =>
        name === 'live' ? measureLive(sides, result, more) : measure(name, sides, result, more),
      );
      console.log(`  ${JSON.stringify(more[name])}`);
    }
  } finally {
    for (const side of running) await side.stop();
  }
}

async function measure(name: string, sides: Sides, result: Result, more: Record<string, object>): Promise<void> {
  const { figures, ratios } = await inTurns(ROUNDS, await OPERATIONS[name]!(sides));
  note(name, result, figures.ours!.cpuMs, ratios.floor, ratios.peer);
  result.perSecond[name] = figures.ours!.perSecond;
  more[name] = figures;
}

async function measureLive(sides: Sides, result: Result, more: Record<string, object>): Promise<void> {
  const { figures, ratios } = await live(sides);
  note('live', result, figures.ours!.cpuMs, ratios.floor?.p99, ratios.peer?.p50);
  more.live = { ...figures, ratios };
}

function note(name: string, result: Result, cpuMs: number | null, floor?: number, peer?: number): void {
  result.cpuMs[name] = cpuMs;
  result.ratios.floor[name] = floor ?? null;
  result.ratios.peer[name] = peer ?? null;
}
