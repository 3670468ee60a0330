import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from './root.ts';

let parent: string;
beforeEach(() => {
  // Not in the system's temporary directory: in npm test that is the folder of a run already.
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  parent = mkdtempSync(join(ROOT, 'test-results', 'folders-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Runs a program that uses a folder of its own, and answers what it printed. */
function run(then: string): string {
  const program = `
    import { useRunFolder } from '${join(ROOT, 'scripts/support/run-folder.ts')}';
    import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    useRunFolder();
    mkdtempSync(tmpdir() + '/left-');
    ${then}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, TMPDIR: parent },
    encoding: 'utf8',
  });
  return stdout;
}

it('what a run leaves in the temporary directory is gone when it ends, however it ends', () => {
  for (const end of ['', 'process.exit(3);', "throw new Error('no');"]) {
    expect(run(`console.log(tmpdir());${end}`)).toContain('fairlead-run-');
    expect(readdirSync(parent)).toEqual([]);
  }
});

it('a run that was killed is cleaned up after by the next; one that goes on is left alone', () => {
  run("process.kill(process.pid, 'SIGKILL');");
  expect(readdirSync(parent)).toHaveLength(1);
  const alive = join(parent, `fairlead-run-${process.pid}-x`);
  mkdirSync(alive);
  run('');
  expect(readdirSync(parent)).toHaveLength(1);
  expect(existsSync(alive)).toBe(true);
});
