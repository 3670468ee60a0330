/** The stage of the benchmarks: the product's bundles in one runtime, the floor in another. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTestHarness, type TestHarness } from 'wrangler';
import { checkDigit } from '../domain/identifiers/iso6346.ts';
import { ApiClient } from '../scripts/support/api.ts';
import { ROOT } from '../scripts/support/root.ts';
import { buildConsole } from '../scripts/support/runtime.ts';
import type { WorkerName } from '../scripts/support/secrets.ts';
import { createTenant, type TestTenant } from '../test/support/fixtures.ts';
import { CONFIGS, type Platform, startPlatform } from '../test/support/harness.ts';

/** Everything a benchmark needs. */
export interface Stage {
  platform: Platform;
  floor: { server: TestHarness; origin: string };
  tenant: TestTenant;
  /** Tokens of many clients, so that no single one meets its rate limit. */
  tokens: string[];
  connections: { id: string; scheme: string; secret: string }[];
}

const CLIENTS = 40;
const CONNECTIONS = 6;

function bundle(config: string, name: string): string {
  const out = join(ROOT, '.data/bench', name);
  mkdirSync(out, { recursive: true });
  execFileSync(
    join(ROOT, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--minify', '--outdir', out, '-c', config],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    },
  );
  return out;
}

/** Bundles everything for production and starts both runtimes. */
export async function setStage(): Promise<Stage> {
  // The gateway serves it: a checkout that was never started has none yet.
  buildConsole();
  const prebuilt = Object.fromEntries(
    Object.entries(CONFIGS).map(([name, config]) => [name, bundle(config, name)]),
  ) as Record<WorkerName, string>;
  const platform = await startPlatform({ prebuilt });
  const floorServer = createTestHarness({
    root: ROOT,
    workers: [
      { configPath: 'bench/floor/wrangler.toml', prebuiltWorkerDir: bundle('bench/floor/wrangler.toml', 'floor') },
    ],
  });
  const { url } = await floorServer.listen();
  await floorServer.getWorker().applyD1Migrations('DB');
  const tenant = await createTenant(platform, 'bench');
  const tokens: string[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    const client = await tenant.admin.must('POST', '/v1/clients', { name: `bench ${i}`, role: 'tenant_admin' });
    tokens.push(await new ApiClient(platform.origin, { id: client.id, secret: client.secret }).token());
  }
  const connections = [];
  for (let i = 0; i < CONNECTIONS; i++) {
    connections.push(
      await tenant.admin.must('POST', '/v1/connections', {
        name: `bench ${i}`,
        carrierId: tenant.carrierId,
        format: 'positions',
      }),
    );
  }
  return { platform, floor: { server: floorServer, origin: url.origin }, tenant, tokens, connections };
}

/** Ends both runtimes. */
export async function strikeStage({ platform, floor }: Stage): Promise<void> {
  await platform.close();
  await floor.server.close();
}

/** A valid container number for benchmark i. */
export function numberOf(i: number): string {
  const ten = `BNCU${String(i).padStart(6, '0')}`;
  return ten + checkDigit(ten);
}

/** Registers containers with a destination, so that each ingest estimates an arrival. */
export async function registerMany(client: ApiClient, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 200) {
    const containers = Array.from({ length: Math.min(200, to - i) }, (_, k) => ({
      number: numberOf(i + k),
      origin: 'CNSHA',
      destination: 'NLRTM',
    }));
    await client.must('POST', '/v1/containers', { containers });
  }
}
