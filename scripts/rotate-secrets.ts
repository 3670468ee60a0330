/** `npm run secrets:rotate`: signing keys, pepper, sealing keys and webhook secrets, each with an overlap. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApiClient } from './support/api.ts';
import { loadDemo } from './support/demo.ts';
import { ROOT } from './support/root.ts';
import { WORKER_FOLDERS } from './support/runtime.ts';
import { RINGS, rotateSecrets } from './support/secret-rings.ts';
import type { Secrets, WorkerName } from './support/secrets.ts';
import { main, options, PlainError } from './support/terminal.ts';

const USAGE = `Usage: npm run secrets:rotate -- WHAT [options]
  WHAT
    signing-keys   a new key for access tokens; it signs once every edge has it, and old tokens go on
    pepper         a new pepper; a password is hashed with it at its owner's next sign-in
    sealing-keys   new keys for secrets at rest; each is sealed anew when it is next used
    webhooks       new secrets for every connection and endpoint of a tenant; the ones before work on for a while
  --leaked         with signing-keys: drop every other key at once, with all tokens they signed
  --data DIR       the folder whose secrets.json holds the secrets (.data)
  --origin URL     the running platform, for signing-keys and webhooks (http://localhost:8787)
  --push           with pepper and sealing-keys: put them into the deployed Workers (wrangler secret put)
  Signing keys need the operator's secret (in secrets.json, or OPERATOR_SECRET in the environment); webhooks a client of
  the tenant (CLIENT_ID and CLIENT_SECRET in the environment, or that of the demonstration).`;

await main(async () => {
  const { values, positionals } = options(USAGE, {
    leaked: { type: 'boolean' },
    data: { type: 'string' },
    origin: { type: 'string' },
    push: { type: 'boolean' },
  });
  const [what] = positionals;
  const dataDir = resolve(values.data ?? join(ROOT, '.data'));
  const origin = (values.origin ?? 'http://localhost:8787').replace(/\/$/, '');
  if (what === 'signing-keys') return rotateSigningKeys(origin, dataDir, values.leaked === true);
  if (what === 'webhooks') return rotateWebhooks(origin, dataDir);
  if (what !== undefined && what in RINGS) return rotateFile(dataDir, what, values.push === true);
  throw new PlainError(`${what === undefined ? 'Say what to rotate' : `There is no ${what} to rotate`}.\n\n${USAGE}`);
});

function readSecrets(dataDir: string): Secrets | null {
  const file = join(dataDir, 'secrets.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Secrets) : null;
}

/** Runs calls to a platform; one that cannot be reached, or refuses, is said in a sentence. */
async function atPlatform<T>(origin: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reached = await fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlainError(
      reached ? `The platform refused: ${reason}` : `There is no platform at ${origin}. Start it first.`,
    );
  }
}

async function rotateSigningKeys(origin: string, dataDir: string, immediately: boolean): Promise<void> {
  const secret = process.env.OPERATOR_SECRET ?? readSecrets(dataDir)?.identity.OPERATOR_SECRET;
  if (!secret) throw new PlainError(`There is no operator secret in ${dataDir} nor in OPERATOR_SECRET.`);
  const operator = new ApiClient(origin, { id: 'platform-operator', secret });
  const { items } = await atPlatform(origin, () =>
    operator.must<{ items: { kid: string; state: string; activeFrom: string; dropAt: string | null }[] }>(
      'POST',
      '/v1/signing-keys/rotate',
      { immediately },
    ),
  );
  for (const { kid, state, activeFrom, dropAt } of items) {
    console.log(`${kid}  ${state.padEnd(9)} signs from ${activeFrom}${dropAt ? `, published until ${dropAt}` : ''}`);
  }
  console.log(immediately ? 'All earlier tokens have ended.' : 'Tokens that were issued go on until they expire.');
}

async function rotateWebhooks(origin: string, dataDir: string): Promise<void> {
  const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;
  const credentials = id && secret ? { id, secret } : loadDemo(dataDir)?.client;
  if (!credentials) throw new PlainError('Name a client of the tenant by CLIENT_ID and CLIENT_SECRET.');
  const api = new ApiClient(origin, credentials);
  const fresh: { kind: string; id: string; secret: string }[] = [];
  await atPlatform(origin, async () => {
    for (const kind of ['connections', 'webhook-endpoints']) {
      for (const { id: one, status } of await api.all(`/v1/${kind}`)) {
        if (status !== 'active') continue;
        const rotated = await api.must('POST', `/v1/${kind}/${one}/rotate-secret`);
        fresh.push({ kind, id: one, secret: rotated.secret });
        console.log(`${kind} ${one}: rotated`);
      }
    }
  });
  const file = join(dataDir, `webhook-secrets-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  writeFileSync(file, JSON.stringify(fresh, null, 2), { mode: 0o600 });
  console.log(
    `${fresh.length} new secrets are in ${file}, for your eyes only. Hand them to the carriers and receivers: a carrier’s\n` +
      'old secret works until the next rotation, and for a day deliveries to receivers carry a signature by both.',
  );
}

function rotateFile(dataDir: string, what: string, push: boolean): void {
  const secrets = readSecrets(dataDir);
  if (!secrets)
    throw new PlainError(`There is no secrets.json in ${dataDir}: start the platform once, or name the folder.`);
  const rotated = rotateSecrets(secrets, what);
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(secrets, null, 2), { mode: 0o600 });
  for (const [worker, name] of rotated) {
    console.log(`${worker} ${name}: rotated`);
    if (push) put(worker, name, secrets[worker][name]!);
  }
  console.log(
    push ? 'The deployed Workers have them.' : 'They are in force from the next start, or once you --push them.',
  );
}

function put(worker: WorkerName, name: string, value: string): void {
  const config = join(ROOT, WORKER_FOLDERS[worker], 'wrangler.toml');
  const done = spawnSync(join(ROOT, 'node_modules/.bin/wrangler'), ['secret', 'put', name, '-c', config], {
    input: value,
    encoding: 'utf8',
  });
  if (done.status !== 0) {
    throw new PlainError(
      `${worker} ${name} could not be put: ${(done.stderr || done.stdout).trim().split('\n').at(-1)}\n` +
        'The file has the new secrets already; put them by hand, or run this again to rotate once more.',
    );
  }
}
