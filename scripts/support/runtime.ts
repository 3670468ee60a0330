/** The local runtime: all Workers in one workerd, with storage in a folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { getPlatformProxy, unstable_splitSqlQuery } from 'wrangler';
import { writeSecretFile } from './files.ts';
import { openFront } from './front.ts';
import { freePort } from './ports.ts';
import { endGroup, workerdOf } from './processes.ts';
import { ROOT } from './root.ts';
import { makeSecrets, type Secrets, type WorkerName } from './secrets.ts';
import { PlainError } from './terminal.ts';

/** The folder of each Worker's configuration; the gateway comes first, so it gets the requests. */
export const WORKER_FOLDERS: Record<WorkerName, string> = {
  gateway: '',
  identity: 'workers/identity',
  tracking: 'workers/tracking',
  procurement: 'workers/procurement',
  notifications: 'workers/notifications',
  observer: 'workers/observer',
};

/** The Workers that go by the world's clock. */
const WORLDLY: readonly WorkerName[] = ['gateway', 'tracking', 'procurement'];

const READY_WITHIN_MS = 90_000;

/** Settings of a runtime. */
export interface RuntimeOptions {
  /** Where storage, secrets and logs live. */
  dataDir: string;
  port: number;
  /** The accelerated clock of the demonstration, or nothing for the wall clock. */
  demoClock?: string;
  vars?: Partial<Record<WorkerName, Record<string, string>>>;
}

/** A started runtime. */
export interface Runtime {
  origin: string;
  logFile: string;
  /** Resolves when the runtime ends by itself, with what it said last. */
  ended: Promise<string>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Kills the runtime process itself, as a crash would. */
  kill(): Promise<void>;
}

/** Makes the data folder, or says why not. */
export function prepareFolder(dataDir: string): void {
  try {
    // One level each, not recursively: on a file system that refuses, Node's recursive mkdir never ends.
    for (const folder of [dataDir, join(dataDir, 'logs')]) if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(join(dataDir, '.writable'), '');
  } catch {
    throw new PlainError(
      `The folder ${dataDir} cannot be written to. Fairlead keeps its data there: make it writable, or run from a copy.`,
    );
  }
}

