import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each room may import of ours: arrows point inward. */
const MAY_IMPORT: Record<string, string[]> = {
  domain: ['domain'],
  reference: ['reference', 'domain', 'platform'],
  platform: ['platform', 'domain', 'contracts'],
  contracts: ['contracts', 'domain', 'platform'],
  'durable-objects': ['durable-objects', 'contracts', 'platform', 'reference', 'domain'],
  workers: ['workers', 'durable-objects', 'contracts', 'platform', 'reference', 'domain'],
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.ts$|\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'|import '(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] ?? match[2]!)),
  );
}

const roomOf = (path: string): string => path.split('/')[0]!;

describe('the arrows of the house', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports only ${allowed.join(', ')}`, () => {
      const wrong = sources(room)
        // Build steps run in Node, before there is anything to be layered.
        .filter((file) => !file.startsWith('reference/build-') && !file.startsWith('durable-objects/testing/'))
        .flatMap((file) =>
          imports(file)
            .filter((to) => !allowed.includes(roomOf(to)))
            .map((to) => `${file} -> ${to}`),
        );
      expect(wrong).toEqual([]);
    });
  }

  it('no Worker imports another one’s files', () => {
    const workerOf = (path: string): string => path.split('/')[1]!;
    const wrong = sources('workers').flatMap((file) =>
      imports(file)
        .filter((to) => roomOf(to) === 'workers' && workerOf(to) !== workerOf(file))
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('the domain knows no platform: no runtime import, no clock, no randomness', () => {
    const wrong = sources('domain').filter((file) =>
      /from 'cloudflare:|from 'node:|Date\.now\(|Math\.random\(|crypto\./.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('a Worker’s index only exports', () => {
    for (const worker of readdirSync(join(ROOT, 'workers'))) {
      const lines = readFileSync(join(ROOT, 'workers', worker, 'index.ts'), 'utf8')
        .split('\n')
        .filter(Boolean);
      expect(lines.filter((line) => !/^(export|import) /.test(line))).toEqual([]);
    }
  });

  it('files stay small enough to have one subject', () => {
    const large = Object.keys(MAY_IMPORT)
      .flatMap(sources)
      .filter((file) => statSync(join(ROOT, file)).size > 16_384);
    expect(large).toEqual([]);
  });
});
