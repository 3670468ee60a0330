/** Everything that a platform is started from: the Workers' bundles and the console. */
import { makeBundles } from './bundles.ts';
import { buildConsole } from './console-build.ts';

/** Builds what is missing or older than its sources; returns the names of what was built. */
export async function build(): Promise<string[]> {
  const [bundles, console] = await Promise.all([makeBundles(), buildConsole()]);
  return console ? [...bundles, 'console'] : bundles;
}
