/** Webhook to socket: milliseconds from the moment a delivery is sent until its change arrives at a live client. */
import WebSocket from 'ws';
import { numberOf } from './containers.ts';
import { median, quantile, round3 } from './load.ts';
import type { Sides } from './operations.ts';
import { Feed, forPeer } from './positions.ts';

const SAMPLES = 200;
const ROUNDS = 3;
/** A change that takes longer is lost: a failure, and no slow machine. */
const ARRIVES_WITHIN_MS = 10_000;
/** About what one of our frames has. */
const BROADCAST_BYTES = 1_500;

/** A side: a socket that is open, what changes its container, and which frames say so. */
interface Wire {
  /** The address of a new socket. */
  url(): Promise<string>;
  send(): Promise<unknown>;
  isChange(frame: string): boolean;
  cpuMs(): number | null;
}

/** Quantiles of one side, with the processor time of one change. */
export interface LiveFigure {
  p50Ms: number;
  p99Ms: number;
  cpuMs: number | null;
}

/** The sides' latencies, and the median over the rounds of ours to each other side's, at the median and the 99th percentile. */
export interface Live {
  figures: Record<string, LiveFigure>;
  ratios: Record<string, { p50: number; p99: number }>;
}

/** Measures all sides in turns, one change after another. */
export async function live(sides: Sides): Promise<Live> {
  const wires = wiresOf(sides);
  for (const wire of Object.values(wires)) await sample(wire);
  const rounds: Record<string, LiveFigure>[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const round: Record<string, LiveFigure> = {};
    for (const [name, wire] of Object.entries(wires)) round[name] = await sample(wire);
    rounds.push(round);
  }
  const names = Object.keys(wires);
  const over = (name: string, field: 'p50Ms' | 'p99Ms'): number =>
    round3(median(rounds.map((round) => round.ours![field] / round[name]![field])));
  const of = (name: string, field: keyof LiveFigure): number | null => {
    const values = rounds.map((round) => round[name]![field]).filter((value) => value !== null);
    return values.length === rounds.length ? round3(median(values)) : null;
  };
  return {
    figures: Object.fromEntries(
      names.map((name) => [name, { p50Ms: of(name, 'p50Ms')!, p99Ms: of(name, 'p99Ms')!, cpuMs: of(name, 'cpuMs') }]),
    ),
    ratios: Object.fromEntries(
      names
        .filter((name) => name !== 'ours')
        .map((name) => [name, { p50: over(name, 'p50Ms'), p99: over(name, 'p99Ms') }]),
    ),
  };
}

function wiresOf({ ours, floor, peer }: Sides): Record<string, Wire> {
  const number = numberOf(0);
  const shape = { events: 1, containers: 1, fleet: 1 };
  const [own, others] = [new Feed(shape), new Feed(shape)];
  const socket = (origin: string, path: string): string => origin.replace(/^http/, 'ws') + path;
  return {
    ours: {
      // A ticket opens one socket.
      url: async () =>
        socket(ours.origin, (await ours.admin.must('POST', '/v1/ws-tickets', { topic: 'container', number })).url),
      cpuMs: ours.cpuMs,
      send: () => ours.post(0, JSON.stringify(own.next())),
      isChange: (frame) => frame.includes('"delta"'),
    },
    floor: {
      url: async () => socket(floor.origin, '/socket?name=live'),
      cpuMs: floor.cpuMs,
      send: () => floor.ask('POST', '/broadcast?name=live', 'x'.repeat(BROADCAST_BYTES)),
      isChange: () => true,
    },
    ...(peer && {
      peer: {
        url: async () => socket(peer.origin, `/live?c=${number}`),
        cpuMs: peer.cpuMs,
        send: () => peer.post(forPeer(others.next())[0]!),
        isChange: () => true,
      },
    }),
  };
}

async function sample(wire: Wire): Promise<LiveFigure> {
  const socket = new WebSocket(await wire.url());
  let arrived: (() => void) | null = null;
  socket.on('message', (data) => wire.isChange(String(data)) && arrived?.());
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const before = wire.cpuMs();
  const found: number[] = [];
  for (let n = 0; n < SAMPLES; n++) {
    const change = new Promise<void>((resolve, reject) => {
      arrived = resolve;
      setTimeout(() => reject(new Error('the change did not arrive')), ARRIVES_WITHIN_MS).unref();
    });
    const startedAt = performance.now();
    await Promise.all([wire.send(), change.then(() => found.push(performance.now() - startedAt))]);
  }
  const after = wire.cpuMs();
  socket.close();
  const cpuMs = before === null || after === null ? null : (after - before) / SAMPLES;
  return { p50Ms: median(found), p99Ms: quantile(found, 0.99), cpuMs };
}
