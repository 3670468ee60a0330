/** The local runtime itself: what `npm start` starts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareFolder } from '../../scripts/runtime/data-folder.ts';
import { type Runtime, startRuntime } from '../../scripts/runtime/runtime.ts';
import { freePort } from '../../scripts/support/ports.ts';
import { ROOT } from '../../scripts/support/root.ts';
import { reachable } from '../support/fixtures.ts';

/** Requests of one address a minute: ADDRESS_LIMIT of the gateway's configuration. */
const ADDRESS_LIMIT = 600;

let dataDir: string;
let runtime: Runtime;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-runtime-'));
  prepareFolder(dataDir);
  runtime = await startRuntime({ dataDir, port: 0 });
});
afterAll(async () => {
  await runtime?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('serves the API, its description and the console’s files', async () => {
  const types = ['/healthz', '/openapi.json', '/'].map(async (path) => {
    const answer = await fetch(runtime.origin + path);
    await answer.arrayBuffer();
    return [answer.status, answer.headers.get('content-type')?.split(';')[0]];
  });
  expect(await Promise.all(types)).toEqual([
    [200, 'application/json'],
    [200, 'application/json'],
    [200, 'text/html'],
  ]);
});

it('is up again by itself when its process crashes', async () => {
  const before = runtime.pids();
  expect(before).toHaveLength(1);
  process.kill(before[0]!, 'SIGKILL');
  await reachable(runtime.origin);
  expect(runtime.pids()).not.toEqual(before);
});

it('counts an address as what its connection comes from, whatever a client claims to be', async () => {
  const statuses = new Set<number>();
  for (let i = 0; i <= 2 * ADDRESS_LIMIT; i += 20) {
    const asked = Array.from({ length: 20 }, async (_, k) => {
      const answer = await fetch(`${runtime.origin}/healthz`, {
        headers: { 'cf-connecting-ip': `198.51.${Math.floor((i + k) / 250)}.${(i + k) % 250}` },
      });
      await answer.arrayBuffer();
      statuses.add(answer.status);
    });
    await Promise.all(asked);
  }
  expect(statuses).toEqual(new Set([200, 429]));
});

it('ends in order on SIGINT, which npm start gets by Ctrl-C', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-start-'));
  const port = await freePort();
  const script = join(ROOT, 'scripts/dev.ts');
  const child = spawn(process.execPath, [script, '--empty', '--port', String(port), '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const code = new Promise((resolve) => child.once('exit', resolve));
  const isReady = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => String(text).includes('is ready') && resolve());
  });
  await isReady;
  child.kill('SIGINT');
  expect(await code).toBe(0);
  // The runtime's processes are noted until the stop has come to its end.
  expect(readFileSync(join(folder, 'runtime.pid'), 'utf8')).toBe('[]');
  rmSync(folder, { recursive: true, force: true });
});
