/**
 * Samples by the inspector of each Worker: V8's own, and all there is where perf is not. It tells no waiting from working where
 * a function of the runtime is called, so that its shares are rough.
 */
import WebSocket from 'ws';
import type { Sample, Sampler } from './sample.ts';

const SAMPLE_US = 500;

/** A CPU profile as V8 gives it (Chrome DevTools Protocol, Profiler.Profile). */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** Samples all Workers of a runtime by the port of its inspector, until it is stopped. */
export async function startInspector(port: number): Promise<Sampler> {
  const listed = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    id: string;
    webSocketDebuggerUrl: string;
  }[];
  const targets: { worker: string; session: Session }[] = [];
  for (const { id, webSocketDebuggerUrl } of listed) {
    const session = await Session.open(webSocketDebuggerUrl.replace('localhost', '127.0.0.1'));
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    await session.send('Profiler.start');
    targets.push({ worker: id.replace(/^core:user:(fairlead-)?/, ''), session });
  }
  return {
    async stop() {
      const samples: Sample[] = [];
      for (const { worker, session } of targets) {
        const { profile } = await session.send<{ profile: Profile }>('Profiler.stop');
        samples.push(...samplesOf(worker, profile));
        session.close();
      }
      return samples;
    },
  };
}

/** Samples of one Worker; time in which nothing was done is left out. */
function samplesOf(worker: string, { nodes, samples, timeDeltas }: Profile): Sample[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber } }) => [
      id,
      functionName === '' ? `(anonymous, line ${lineNumber + 1})` : functionName,
    ]),
  );
  return samples.flatMap((id, i): Sample[] => {
    const name = names.get(id)!;
    if (name === '(idle)' || name === '(program)' || name === '(root)') return [];
    return [{ ms: timeDeltas[i]! / 1_000, hop: worker, kind: null, functions: [`${worker} ${name}`] }];
  });
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
