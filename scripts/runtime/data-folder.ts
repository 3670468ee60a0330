/** A data folder: where a platform on this machine keeps its storage, secrets and logs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { writeSecretFile } from '../support/files.ts';
import { isRunning } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';
import { makeSecrets, type Secrets, type WorkerName } from '../support/secrets.ts';
import { PlainError } from '../support/terminal.ts';
import { WORKER_NAMES } from './bundles.ts';

/** Makes the data folder, or says why not. */
export function prepareFolder(dataDir: string): void {
  try {
    // One level each, not recursively: on a file system that refuses, Node's recursive mkdir never ends.
    for (const folder of [dataDir, join(dataDir, 'logs')]) if (!existsSync(folder)) mkdirSync(folder);
    writeFileSync(join(dataDir, '.writable'), '');
    // Copies of the secrets, which earlier versions kept here for their tooling. Nothing else: the folder may be anybody's.
    for (const worker of WORKER_NAMES) rmSync(join(dataDir, 'config', worker, '.dev.vars'), { force: true });
  } catch {
    throw new PlainError(
      `The folder ${dataDir} cannot be written to. Fairlead keeps its data there: make it writable, or run from a copy.`,
    );
  }
}

/** Where the processes of a folder's runtime are noted: ours, which owns the folder, and those that it started. */
const OWNER = 'running.pid';
const STARTED = 'runtime.pid';

/**
 * Claims a data folder for this process; throws in plain words while another platform uses it. A runtime whose owner
 * was killed is ended: it would go on working in the folder's storage beside the new one.
 */
export function claimFolder(dataDir: string): void {
  const file = join(dataDir, OWNER);
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner && owner !== process.pid && isRunning(owner, 'node')) {
    throw new PlainError(
      `Another platform (process ${owner}) already uses ${dataDir}. Stop it, or choose another folder with --data.`,
    );
  }
  writeFileSync(file, String(process.pid));
  const started = join(dataDir, STARTED);
  const left = existsSync(started) ? (JSON.parse(readFileSync(started, 'utf8')) as number[]) : [];
  for (const pid of left) if (isRunning(pid, 'workerd')) process.kill(pid, 'SIGKILL');
}

/** Notes the processes of the folder's runtime, for whoever claims the folder next. */
export function noteRuntime(dataDir: string, pids: number[]): void {
  writeFileSync(join(dataDir, STARTED), JSON.stringify(pids));
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

/** Where the storage of a data folder lies: as the development tooling of earlier versions laid it out. */
export const storageOf = (dataDir: string): string => join(dataDir, 'v3');

/** The databases, with the folder of `migrations` that each has its tables from. */
const DATABASES: Record<string, string> = {
  directory: 'directory',
  'shard-0': 'tenant',
  'shard-1': 'tenant',
  'shard-2': 'tenant',
  'shard-3': 'tenant',
};

/**
 * Applies the migrations that a storage has not had, `except` to databases named so; returns how many. A storage
 * that has had all of them by its own note starts no runtime.
 */
export async function migrate(storage: string, except: readonly string[] = []): Promise<number> {
  const databases = Object.keys(DATABASES).filter((name) => !except.includes(name));
  const wanted = JSON.stringify(databases.map((name) => [name, migrationsOf(DATABASES[name]!)]));
  const note = join(storage, 'migrated.json');
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return 0;
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: storage,
      modules: true,
      script: 'export default {}',
      d1Databases: Object.fromEntries(databases.map((name) => [name, `fairlead-${name}`])),
    }),
  );
  try {
    let applied = 0;
    for (const name of databases) {
      applied += await applyFolder(await runtime.getD1Database(name), DATABASES[name]!);
    }
    writeFileSync(note, wanted);
    return applied;
  } finally {
    await runtime.dispose();
  }
}

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>;

const migrationsOf = (folder: string): string[] =>
  readdirSync(join(ROOT, 'migrations', folder))
    .filter((name) => name.endsWith('.sql'))
    .sort();

/** The same bookkeeping table that `wrangler d1 migrations apply` uses, so the two can take turns. */
async function applyFolder(db: Database, folder: string): Promise<number> {
  await db
    .prepare(
      'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    )
    .run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const known = new Set(results.map((row) => row.name));
  const files = migrationsOf(folder).filter((name) => !known.has(name));
  if (files.length === 0) return 0;
  // Here, not above: wrangler takes a second to load, and a storage that is current needs none of it.
  const { unstable_splitSqlQuery: statementsOf } = await import('wrangler');
  for (const name of files) {
    const sql = readFileSync(join(ROOT, 'migrations', folder, name), 'utf8');
    await db.batch([
      ...statementsOf(sql).map((statement) => db.prepare(statement)),
      db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
  return files.length;
}
