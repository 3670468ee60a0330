/** Our side: the platform that `npm start` starts, in processes of its own, with a tenant that is fit for load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, signStandard } from '../../scripts/support/api.ts';
import { freePort } from '../../scripts/support/ports.ts';
import { ROOT } from '../../scripts/support/root.ts';
import { createFirstTenant } from '../../scripts/support/scratch.ts';
import { pause, reachable } from '../../test/support/fixtures.ts';
import { cpuMsOf, ended } from '../accounts.ts';
import { Client } from '../client.ts';
import { registerFleet } from '../containers.ts';

/** Clients and connections enough that none meets its limit of 100 requests a second. */
const CLIENTS = 40;
const CONNECTIONS = 40;
/** Access tokens live five minutes; these are renewed well before. */
const RENEW_AFTER_MS = 150_000;
const SETTLE_LOOKS = 12_000;
/** A platform that uses no more in a second, ms, is at rest: objects that have been made go to sleep, and others are told. */
const AT_REST_MS = 20;
const REST_LOOKS = 60;

interface Connection {
  id: string;
  secret: string;
}

interface Credentials {
  id: string;
  secret: string;
}

interface Prepared {
  origin: string;
  admin: ApiClient;
  carrierId: string;
  credentials: Credentials[];
  connections: Connection[];
}

/** A platform under load, and what its callers need. */
export class Ours {
  readonly client: Client;
  readonly origin: string;
  readonly admin: ApiClient;
  readonly carrierId: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #prepared: Prepared;
  /** Containers that are registered. */
  fleet = 0;
  #tokens: string[] = [];
  #renewedAt = 0;

  private constructor(child: ChildProcess, dataDir: string, prepared: Prepared) {
    this.#child = child;
    this.#dataDir = dataDir;
    this.#prepared = prepared;
    this.origin = prepared.origin;
    this.admin = prepared.admin;
    this.carrierId = prepared.carrierId;
    this.client = new Client(prepared.origin);
  }

  /** Starts a platform in a scratch folder, with `more` options of `npm start`, and prepares its tenant. */
  static async start(more: string[] = []): Promise<Ours> {
    const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
    const port = await freePort();
    const script = join(ROOT, 'scripts/dev.ts');
    const child = spawn(process.execPath, [script, '--empty', '--port', String(port), '--data', dataDir, ...more], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const origin = `http://localhost:${port}`;
    await reachable(origin);
    const admin = new ApiClient(origin, await createFirstTenant(dataDir, origin));
    const carrier = await admin.must('POST', '/v1/carriers', { scac: 'BNCH', name: 'Bench Line' });
    const credentials: Credentials[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      credentials.push(await admin.must('POST', '/v1/clients', { name: `bench ${i}`, role: 'tenant_admin' }));
    }
    const connections: Connection[] = [];
    for (let i = 0; i < CONNECTIONS; i++) {
      const order = { name: `bench ${i}`, carrierId: carrier.id, format: 'positions' };
      connections.push(await admin.must('POST', '/v1/connections', order));
    }
    const ours = new Ours(child, dataDir, { origin, admin, carrierId: carrier.id, credentials, connections });
    await ours.turn(async () => {});
    return ours;
  }

  /** The process that was started; the runtime is below it. */
  get pid(): number {
    return this.#child.pid!;
  }

  readonly cpuMs = (): number | null => cpuMsOf(this.pid);

  /** The headers of request n, by one of many clients. */
  as(n: number): Record<string, string> {
    return { authorization: `Bearer ${this.#tokens[n % this.#tokens.length]}` };
  }

  /** Reads a path, as caller n. */
  async get(path: string, n: number): Promise<string> {
    const answer = await this.client.ask('GET', path, this.as(n));
    if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}: ${answer.body}`);
    return answer.body;
  }

  /** Takes a turn with tokens that are good for as long as it lasts. */
  async turn<T>(take: () => Promise<T>): Promise<T> {
    if (Date.now() - this.#renewedAt > RENEW_AFTER_MS) {
      this.#renewedAt = Date.now();
      const renewed = this.#prepared.credentials.map((own) => new ApiClient(this.origin, own).token());
      this.#tokens = await Promise.all(renewed);
    }
    return take();
  }

  /** Posts a signed delivery, waits as long as a 429 says, and resolves to its receipt. */
  async post(n: number, body: string): Promise<string> {
    const { id, secret } = this.#prepared.connections[n % CONNECTIONS]!;
    for (;;) {
      const headers = { 'content-type': 'application/json', ...signStandard(secret, body) };
      const answer = await this.client.ask('POST', `/ingest/${id}`, headers, body);
      if (answer.status === 202) return JSON.parse(answer.body).receiptId;
      if (answer.status !== 429 && answer.status !== 503) throw new Error(`a delivery was answered ${answer.status}`);
      await pause(answer.retryAfter * 1_000);
    }
  }

  /** Waits until every event of these deliveries is where it belongs. */
  async settled(receipts: string[]): Promise<void> {
    for (const [n, id] of receipts.entries()) {
      for (let look = 0; !JSON.parse(await this.get(`/v1/receipts/${id}`, n)).settled; look++) {
        if (look === SETTLE_LOOKS) throw new Error('the deliveries were not settled');
        await pause(5);
      }
    }
  }

  /** Registers what a fleet of so many containers lacks, and waits until the platform is at rest. */
  async register(fleet: number): Promise<void> {
    await registerFleet(this.admin, this.fleet, fleet);
    this.fleet = fleet;
    for (let look = 0, before = this.cpuMs(); look < REST_LOOKS; look++) {
      await pause(1_000);
      const now = this.cpuMs();
      if (before === null || now === null || now - before <= AT_REST_MS) return;
      before = now;
    }
  }

  async stop(): Promise<void> {
    this.client.close();
    await ended(this.#child, 'SIGTERM');
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
