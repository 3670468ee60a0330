/** A folder of its own for what a run leaves in the system's temporary directory, removed when it ends. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'fairlead-run-';

/**
 * Points TMPDIR at a fresh folder, for this process and all that it starts, and removes it at the end; also
 * folders of earlier runs that were killed and could not. Miniflare and workerd leave what they had open there.
 */
export function useRunFolder(): void {
  const parent = tmpdir();
  // A run inside another one leaves the cleaning to that.
  if (parent.includes(PREFIX)) return;
  for (const name of readdirSync(parent)) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner && !isRunning(Number(owner))) remove(join(parent, name));
  }
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  process.env.TMPDIR = folder;
  process.on('exit', () => remove(folder));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Somebody else's, or still being written to: the next run takes it.
  }
}
