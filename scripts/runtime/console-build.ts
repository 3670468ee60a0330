/** The console's build, which the gateway serves. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/root.ts';
import { PlainError } from '../support/terminal.ts';

/** Builds the console when its sources are newer than the last build; returns whether it did. */
export async function buildConsole(): Promise<boolean> {
  const built = join(ROOT, 'console/dist/index.html');
  // It holds the client, which is made from the contracts.
  const sources = ['console', 'clients'].map((folder) => newest(join(ROOT, folder)));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return false;
  try {
    await promisify(execFile)(
      join(ROOT, 'node_modules/.bin/vite'),
      ['build', '--config', 'console/vite.config.ts', '--logLevel', 'error'],
      // Not the caller's NODE_ENV: a test runner's would build React for development.
      { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
    );
  } catch (error) {
    throw new PlainError(`The console could not be built:\n${(error as { stderr?: string }).stderr ?? String(error)}`);
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
