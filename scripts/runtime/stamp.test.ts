import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isCurrent, writeStamp } from './stamp.ts';

let folder: string;
let stamp: string;
let sources: string;

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
/** Saves a source at a second. */
function save(path: string, second: number): void {
  const file = join(sources, path);
  writeFileSync(file, String(second));
  utimesSync(file, at(second), at(second));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-stamp-'));
  sources = join(folder, 'sources');
  stamp = join(folder, 'made/stamp');
  for (const name of ['', 'deep', 'dist']) mkdirSync(join(sources, name), { recursive: true });
  save('a.ts', 1);
  save('deep/b.ts', 2);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('nothing is current before it was built', () => {
  expect(isCurrent(stamp, [sources])).toBe(false);
});

it('what was built is current until a source is saved, however deep, or is missing', () => {
  writeStamp(stamp, at(10));
  expect(isCurrent(stamp, [sources])).toBe(true);
  save('deep/b.ts', 11);
  expect(isCurrent(stamp, [sources])).toBe(false);
  expect(isCurrent(stamp, [join(sources, 'a.ts')])).toBe(true);
  expect(isCurrent(stamp, [join(sources, 'gone.ts')])).toBe(false);
});

it('a source that is saved while it is built is built again, whenever the build ends', () => {
  const began = at(10);
  save('a.ts', 12);
  writeStamp(stamp, began);
  expect(isCurrent(stamp, [sources])).toBe(false);
});

it('what is made below the sources is no source', () => {
  writeStamp(stamp, at(10));
  save('dist/made.js', 11);
  expect(isCurrent(stamp, [sources])).toBe(true);
});
