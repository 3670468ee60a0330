/** When something was built, so that it is built again once a source is newer. */
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders below sources that hold what is made. */
const MADE = ['dist', 'node_modules'];

/** Whether what a stamp stands for is newer than every source: files, and folders with all that is in them. */
export function isCurrent(stamp: string, sources: readonly string[]): boolean {
  if (!existsSync(stamp)) return false;
  const { mtimeMs } = statSync(stamp);
  return sources.every((source) => existsSync(source) && newest(source) <= mtimeMs);
}

/** Writes a stamp. It has the time at which the build began: what was saved during the build is newer. */
export function writeStamp(stamp: string, beganAt: Date, text = ''): void {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, text);
  utimesSync(stamp, beganAt, beganAt);
}

/** When a file, or the newest file of a folder, was saved, ms. */
function newest(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = readdirSync(path).filter((name) => !MADE.includes(name));
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}
