/** All Workers of the platform in one workerd, on Miniflare as a library: what users start, and what tests test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type MiniflareOptions,
  type V4ModuleDefinition,
  type V4WorkerOptions,
} from 'miniflare';
import { ROOT } from '../support/root.ts';
import type { WorkerName } from '../support/secrets.ts';
import { readBundle, WORKER_NAMES } from './bundles.ts';

/** What a platform runs with. */
export interface PlatformSettings {
  /** The folder of databases, objects and queues. */
  storage: string;
  /** Settings and secrets of each Worker. */
  vars: Record<WorkerName, Record<string, string>>;
  /** Lets tests look into objects and put them to sleep. */
  inspectable?: boolean;
  /** Opens the runtime's inspector on this port, for profiles. */
  inspectorPort?: number | undefined;
  /** Runs when the runtime has crashed and is up again. */
  onRestart?: () => Promise<void>;
  /** Gets each line that a Worker logs and that the runtime prints. */
  onLine: (line: string) => void;
}

const ASSETS = 'local-assets';
const LIMITED = 'limited.mjs';
/** Modules of the local runtime alone. */
const LOCAL = join(ROOT, 'scripts/runtime/workers');
const COMPATIBILITY_DATE = '2026-10-01';

/** The name under which a Worker is deployed. */
export const deployedName = (worker: WorkerName): string => `fairlead-${worker}`;

/** Hands the runtime's own warnings and errors to the log of the platform. */
class LineLog extends Log {
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    super(LogLevel.WARN);
    this.#onLine = onLine;
  }

  override log(message: string): void {
    this.#onLine(message);
  }
}

/** A module of the local runtime alone, placed in a Worker's folder; the first module of a Worker is its entry. */
const localModule = (file: string, folder: string): V4ModuleDefinition => ({
  type: 'ESModule',
  path: join(folder, file),
  contents: readFileSync(join(LOCAL, file), 'utf8'),
});

/** A Worker of ours: its production bundle, with stand-ins for what only Cloudflare has. */
function workerOf(worker: WorkerName, settings: PlatformSettings): V4WorkerOptions {
  const { modules, modulesRoot, options } = readBundle(worker);
  const { ratelimits, assets, serviceBindings, ...rest } = options;
  const limits = Object.entries(ratelimits ?? {}).map(([binding, { simple }]) => [
    binding,
    { limit: simple.limit, periodSeconds: simple.period ?? 60 },
  ]);
  const isLimited = limits.length > 0;
  return {
    ...rest,
    name: deployedName(worker),
    modules: isLimited ? [localModule(LIMITED, join(modulesRoot, worker)), ...modules] : modules,
    modulesRoot,
    bindings: {
      ...rest.bindings,
      ...settings.vars[worker],
      ...(isLimited ? { LOCAL_LIMITS: Object.fromEntries(limits) } : {}),
    },
    serviceBindings: { ...serviceBindings, ...(assets?.binding ? { [assets.binding]: ASSETS } : {}) },
    // A socket of its own, at a port that is free: no development proxy stands between a client and the gateway.
    ...(worker === 'gateway' ? { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] } : {}),
  };
}

/** Miniflare's options for a platform. */
export function platformOptions(settings: PlatformSettings): MiniflareOptions {
  const { assets } = readBundle('gateway').options;
  return convertV4MiniflareOptions({
    cf: false,
    logRequests: false,
    telemetry: { enabled: false },
    resourcePersistencePath: settings.storage,
    unsafeInspectDurableObjects: settings.inspectable ?? false,
    ...(settings.inspectorPort === undefined ? {} : { inspectorPort: settings.inspectorPort }),
    unsafeHandleRuntimeRestart: () => settings.onRestart?.(),
    log: new LineLog(settings.onLine),
    handleStructuredLogs: ({ message }) => settings.onLine(message),
    workers: [
      ...WORKER_NAMES.map((worker) => workerOf(worker, settings)),
      {
        name: ASSETS,
        compatibilityDate: COMPATIBILITY_DATE,
        modules: [localModule('assets.mjs', LOCAL)],
        modulesRoot: LOCAL,
        ...(assets ? { assets } : {}),
      },
    ],
  });
}

/** The port of loopback at which the gateway of a platform is reached: another one after a restart. */
export const gatewayPort = async (platform: Miniflare): Promise<number> =>
  Number((await platform.unsafeGetDirectURL(deployedName('gateway'))).port);

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes a runtime that leaves signals to whoever handles them already: Miniflare's own handlers end the process at once,
 * in the middle of an orderly stop. Where nobody does, they see to it that the runtime ends with the process.
 */
function newRuntime(options: MiniflareOptions): Miniflare {
  const handlers = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  const runtime = new Miniflare(options);
  for (const [signal, own] of handlers) {
    const added = process.listeners(signal).filter((listener) => !own.includes(listener));
    if (own.length > 0) for (const listener of added) process.removeListener(signal, listener);
  }
  return runtime;
}

/** Starts a platform; resolves once the gateway's socket is open. */
export async function openPlatform(settings: PlatformSettings): Promise<Miniflare> {
  const platform = newRuntime(platformOptions(settings));
  try {
    await platform.ready;
    return platform;
  } catch (error) {
    await platform.dispose().catch(() => {});
    throw error;
  }
}
