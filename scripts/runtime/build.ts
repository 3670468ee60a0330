/** Everything that a platform is started from: the Workers' bundles and the console. */
import { mkdirSync } from 'node:fs';
import { makeBundles } from './bundles.ts';
import { buildConsole, CONSOLE_BUILD } from './console-build.ts';

/** Builds what is missing or older than its sources; returns the names of what was built. */
export async function build(): Promise<string[]> {
  // The gateway's configuration names the folder: on a clean checkout it is there before the console is built.
  mkdirSync(CONSOLE_BUILD, { recursive: true });
  const [bundles, console] = await Promise.allSettled([makeBundles(), buildConsole()]);
  if (bundles.status === 'rejected') throw bundles.reason;
  if (console.status === 'rejected') throw console.reason;
  return console.value ? [...bundles.value, 'console'] : bundles.value;
}
