/** Takes changes of the sources into a running platform. */
import { join } from 'node:path';
import { watch } from 'chokidar';
import { ROOT } from '../support/root.ts';
import { build } from './build.ts';
import type { Runtime } from './runtime.ts';

const SOURCES = ['workers', 'durable-objects', 'domain', 'contracts', 'platform', 'reference', 'clients', 'console'];
const MADE = join(ROOT, 'console/dist');
/** Editors save in several steps, and branches change many files. */
const SETTLE_MS = 200;

/** Builds what a saved file changes and reloads the Workers; a mistake in a source is printed, and the last build stays. */
export function watchSources(runtime: Runtime): void {
  let timer: NodeJS.Timeout | null = null;
  let working = false;
  const take = async (): Promise<void> => {
    if (working) return later();
    working = true;
    const startedAt = performance.now();
    try {
      const built = await build();
      await runtime.reload();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      if (built.length > 0) console.log(`Reloaded ${built.join(', ')} (${seconds} s)`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
    } finally {
      working = false;
    }
  };
  const later = (): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => void take(), SETTLE_MS);
  };
  const paths = [...SOURCES, 'wrangler.toml'].map((path) => join(ROOT, path));
  watch(paths, { ignoreInitial: true, ignored: (path) => path.startsWith(MADE) }).on('all', later);
  console.log('\n  Changes of the sources are taken as they are saved.');
}
