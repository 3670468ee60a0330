import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimFolder, loadSecrets, noteRuntime, prepareFolder } from './data-folder.ts';

let folder: string;
const children: ReturnType<typeof idle>[] = [];

/** A process that does nothing, under a name. */
const idle = (name: string) =>
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', name], { stdio: 'ignore' });

function start(name: string) {
  const child = idle(name);
  children.push(child);
  return child;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-folder-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('refuses a folder whose owner runs, and takes one whose owner has ended', async () => {
  const owner = start('a platform');
  writeFileSync(join(folder, 'running.pid'), String(owner.pid));
  expect(() => claimFolder(folder)).toThrow(/already uses/);
  const ended = new Promise((resolve) => owner.once('exit', resolve));
  owner.kill('SIGKILL');
  await ended;
  claimFolder(folder);
  expect(readFileSync(join(folder, 'running.pid'), 'utf8')).toBe(String(process.pid));
});

it('ends the runtime that a killed owner left behind, and no other process that has its number by now', async () => {
  const [left, other] = [start('workerd serve'), start('something else')];
  noteRuntime(folder, [left.pid!, other.pid!]);
  const ended = new Promise((resolve) => left.once('exit', (_code, signal) => resolve(signal)));
  claimFolder(folder);
  expect(await ended).toBe('SIGKILL');
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
});

it('drops the copies of secrets that earlier versions kept for their tooling, and nothing else', () => {
  prepareFolder(folder);
  const secrets = loadSecrets(folder, 'http://localhost:1');
  mkdirSync(join(folder, 'config/identity'), { recursive: true });
  writeFileSync(join(folder, 'config/identity/.dev.vars'), 'SEALING_KEY=old');
  writeFileSync(join(folder, 'config/mine.json'), '{}');
  prepareFolder(folder);
  expect(readdirSync(join(folder, 'config/identity'))).toEqual([]);
  expect(existsSync(join(folder, 'config/mine.json'))).toBe(true);
  expect(loadSecrets(folder, 'http://localhost:1')).toEqual(secrets);
});
