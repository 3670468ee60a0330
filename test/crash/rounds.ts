/** Kills a platform at random moments under load, and counts what is lost, doubled or missed afterwards. */
import type { ApiClient } from '../../scripts/support/api.ts';
import { type RuntimeOptions, startRuntime } from '../../scripts/runtime/runtime.ts';
import { startScratch } from '../../scripts/support/scratch.ts';
import { pause, spaceOf } from '../support/fixtures.ts';
import { Receiver } from '../support/receiver.ts';
import { Load, numberOf, type Posted } from './load.ts';
import { type Verdict, verify } from './verify.ts';
import { Watch } from './watch.ts';

/** What a crash test answers. */
export interface CrashReport extends Verdict {
  rounds: number;
  /** What was posted and answered, so that a report of nothing lost is seen to be about something. */
  posted: { positions: number; milestones: number; bookings: number; webhooks: number };
}

/** How a crash test runs. */
export interface CrashOptions {
  rounds: number;
  /** Of the moments at which the runtime is killed. */
  seed: number;
  dataDir: string;
  onStep: (text: string) => void;
}

const CONTAINERS = 10;
const WATCHED = 3;
/** A round's load lasts this long before the kill, and as much again at most. */
const LOAD_MS = 2_000;
const FIRST = '2025-05-31T00:00:00Z';
const QUIET: Pick<RuntimeOptions, 'vars'> = {
  vars: { gateway: { LOG_LEVEL: 'warn' }, tracking: { LOG_LEVEL: 'warn' }, notifications: { LOG_LEVEL: 'warn' } },
};

/** Runs the rounds. */
export async function runRounds({ rounds, seed, dataDir, onStep }: CrashOptions): Promise<CrashReport> {
  const scratch = await startScratch(dataDir, QUIET);
  let { runtime } = scratch;
  const receivers = { answering: new Receiver(), hanging: new Receiver() };
  receivers.hanging.answer = 'none';
  const watches: Watch[] = [];
  try {
    const { api, origin, port } = scratch;
    const endpoints = {
      answering: await endpoint(api, await receivers.answering.listen()),
      hanging: await endpoint(api, await receivers.hanging.listen()),
    };
    const target = await prepare(api, origin);
    for (const number of target.containers.slice(0, WATCHED)) watches.push(new Watch(api.typed, number));
    const load = new Load(target);
    const moments = random(seed);
    for (let round = 1; round <= rounds; round++) {
      await pause(LOAD_MS * (1 + moments()));
      await runtime.kill();
      runtime = await startRuntime({ dataDir, port, ...QUIET });
      onStep(`Round ${round} of ${rounds}: killed, and up again; ${told(load.posted)}`);
    }
    await pause(LOAD_MS);
    const posted = await load.stop();
    onStep(`All answered; ${told(posted)}`);
    const verdict = await verify({ api, posted, endpoints, received: receivers.answering.received, watches, target });
    const { milestones, bookings } = posted;
    const positions = [...posted.positions.values()].reduce((sum, instants) => sum + instants.size, 0);
    const webhooks = receivers.answering.received.length;
    return {
      rounds,
      ...verdict,
      posted: { positions, milestones: milestones.length, bookings: bookings.length, webhooks },
    };
  } finally {
    for (const watch of watches) watch.close();
    for (const receiver of Object.values(receivers)) receiver.close();
    await runtime.stop();
  }
}

const told = ({ positions, milestones, bookings }: Posted): string =>
  `${(positions.values().next().value?.size ?? 0) * CONTAINERS} positions, ${milestones.length} milestones, ${bookings.length} bookings`;

async function endpoint(api: ApiClient, url: string): Promise<string> {
  return (await api.must('POST', '/v1/webhook-endpoints', { url })).id as string;
}

async function prepare(api: ApiClient, origin: string) {
  const carrier = await api.must('POST', '/v1/carriers', { scac: 'CRSH', name: 'Crash Line' });
  const connect = (format: string) =>
    api.must('POST', '/v1/connections', { name: format, carrierId: carrier.id, format });
  const [positions, events] = [await connect('positions'), await connect('dcsa')];
  const allocation = await api.must('POST', '/v1/allocations', spaceOf(carrier.id, 50_000));
  const containers = Array.from({ length: CONTAINERS }, (_, n) => numberOf('CRSU', n));
  const registrations = containers.map((number) => ({ number, carrierId: carrier.id, beginsAt: FIRST }));
  await api.must('POST', '/v1/containers', { containers: registrations });
  return { origin, api, positions, events, allocationId: allocation.id as string, containers };
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
