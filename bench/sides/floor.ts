/** The floor: a bare Worker with a bare object on bare workerd, which does the least that the platform can do for the same work. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_splitSqlQuery } from 'wrangler';
import { makeBundles, readBundle } from '../../scripts/runtime/bundles.ts';
import { workerdOf } from '../../scripts/support/processes.ts';
import { ROOT } from '../../scripts/support/root.ts';
import { cpuMsOf } from '../accounts.ts';
import { Client } from '../client.ts';

/** A running floor. */
export class Floor {
  readonly client: Client;
  readonly origin: string;
  readonly #runtime: Miniflare;
  readonly #storage: string;
  readonly #pid: number;

  private constructor(runtime: Miniflare, storage: string, origin: string, pid: number) {
    this.#runtime = runtime;
    this.#storage = storage;
    this.origin = origin;
    this.client = new Client(origin);
    this.#pid = pid;
  }

  static async start(): Promise<Floor> {
    await makeBundles({ floor: 'bench/floor' });
    const storage = mkdtempSync(join(tmpdir(), 'fairlead-floor-'));
    const { options, ...bundle } = readBundle('floor');
    const before = new Set(workerdOf(process.pid));
    const runtime = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        logRequests: false,
        telemetry: { enabled: false },
        resourcePersistencePath: storage,
        workers: [{ ...options, ...bundle, name: 'floor', unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] }],
      }),
    );
    await runtime.ready;
    const db = await runtime.getD1Database('DB', 'floor');
    const folder = join(ROOT, 'migrations/tenant');
    for (const file of readdirSync(folder).sort()) {
      const statements = unstable_splitSqlQuery(readFileSync(join(folder, file), 'utf8'));
      await db.batch(statements.map((sql) => db.prepare(sql)));
    }
    const [pid] = workerdOf(process.pid).filter((one) => !before.has(one));
    return new Floor(runtime, storage, (await runtime.unsafeGetDirectURL('floor')).origin, pid!);
  }

  readonly cpuMs = (): number | null => cpuMsOf(this.#pid);

  /** Sends one request that must succeed. */
  async ask(method: string, path: string, body?: string): Promise<string> {
    const answer = await this.client.ask(method, path, {}, body);
    if (answer.status !== 200) throw new Error(`the floor answered ${answer.status}`);
    return answer.body;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.#runtime.dispose();
    rmSync(this.#storage, { recursive: true, force: true });
  }
}