/** Claims a data folder for this process; throws in plain words while another platform uses it. */
export function claimFolder(dataDir: string): void {
  const file = join(dataDir, 'running.pid');
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner && owner !== process.pid && isAlive(owner)) {
    throw new PlainError(
      `Another platform (process ${owner}) already uses ${dataDir}. Stop it, or choose another folder with --data.`,
    );
  }
  writeFileSync(file, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
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

/** The secrets of a data folder: made at the first start, the same ever after. */
export function loadSecrets(dataDir: string, issuer: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  const made = (): Secrets => makeSecrets({ issuer, loopbackWebhooks: true });
  const secrets = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Secrets) : made();
  secrets.gateway.ISSUER = issuer;
  secrets.identity.ISSUER = issuer;
  secrets.notifications.ISSUER = issuer;
  // A folder of an earlier version lacks what is new.
  const fresh = made();
  for (const worker of Object.keys(fresh) as WorkerName[]) secrets[worker] = { ...fresh[worker], ...secrets[worker] };
  writeSecretFile(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/**
 * Writes each Worker's configuration with its `.dev.vars` into the data folder, so that two platforms
 * of one checkout do not share secrets and no secret lies among the sources. Returns the files.
 */
function writeConfigs(secrets: Secrets, options: RuntimeOptions): string[] {
  return (Object.entries(WORKER_FOLDERS) as [WorkerName, string][]).map(([worker, source]) => {
    const folder = join(options.dataDir, 'config', worker);
    mkdirSync(folder, { recursive: true });
    const clock = options.demoClock && WORLDLY.includes(worker) ? { DEMO_CLOCK: options.demoClock } : {};
    const vars = { ...secrets[worker], ...clock, ...options.vars?.[worker] };
    const lines = Object.entries(vars).map(([name, value]) => `${name}='${value}'`);
    writeSecretFile(join(folder, '.dev.vars'), `${lines.join('\n')}\n`);
    const config = join(folder, 'wrangler.toml');
    // The same configuration, its paths made absolute because it moves.
    const text = readFileSync(join(ROOT, source, 'wrangler.toml'), 'utf8').replaceAll(
      /^(main|directory|migrations_dir) = "(.*)"$/gm,
      (_line, name: string, path: string) => `${name} = ${JSON.stringify(join(ROOT, source, path))}`,
    );
    writeFileSync(config, text);
    return config;
  });
}

/** Applies the migrations that a data folder has not had; returns how many. */
export async function migrate(dataDir: string): Promise<number> {
  const databases = ['directory', 'shard-0', 'shard-1', 'shard-2', 'shard-3'].map((name) => ({
    binding: name.toUpperCase().replace('-', '_'),
    database_name: `fairlead-${name}`,
    database_id: `fairlead-${name}`,
  }));
  const configPath = join(dataDir, 'migrate.json');
  writeFileSync(
    configPath,
    JSON.stringify({ name: 'migrate', compatibility_date: '2026-10-01', d1_databases: databases }),
  );
  const proxy = await getPlatformProxy<Record<string, D1Like>>({ configPath, persist: { path: join(dataDir, 'v3') } });
  try {
    let applied = 0;
    for (const { binding } of databases) {
      const folder = join(ROOT, 'migrations', binding === 'DIRECTORY' ? 'directory' : 'tenant');
      applied += await applyFolder(proxy.env[binding]!, folder);
    }
    return applied;
  } finally {
    await proxy.dispose();
  }
}

interface D1Like {
  prepare(sql: string): {
    bind(...values: unknown[]): D1Statement;
    all<T>(): Promise<{ results: T[] }>;
    run(): Promise<unknown>;
  };
  batch(statements: D1Statement[]): Promise<unknown>;
}
type D1Statement = object;

/** The same bookkeeping table that `wrangler d1 migrations apply` uses, so the two can take turns. */
async function applyFolder(db: D1Like, folder: string): Promise<number> {
  await db
    .prepare(
      'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    )
    .run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const known = new Set(results.map((row) => row.name));
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql') && !known.has(name));
  for (const name of files.sort()) {
    const statements = unstable_splitSqlQuery(readFileSync(join(folder, name), 'utf8'));
    await db.batch([
      ...statements.map((sql) => db.prepare(sql).bind()),
      db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
  return files.length;
}

/** Builds the console when its sources are newer than the last build; returns whether it did. */
export function buildConsole(): boolean {
  const built = join(ROOT, 'console/dist/index.html');
  if (existsSync(built) && statSync(built).mtimeMs > newest(join(ROOT, 'console'))) return false;
  try {
    execFileSync(
      join(ROOT, 'node_modules/.bin/vite'),
      ['build', '--config', 'console/vite.config.ts', '--logLevel', 'error'],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'pipe'],
        // Not the caller's: a test runner's NODE_ENV would build React for development.
        env: { ...process.env, NODE_ENV: 'production' },
      },
    );
  } catch (error) {
    throw new PlainError(`The console could not be built:\n${String((error as { stderr?: Buffer }).stderr ?? error)}`);
  }
  return true;
}

function newest(folder: string): number {
  let at = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    at = Math.max(at, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return at;
}

/**
 * Starts all Workers and waits until the gateway answers. `onSpawned` is given what ends them as soon as there
 * is something to end.
 */
export async function startRuntime(
  options: RuntimeOptions,
  onSpawned?: (stop: () => Promise<void>) => void,
): Promise<Runtime> {
  const { dataDir, port } = options;
  const origin = `http://localhost:${port}`;
  const configs = writeConfigs(loadSecrets(dataDir, origin), options).flatMap((file) => ['-c', file]);
  const logFile = join(dataDir, 'logs', 'runtime.log');
  const inner = await freePort();
  const front = await openFront(port, inner);
  const child = spawn(
    join(ROOT, 'node_modules/.bin/wrangler'),
    [
      'dev',
      ...configs,
      '--port',
      String(inner),
      '--ip',
      '127.0.0.1',
      '--inspector-port',
      '0',
      '--persist-to',
      dataDir,
      '--show-interactive-dev-session=false',
    ],
    // A group of its own: Ctrl-C reaches this script alone, which then ends the runtime in order.
    {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', CI: '1' },
    },
  );
  const tail = keepLog(child, logFile);
  const ended = new Promise<string>((resolve) =>
    child.once('exit', () => {
      front.close();
      resolve(tail());
    }),
  );
  const runtime: Runtime = {
    origin,
    logFile,
    ended,
    stop: () => endGroup(child, 'SIGTERM'),
    kill: async () => {
      for (const pid of workerdOf(child.pid!)) process.kill(pid, 'SIGKILL');
      await endGroup(child, 'SIGKILL');
    },
  };
  onSpawned?.(() => runtime.stop());
  await waitUntilReady(origin, ended, runtime);
  return runtime;
}

function keepLog(child: ChildProcess, logFile: string): () => string {
  const log = createWriteStream(logFile, { flags: 'a' });
  let tail = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      log.write(chunk);
      tail = (tail + String(chunk)).slice(-2_000);
    });
  }
  return () => tail;
}

async function waitUntilReady(origin: string, ended: Promise<string>, runtime: Runtime): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  let dead: string | null = null;
  void ended.then((tail) => {
    dead = tail;
  });
  while (Date.now() < giveUpAt) {
    if (dead !== null)
      throw new PlainError(`The runtime ended while starting. Its last words:\n${String(dead).trim()}`);
    try {
      if ((await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(5_000) })).ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await runtime.stop();
  throw new PlainError(`The runtime did not answer within ${READY_WITHIN_MS / 1000} s; see ${runtime.logFile}.`);
}
