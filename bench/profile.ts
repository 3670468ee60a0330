/** `npm run profile`: where the processor time of an operation goes, by Worker and by function. */
import '../scripts/support/quiet.ts';
import WebSocket from 'ws';
import { freePort } from '../scripts/support/ports.ts';
import { main, options, PlainError, step } from '../scripts/support/terminal.ts';
import { fleetOf, OPERATIONS } from './operations.ts';
import { Floor } from './sides/floor.ts';
import { Ours } from './sides/ours.ts';

/** What can be profiled, by the name of its benchmark. */
const NAMES: Record<string, string> = {
  read: 'read',
  list: 'list',
  booking: 'booking',
  ingest: 'ingest50',
  cold: 'ingestCold',
  single: 'single',
};
const USAGE = `Usage: npm run profile -- NAME
  Samples every Worker's processor time while the platform is under the load of a benchmark, and shows the
  functions that it goes to, an operation. Sampling itself costs: compare shares, not sums, with npm run bench.
  NAME: ${Object.keys(NAMES).join(', ')}`;

const SAMPLE_US = 500;
const FUNCTIONS_SHOWN = 40;
const SHOWN_FROM = 0.005;

/** Time of one function, in milliseconds, without what it calls. */
interface Row {
  worker: string;
  name: string;
  ms: number;
}

function show(rows: Row[], done: number, cpuMs: number | null): void {
  const all = rows.reduce((sum, { ms }) => sum + ms, 0);
  const line = (ms: number, ...words: string[]): void =>
    console.log(
      `  ${(ms / done).toFixed(4).padStart(9)} ${`${((100 * ms) / all).toFixed(1)} %`.padStart(7)}  ${words.join('  ')}`,
    );
  console.log(
    `\n${done} operations${cpuMs === null ? '' : `, ${(cpuMs / done).toFixed(3)} ms of all processes each, sampling included`}`,
  );
  console.log('\nBy Worker (ms an operation, share)');
  const workers = new Map<string, number>();
  for (const { worker, ms } of rows) workers.set(worker, (workers.get(worker) ?? 0) + ms);
  for (const [worker, ms] of [...workers].sort(([, a], [, b]) => b - a)) line(ms, worker);
  console.log('\nBy function, itself alone');
  const shown = rows.toSorted((a, b) => b.ms - a.ms).filter(({ ms }) => ms / all >= SHOWN_FROM);
  for (const { worker, name, ms } of shown.slice(0, FUNCTIONS_SHOWN)) line(ms, worker.padEnd(24), name);
}

/** A CPU profile as V8 gives it (Chrome DevTools Protocol, Profiler.Profile). */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Samples all Workers of a runtime through its inspector. */
class Sampler {
  readonly #targets: { worker: string; session: Session }[];

  private constructor(targets: { worker: string; session: Session }[]) {
    this.#targets = targets;
  }

  static async start(port: number): Promise<Sampler> {
    const listed = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
      id: string;
      webSocketDebuggerUrl: string;
    }[];
    const targets = [];
    for (const { id, webSocketDebuggerUrl } of listed) {
      const session = await Session.open(webSocketDebuggerUrl.replace('localhost', '127.0.0.1'));
      await session.send('Profiler.enable');
      await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_US });
      await session.send('Profiler.start');
      targets.push({ worker: id.replace(/^core:user:(fairlead-)?/, ''), session });
    }
    return new Sampler(targets);
  }

  /** Ends the sampling; time in which nothing was done is left out. */
  async stop(): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { worker, session } of this.#targets) {
      const { profile } = await session.send<{ profile: Profile }>('Profiler.stop');
      rows.push(...rowsOf(worker, profile));
      session.close();
    }
    return rows;
  }
}

function rowsOf(worker: string, { nodes, samples, timeDeltas }: Profile): Row[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber } }) => [
      id,
      functionName === '' ? `(anonymous, line ${lineNumber + 1})` : functionName,
    ]),
  );
  const msOf = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = names.get(id)!;
    if (name === '(idle)' || name === '(program)' || name === '(root)') continue;
    msOf.set(name, (msOf.get(name) ?? 0) + timeDeltas[i]! / 1_000);
  }
  return [...msOf].map(([name, ms]) => ({ worker, name, ms }));
}

/** A session with one target. */
class Session {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static open(url: string): Promise<Session> {
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new Session(socket)));
      socket.once('error', reject);
    });
  }

  send<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#waiting.set(id, (result) => resolve(result as T)));
  }

  close(): void {
    this.#socket.close();
  }
}

// Last: the classes above are there by now.
await main(async () => {
  const { positionals } = options(USAGE, {});
  const [asked, ...more] = positionals;
  const name = NAMES[asked ?? ''];
  if (!name || more.length > 0) throw new PlainError(USAGE);
  const port = await freePort();
  const ours = await step('Starting the platform', () => Ours.start(['--inspect', String(port)]));
  const floor = await step('Starting the floor', () => Floor.start());
  try {
    const fleet = fleetOf(name);
    await step(`Registering ${fleet} containers`, () => ours.register(fleet));
    const side = (await OPERATIONS[name]!({ ours, floor, peer: null })).ours!;
    await step('Warming up', () => side.turn());
    const sampler = await Sampler.start(port);
    const before = ours.cpuMs();
    const done = await step(`Sampling ${asked}`, () => side.turn());
    const after = ours.cpuMs();
    show(await sampler.stop(), done, before === null || after === null ? null : after - before);
  } finally {
    await ours.stop();
    await floor.stop();
  }
});
