/** The console's build, which the gateway serves. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/root.ts';
import { PlainError } from '../support/terminal.ts';
import { isCurrent, writeStamp } from './stamp.ts';

/** The folder of the console's build. */
export const CONSOLE_BUILD = join(ROOT, 'console/dist');
/** When the sources of the last build were read. */
const STAMP = join(ROOT, 'dist/console.stamp');

/** Builds the console when its sources are newer than the last build; returns whether it did. */
export async function buildConsole(): Promise<boolean> {
  // It holds the client, which is made from the contracts, and words of the domain.
  const sources = ['console', 'clients', 'domain', 'package-lock.json'].map((path) => join(ROOT, path));
  if (existsSync(join(CONSOLE_BUILD, 'index.html')) && isCurrent(STAMP, sources)) return false;
  const beganAt = new Date();
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
  writeStamp(STAMP, beganAt);
  return true;
}
