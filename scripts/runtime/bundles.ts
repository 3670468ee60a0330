/** The Workers' production bundles, as `wrangler deploy` would upload them: made once, and anew when a source changes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { V4ModuleDefinition, V4WorkerOptionsShape } from 'miniflare';
import { ROOT } from '../support/root.ts';
import type { WorkerName } from '../support/secrets.ts';
import { PlainError } from '../support/terminal.ts';
import { isCurrent, writeStamp } from './stamp.ts';

/** The folder of each Worker's configuration; the gateway comes first, so it gets the requests. */
export const WORKER_FOLDERS: Record<WorkerName, string> = {
  gateway: '',
  identity: 'workers/identity',
  tracking: 'workers/tracking',
  procurement: 'workers/procurement',
  notifications: 'workers/notifications',
  observer: 'workers/observer',
};

/** The Workers by name, the gateway first. */
export const WORKER_NAMES = Object.keys(WORKER_FOLDERS) as WorkerName[];

/** A value for each Worker. */
export const forEachWorker = <T>(value: (name: WorkerName) => T): Record<WorkerName, T> =>
  Object.fromEntries(WORKER_NAMES.map((name) => [name, value(name)])) as Record<WorkerName, T>;

/** A Worker as the local runtime takes it: its modules and what its configuration binds. */
export interface Bundle {
  modules: V4ModuleDefinition[];
  modulesRoot: string;
  /** What wrangler makes of the configuration for the local runtime. */
  options: V4WorkerOptionsShape;
}

const BUNDLES = join(ROOT, 'dist/workers');
/** Beside a bundle: its options, and what it was made from. */
const OPTIONS = 'options.json';
const INPUTS = 'inputs.json';

const MODULE_TYPES: Record<string, V4ModuleDefinition['type']> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.bin': 'Data',
};

/** The configuration of a Worker or of another folder with a `wrangler.toml`. */
const configOf = (folder: string): string => join(ROOT, folder, 'wrangler.toml');

/**
 * Makes the bundles that are missing or older than one of their sources, as many at a time as there are cores;
 * returns the names of those made. Throws a PlainError with the bundler's words when a source is wrong.
 */
export async function makeBundles(folders: Record<string, string> = WORKER_FOLDERS): Promise<string[]> {
  const stale = Object.keys(folders).filter((name) => isStale(name, folders[name]!));
  const waiting = [...stale];
  const maker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await makeBundle(name, folders[name]!);
  };
  // All of them end before a failure is reported: nobody builds into a folder that another still writes to.
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, maker));
  const failed = ended.find((maker) => maker.status === 'rejected');
  if (failed) throw failed.reason;
  return stale;
}

/** Reads a bundle that has been made. */
export function readBundle(name: string): Bundle {
  const folder = join(BUNDLES, name);
  const files = readdirSync(folder).filter((file) => extname(file) in MODULE_TYPES);
  // The entry point is the first module.
  files.sort((a, b) => Number(b === 'index.js') - Number(a === 'index.js'));
  return {
    modules: files.map((file) => ({
      type: MODULE_TYPES[extname(file)]!,
      path: join(folder, file),
      contents: extname(file) === '.js' ? readFileSync(join(folder, file), 'utf8') : readFileSync(join(folder, file)),
    })),
    // Above all bundles: a module's name then says whose it is, in profiles and stacks.
    modulesRoot: BUNDLES,
    options: JSON.parse(readFileSync(join(folder, OPTIONS), 'utf8')) as Bundle['options'],
  };
}

function isStale(name: string, folder: string): boolean {
  const stamp = join(BUNDLES, name, INPUTS);
  const inputs = existsSync(stamp) ? (JSON.parse(readFileSync(stamp, 'utf8')) as string[]) : [];
  return !isCurrent(stamp, [...inputs, configOf(folder)]);
}

async function makeBundle(name: string, folder: string): Promise<void> {
  const beganAt = new Date();
  const made = join(BUNDLES, `.${name}-${process.pid}`);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const metafile = join(made, 'metafile.json');
  await runWrangler(['deploy', '--dry-run', '--outdir', made, '--metafile', metafile, '-c', configOf(folder)]);
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: Record<string, unknown> };
  const files = Object.keys(inputs)
    .map((file) => join(ROOT, folder, file))
    // The bundler's own, which are on no disk.
    .filter((file) => existsSync(file));
  const { unstable_getMiniflareWorkerOptions: optionsOf } = await import('wrangler');
  writeFileSync(join(made, OPTIONS), JSON.stringify(optionsOf(configOf(folder)).workerOptions));
  writeStamp(join(made, INPUTS), beganAt, JSON.stringify([...files, join(ROOT, 'package-lock.json')]));
  rmSync(join(BUNDLES, name), { recursive: true, force: true });
  renameSync(made, join(BUNDLES, name));
}

async function runWrangler(args: string[]): Promise<void> {
  try {
    await promisify(execFile)(join(ROOT, 'node_modules/.bin/wrangler'), args, {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', CI: '1' },
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new PlainError(`The Workers could not be bundled:\n${(stderr || stdout || String(error)).trim()}`);
  }
}
