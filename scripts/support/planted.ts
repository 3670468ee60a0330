/** Mistakes planted into a copy of the sources, to see that the type check finds them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/** A mistake: `text` of a file is replaced. */
export interface Planted {
  file: string;
  text: string;
  by: string;
}

/** A property renamed where a service, an object or a contract makes it: one in each. */
export const RENAMES: readonly Planted[] = [
  {
    file: 'workers/identity/features/carriers.ts',
    text: 'contactPhone: known.contactPhone',
    by: 'contactTelephone: known.contactPhone',
  },
  {
    file: 'workers/procurement/features/allocation-rows.ts',
    text: 'remaining: capacity - booked',
    by: 'left: capacity - booked',
  },
  {
    file: 'workers/tracking/features/connections.ts',
    text: 'createdAt: toInstant(row.createdAt)',
    by: 'madeAt: toInstant(row.createdAt)',
  },
  {
    file: 'durable-objects/container-tracker/to-api.ts',
    text: 'publishedAt: toInstant(',
    by: 'saidAt: toInstant(',
  },
  { file: 'contracts/procurement/shipments.ts', text: 'departureAt:', by: 'sailsAt:' },
];

/** What the type check of the Workers' sources needs. */
const SOURCES = ['workers', 'durable-objects', 'domain', 'contracts', 'platform', 'reference', 'bench/floor'];

/**
 * Compiles each mistake on its own in a copy of the sources and returns those that the type check let pass.
 * The copy as it is must compile, else the answers would mean nothing.
 */
export function letPass(mistakes: readonly Planted[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-planted-'));
  try {
    for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
    for (const config of ['tsconfig.base.json', 'tsconfig.workers.json'])
      cpSync(join(ROOT, config), join(folder, config));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    if (typeCheck(folder).status !== 0) return ['the sources as they are do not compile'];
    return mistakes.filter((mistake) => passes(folder, mistake)).map(({ file, by }) => `${file}: ${by}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function passes(folder: string, { file, text, by }: Planted): boolean {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  if (!before.includes(text)) throw new Error(`${file} has no "${text}" to plant a mistake into`);
  writeFileSync(path, before.replace(text, by));
  try {
    const { status, stdout } = typeCheck(folder);
    // Anything else than the type check's own refusal of this file would prove nothing.
    if (status !== 0 && !/error TS\d+/.test(stdout)) throw new Error(`the type check failed: ${stdout.slice(0, 500)}`);
    return status === 0;
  } finally {
    writeFileSync(path, before);
  }
}

const typeCheck = (folder: string): { status: number | null; stdout: string } =>
  spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.workers.json'], { cwd: folder, encoding: 'utf8' });
