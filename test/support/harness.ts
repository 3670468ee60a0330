/** All Workers together in one local runtime, with fresh storage and secrets made for the run. */
import { createTestHarness, type TestHarness } from 'wrangler';
import { ROOT } from '../../scripts/support/root.ts';
import { makeSecrets, type Secrets, type WorkerName } from '../../scripts/support/secrets.ts';

/** The configuration file of each Worker; the gateway is first, so it is the one requests reach. */
export const CONFIGS: Record<WorkerName, string> = {
  gateway: 'wrangler.toml',
  identity: 'workers/identity/wrangler.toml',
  tracking: 'workers/tracking/wrangler.toml',
  procurement: 'workers/procurement/wrangler.toml',
  notifications: 'workers/notifications/wrangler.toml',
  observer: 'workers/observer/wrangler.toml',
};

/** The databases each migration history applies to, by the Worker that binds them. */
const DATABASES: [WorkerName, string[]][] = [
  ['identity', ['DIRECTORY']],
  ['procurement', ['SHARD_0', 'SHARD_1', 'SHARD_2', 'SHARD_3']],
];

/** A running platform. */
export interface Platform {
  server: TestHarness;
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
  /** Built Workers, by name, instead of bundling anew. */
  prebuilt?: Partial<Record<WorkerName, string>>;
}

/** Starts every Worker with empty, migrated databases. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const origin = 'https://fairlead.test';
  const secrets = makeSecrets({ issuer: origin, loopbackWebhooks: true });
  const server = createTestHarness({
    root: ROOT,
    workers: (Object.keys(CONFIGS) as WorkerName[]).map((name) => ({
      configPath: CONFIGS[name],
      secrets: secrets[name],
      vars: { LOG_LEVEL: 'warn', ...options.vars?.[name] },
      ...(options.prebuilt?.[name] ? { prebuiltWorkerDir: options.prebuilt[name] } : {}),
    })),
  });
  const { url } = await server.listen();
  const issuer = options.forBrowser ? url.origin : origin;
  if (options.forBrowser) {
    // The address is known only now: the same Workers again, with it as their issuer.
    secrets.gateway.ISSUER = issuer;
    secrets.identity.ISSUER = issuer;
    secrets.notifications.ISSUER = issuer;
    await server.update((current) => current);
  }
  for (const [worker, bindings] of DATABASES) {
    for (const binding of bindings) {
      if (!options.brokenShards?.includes(binding))
        await server.getWorker(`fairlead-${worker}`).applyD1Migrations(binding);
    }
  }
  return {
    server,
    origin: url.origin,
    issuer,
    operatorSecret: secrets.identity.OPERATOR_SECRET!,
    sealingKey: secrets.identity.SEALING_KEY!,
    secrets,
    rotate: async (change) => {
      change(secrets);
      await server.update((current) => current);
    },
    close: () => server.close(),
  };
}
