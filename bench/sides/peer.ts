/**
 * The peer: what a team would pick instead, a Node server with PostgreSQL behind it. Its source is not ours and lies
 * outside the repository; where it or PostgreSQL is missing there is no peer, and the figures say so.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/support/ports.ts';
import { ROOT } from '../../scripts/support/root.ts';
import { pause } from '../../test/support/fixtures.ts';
import { cpuMsOf, ended } from '../accounts.ts';
import { Client } from '../client.ts';

const SOURCE = join(ROOT, '../shared/peer');
/** Debian's folder of PostgreSQL's server programs, which are not on the path. */
const DEBIAN = '/usr/lib/postgresql';
const PACKAGES = ['fastify@5.12.8', 'pg@8.23.1', 'ws@8.23.0', 'zod@4.6.7', 'jose@6.2.18'];
const LOOKS = 300;

/** Why there is no peer here, in words; null when there can be one. */
export function whyNoPeer(): string | null {
  if (!existsSync(join(SOURCE, 'server.mjs'))) return 'the peer is not beside this checkout';
  if (!binaries()) return "PostgreSQL's server is not installed (Debian: postgresql-15)";
  return null;
}

/** The folder of PostgreSQL's server programs. */
function binaries(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const found = readdirSync(DEBIAN)
    .map((version) => join(DEBIAN, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')));
  return found.at(-1) ?? null;
}

/** A running peer with a database of its own. */
export class Peer {
  readonly client: Client;
  readonly origin: string;
  readonly token: string;
  readonly #server: ChildProcess;
  readonly #database: ChildProcess;
  readonly #folder: string;

  private constructor(server: ChildProcess, database: ChildProcess, folder: string, origin: string, token: string) {
    this.#server = server;
    this.#database = database;
    this.#folder = folder;
    this.origin = origin;
    this.client = new Client(origin);
    this.token = token;
  }

  static async start(): Promise<Peer> {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-peer-'));
    for (const file of readdirSync(SOURCE)) copyFileSync(join(SOURCE, file), join(folder, file));
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...PACKAGES], { cwd: folder });
    const { database, url } = await startDatabase(folder);
    const port = await freePort();
    const server = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PG: url, PORT: String(port) },
    });
    const origin = `http://localhost:${port}`;
    const { token } = await until(async () => (await (await fetch(`${origin}/token`)).json()) as { token: string });
    return new Peer(server, database, folder, origin, token);
  }

  readonly cpuMs = (): number | null => {
    const [server, database] = [cpuMsOf(this.#server.pid!), cpuMsOf(this.#database.pid!)];
    return server === null || database === null ? null : server + database;
  };

  /** Sends one request that must succeed. */
  async ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<string> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.client.ask(method, path, { ...type, ...headers }, body);
    if (answer.status >= 300) throw new Error(`the peer answered ${answer.status}: ${answer.body}`);
    return answer.body;
  }

  /** Posts positions with the signature that the peer wants. */
  post(body: string): Promise<string> {
    return this.ask(
      'POST',
      '/ingest',
      { 'x-signature': createHmac('sha256', 'peer-secret').update(body).digest('hex') },
      body,
    );
  }

  async stop(): Promise<void> {
    this.client.close();
    await ended(this.#server, 'SIGTERM');
    await ended(this.#database, 'SIGINT');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A database cluster of its own, durable as installed. PostgreSQL refuses to run as root: its own user then. */
async function startDatabase(folder: string): Promise<{ database: ChildProcess; url: string }> {
  const bin = binaries()!;
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? postgresUser() : null;
  if (user) {
    chownSync(folder, user.uid, user.gid);
    // The folder of this run is above it: others may pass through, and see nothing of it.
    chmodSync(tmpdir(), 0o711);
  }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth', 'trust'], { ...user, stdio: 'ignore' });
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'];
  const database = spawn(join(bin, 'postgres'), args, { ...user, stdio: 'ignore' });
  const sql = (text: string): void => {
    execFileSync(join(bin, 'psql'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', text], {
      stdio: 'ignore',
    });
  };
  await until(async () => (sql('CREATE DATABASE peer'), true));
  return { database, url: `postgres://postgres@127.0.0.1:${port}/peer` };
}

function postgresUser(): { uid: number; gid: number } {
  const idOf = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function until<T>(work: () => Promise<T>): Promise<T> {
  for (let look = 0; ; look++) {
    try {
      return await work();
    } catch (error) {
      if (look === LOOKS) throw error;
      await pause();
    }
  }
}
