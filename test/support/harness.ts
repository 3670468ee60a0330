/** All Workers together in one local runtime, the one that users start, with fresh storage and secrets made for the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Miniflare } from 'miniflare';
import { build } from '../../scripts/runtime/build.ts';
import { forEachWorker } from '../../scripts/runtime/bundles.ts';
import { migrate } from '../../scripts/runtime/data-folder.ts';
import { openFront } from '../../scripts/runtime/front.ts';
import { gatewayPort, openPlatform, type PlatformSettings, platformOptions } from '../../scripts/runtime/platform.ts';
import { makeSecrets, type Secrets, type WorkerName } from '../../scripts/support/secrets.ts';

/** A running platform. */
export interface Platform {
  server: Server;
  /** Where clients reach it: what they claim about their address is dropped there. */
  origin: string;
  /** The issuer of its tokens. */
  issuer: string;
  operatorSecret: string;
  /** The identity Worker's sealing key: what its signing keys are sealed with. */
  sealingKey: string;
  /** What the Workers run with, by their names. */
  secrets: Readonly<Secrets>;
  /** Restarts the Workers with changed secrets, over the same storage. */
  rotate(change: (secrets: Secrets) => void): Promise<void>;
  close(): Promise<void>;
}

/** How a test's platform differs from the usual one. */
export interface PlatformOptions {
  vars?: Partial<Record<WorkerName, Record<string, string>>>;
  /** Shards that get no tables: what a shard looks like that cannot be reached. */
  brokenShards?: string[];
  /** Issue tokens for the runtime's own address, as a browser needs it. */
  forBrowser?: boolean;
}

/** The inside of a running platform: behind its front, and into its Workers and objects. */
export class Server {
  readonly #runtime: Miniflare;

  constructor(runtime: Miniflare) {
    this.#runtime = runtime;
  }

  /** Sends a request to the gateway as Cloudflare would: the address in `cf-connecting-ip` is believed. */
  get fetch(): Miniflare['dispatchFetch'] {
    return this.#runtime.dispatchFetch;
  }

  /** A Worker by the name it is deployed under. */
  getWorker<Env = Record<string, unknown>>(name: string) {
    const runtime = this.#runtime;
    return {
      /** What its code is given as `env`. */
      getEnv: () => runtime.getBindings<Env>(name),
      /** Its entry point, whose methods can be called. */
      getExport: () => runtime.getWorker(name),
      scheduled: async (options: { cron: string }) => (await runtime.getWorker(name)).scheduled(options),
      /** Runs SQL inside an object. */
      getDurableObjectStorage: (className: string, of: { name: string }) =>
        runtime.unsafeGetDurableObjectStorage(name, className, of),
      listDurableObjectIds: (className: string) => runtime.listDurableObjectIds(className, name),
      /** Ends a running object; its storage stays. */
      evictDurableObject: (className: string, of: { name: string; webSockets?: 'close' | 'hibernate' }) =>
        runtime.unsafeEvictDurableObject(name, className, of),
    };
  }
}

/** Starts every Worker with empty, migrated databases. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  await build();
  const storage = mkdtempSync(join(tmpdir(), 'fairlead-test-'));
  await migrate(storage, options.brokenShards);
  let inner = 0;
  const front = await openFront(0, () => inner);
  const origin = `http://localhost:${front.port}`;
  const issuer = options.forBrowser ? origin : 'https://fairlead.test';
  const secrets = makeSecrets({ issuer, loopbackWebhooks: true });
  const settings = (): PlatformSettings => ({
    storage,
    inspectable: true,
    vars: forEachWorker((name) => ({ ...secrets[name], LOG_LEVEL: 'error', ...options.vars?.[name] })),
    onLine: (line) => console.error(line),
  });
  const runtime = await openPlatform(settings());
  inner = await gatewayPort(runtime);
  return {
    server: new Server(runtime),
    origin,
    issuer,
    operatorSecret: secrets.identity.OPERATOR_SECRET!,
    sealingKey: secrets.identity.SEALING_KEY!,
    secrets,
    rotate: async (change) => {
      change(secrets);
      await runtime.setOptions(platformOptions(settings()));
      inner = await gatewayPort(runtime);
    },
    close: async () => {
      await front.close();
      await runtime.dispose();
      rmSync(storage, { recursive: true, force: true });
    },
  };
}
