/** The local runtime: a platform over a data folder, at a port of this machine. */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Cron } from 'croner';
import type { Miniflare } from 'miniflare';
import { workerdOf } from '../support/processes.ts';
import type { WorkerName } from '../support/secrets.ts';
import { PlainError } from '../support/terminal.ts';
import { build } from './build.ts';
import { forEachWorker, readBundle, WORKER_NAMES } from './bundles.ts';
import { loadSecrets, migrate, noteRuntime, storageOf } from './data-folder.ts';
import { type Front, openFront } from './front.ts';
import { deployedName, gatewayPort, openPlatform, type PlatformSettings, platformOptions } from './platform.ts';

/** The Workers that go by the world's clock. */
const WORLDLY: readonly WorkerName[] = ['gateway', 'tracking', 'procurement'];

/** Settings of a runtime. */
export interface RuntimeOptions {
  /** Where storage, secrets and logs live. */
  dataDir: string;
  /** 0 for one that is free. */
  port: number;
  /** The accelerated clock of the demonstration, or nothing for the wall clock. */
  demoClock?: string | undefined;
  vars?: Partial<Record<WorkerName, Record<string, string>>>;
  /** Opens the runtime's inspector on this port, for profiles. */
  inspectorPort?: number | undefined;
  /** Shows the steps of the start as they go on; none are shown where it is left out. */
  step?: <T>(name: string, work: () => T | Promise<T>) => Promise<T>;
}

/** A started runtime. */
export interface Runtime {
  origin: string;
  logFile: string;
  /** The processes of the runtime, beside this one, which keeps the front and the log. */
  pids(): number[];
  /** Takes the bundles that were made since, over the same storage; when they do not start, those before go on and it throws. */
  reload(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Kills the runtime process itself, as a crash would, and leaves it dead. */
  kill(): Promise<void>;
}

/** Throws in plain words when something listens on the port already. */
export async function requireFreePort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(
        new PlainError(`Port ${port} is taken by another program. Choose another one: npm start -- --port ${port + 1}`),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/** Builds and migrates what needs it and starts all Workers; resolves once the port answers. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  let inner = 0;
  // Opened first: the port is ours while everything else is made ready.
  const front = await openFront(options.port, () => inner);
  try {
    return await startBehind(front, options, (port) => {
      inner = port;
    });
  } catch (error) {
    await front.close();
    throw error;
  }
}

async function startBehind(front: Front, options: RuntimeOptions, onPort: (port: number) => void): Promise<Runtime> {
  const { dataDir } = options;
  const step = options.step ?? (async (_name, work) => work());
  await step('Workers and console', build);
  await step('Databases', () => migrate(storageOf(dataDir)));
  const origin = `http://localhost:${front.port}`;
  const logFile = join(dataDir, 'logs', 'runtime.log');
  const log = createWriteStream(logFile, { flags: 'a' });
  const before = new Set(workerdOf(process.pid));
  const pids = (): number[] => workerdOf(process.pid).filter((pid) => !before.has(pid));
  const found = async (): Promise<void> => {
    noteRuntime(dataDir, pids());
    onPort(await gatewayPort(platform));
  };
  const settings: PlatformSettings = {
    storage: storageOf(dataDir),
    vars: varsOf(options, origin),
    inspectorPort: options.inspectorPort,
    onLine: (line) => void log.write(`${line}\n`),
    onRestart: found,
  };
  let running = platformOptions(settings);
  const platform = await step('Start', () => openPlatform(settings));
  await found();
  const stopCrons = startCrons(platform);
  const end = async (first: () => Promise<void>, then: () => Promise<void>): Promise<void> => {
    stopCrons();
    await first();
    await then();
    noteRuntime(dataDir, []);
    await new Promise<void>((resolve) => log.end(resolve));
  };
  const closeFront = (): Promise<void> => front.close();
  const endRuntime = (): Promise<void> => platform.dispose();
  return {
    origin,
    logFile,
    pids,
    reload: async () => {
      const next = platformOptions(settings);
      if (JSON.stringify(next) === JSON.stringify(running)) return;
      try {
        await platform.setOptions(next);
        running = next;
      } catch (error) {
        await platform.setOptions(running);
        throw error;
      } finally {
        await found();
      }
    },
    stop: () => end(closeFront, endRuntime),
    kill: () => {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
      // In the same turn: Miniflare starts a crashed runtime again only while it is not being disposed of.
      return end(endRuntime, closeFront);
    },
  };
}

function varsOf(options: RuntimeOptions, origin: string): PlatformSettings['vars'] {
  const secrets = loadSecrets(options.dataDir, origin);
  const clock = (worker: WorkerName): Record<string, string> =>
    options.demoClock && WORLDLY.includes(worker) ? { DEMO_CLOCK: options.demoClock } : {};
  return forEachWorker((worker) => ({ ...secrets[worker], ...clock(worker), ...options.vars?.[worker] }));
}

/** Runs the Workers' cron triggers at their times, in UTC as Cloudflare does; returns what ends them. */
function startCrons(platform: Miniflare): () => void {
  const crons = WORKER_NAMES.flatMap((worker) =>
    (readBundle(worker).options.cronTriggers ?? []).map(
      (pattern) =>
        new Cron(pattern, { timezone: 'UTC', unref: true, catch: true }, async () => {
          await (await platform.getWorker(deployedName(worker))).scheduled({ cron: pattern });
        }),
    ),
  );
  return () => {
    for (const cron of crons) cron.stop();
  };
}
