/** `npm run secrets:rotate`: signing keys, pepper, sealing and token keys, the operator's and webhook secrets, each with an overlap. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseRing } from '../platform/secrets.ts';
import { WORKER_FOLDERS } from './runtime/bundles.ts';
import type { ApiClient } from './support/api.ts';
import { atPlatform, isReached, operatorOf, readSecrets, secretsFile, tenantClientOf } from './support/credentials.ts';
import { writeSecretFile } from './support/files.ts';
import { neededOf, pruneSecrets, type Report, resealAll } from './support/resealing.ts';
import {
  endWithOperator,
  LOOK_EVERY_MS,
  neededForOperator,
  PUSHED_WITHIN_MS,
  revokeOperator,
} from './support/operator-secret.ts';
import { ROOT } from './support/root.ts';
import {
  earlierIds,
  type Needed,
  neededForTokens,
  pruneRing,
  RINGS,
  type RingName,
  rotateSecrets,
  StrandingError,
} from './support/secret-rings.ts';
import type { WorkerName } from './support/secrets.ts';
import { main, options, PlainError } from './support/terminal.ts';

const USAGE = `Usage: npm run secrets:rotate -- WHAT [options]
  WHAT
    signing-keys   a new key for access tokens; it signs once every edge has it, and old tokens go on
    pepper         a new pepper; a password is hashed with it at its owner's next sign-in
    sealing-keys   new keys for secrets at rest; everything is sealed anew once the platform runs with them
    token-keys     new keys for the check in codes, refresh tokens, links and tickets
    operator       a new secret of the platform operator's client; the ones before work until the platform is
                   seen to run with it at a later rotation
    webhooks       new secrets for every connection and endpoint of a tenant; the ones before work on for a while
    revoke-operator  no new secret: end the tokens, links and sockets that the operator's client has. After
                   operator --leaked, once the platform runs with the new secret (--push waits and does it)
    reseal         no new key: seal everything anew now, and drop the keys that nothing needs any more
  --leaked         with signing-keys: drop every other key at once, with all tokens they signed; with operator: the
                   secret before ends at once; with webhooks: the secrets before end at once
  --data DIR       the folder whose secrets.json holds the secrets (.data)
  --origin URL     the running platform (http://localhost:8787)
  --push           put what changed in the file into the deployed Workers (wrangler secret put)
  A key stays in the file for as long as something needs it, and is named with what that is. Where that cannot be
  known, because the platform is not running, it stays. Calls to the platform are made with the operator's secret (in
  secrets.json, or OPERATOR_SECRET in the environment); webhooks by a client of the tenant (CLIENT_ID and
  CLIENT_SECRET in the environment, or that of the demonstration).`;

/** What can end at once. */
const LEAKED = ['signing-keys', 'operator', 'webhooks'];

interface Call {
  origin: string;
  dataDir: string;
  leaked: boolean;
  push: boolean;
}

const fileOf = ({ dataDir }: Call): string => secretsFile(dataDir);

async function rotateSigningKeys(call: Call): Promise<void> {
  const operator = await operatorOf(call);
  const { items } = await atPlatform(call.origin, () =>
    operator.must<{ items: { kid: string; state: string; activeFrom: string; dropAt: string | null }[] }>(
      'POST',
      '/v1/signing-keys/rotate',
      { immediately: call.leaked },
    ),
  );
  for (const { kid, state, activeFrom, dropAt } of items) {
    console.log(`${kid}  ${state.padEnd(9)} signs from ${activeFrom}${dropAt ? `, published until ${dropAt}` : ''}`);
  }
  console.log(call.leaked ? 'All earlier tokens have ended.' : 'Tokens that were issued go on until they expire.');
}

async function rotateWebhooks({ origin, dataDir, leaked }: Call): Promise<void> {
  const api = tenantClientOf({ origin, dataDir });
  const fresh: { kind: string; id: string; secret: string }[] = [];
  const file = join(dataDir, `webhook-secrets-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  await atPlatform(origin, async () => {
    for (const kind of ['connections', 'webhook-endpoints']) {
      for (const { id: one, status } of await api.all(`/v1/${kind}`)) {
        if (status !== 'active') continue;
        const rotated = await api.must('POST', `/v1/${kind}/${one}/rotate-secret`, { immediately: leaked });
        fresh.push({ kind, id: one, secret: rotated.secret });
        // After each: what was rotated is shown once, and must not be lost when the next one fails.
        writeSecretFile(file, JSON.stringify(fresh, null, 2));
        console.log(`${kind} ${one}: rotated`);
      }
    }
  });
  if (fresh.length === 0) return console.log('There is no active connection or endpoint: nothing was rotated.');
  console.log(
    `${fresh.length} new secrets are in ${file}, for your eyes only. Hand them to the carriers and receivers${
      leaked
        ? ': the ones before have ended.'
        : ': a carrier’s\nold secret works until the next rotation, and for a day deliveries to receivers carry a signature by both.'
    }`,
  );
}

/** What needs earlier secrets of a ring: for some the file knows, for others the platform. */
async function neededFor(call: Call, what: RingName): Promise<(worker: WorkerName, text: string) => Needed> {
  if (what === 'operator') return neededForOperator(call);
  if (what === 'token-keys') return (_worker, text) => neededForTokens(text);
  const report = (await isReached(call.origin)) ? await reportOf(call) : null;
  return (worker, text) => neededOf(report, worker, what, parseRing(text).current);
}

const reportOf = (call: Call): Promise<Report> =>
  atPlatform(call.origin, async () => resealAll(await operatorOf(call)));

async function rotateFile(call: Call, what: RingName): Promise<void> {
  const secrets = readSecrets(call.dataDir);
  const needed = await neededFor(call, what);
  let rotated: [WorkerName, string][];
  try {
    rotated = rotateSecrets(secrets, what, needed);
  } catch (error) {
    if (!(error instanceof StrandingError)) throw error;
    const first =
      what === 'operator' || what === 'token-keys'
        ? 'Start the platform with the secrets of the file first.'
        : 'Run `npm run secrets:rotate -- reseal` first.';
    throw new PlainError(`Nothing was rotated. ${error.message}\n${first}`);
  }
  if (what === 'operator' && call.leaked) {
    secrets.identity.OPERATOR_SECRET = pruneRing(secrets.identity.OPERATOR_SECRET!, () => null);
  }
  // The operator's calls below are made with what the platform runs with: read before the file changes.
  const operator = call.push && what === 'sealing-keys' ? await operatorOf(call) : null;
  writeSecretFile(fileOf(call), JSON.stringify(secrets, null, 2));
  for (const [worker, name] of rotated) {
    console.log(`${worker} ${name}: rotated${earlierOf(secrets[worker][name]!)}`);
    if (call.push) put(worker, name, secrets[worker][name]!);
  }
  console.log(
    call.push ? 'The deployed Workers have them.' : 'They are in force from the next start, or once you --push them.',
  );
  if (what === 'operator' && call.leaked) await endWithOperator(call);
  if (operator) await resealPushed(call, operator, parseRing(secrets.identity.SEALING_KEY!).current);
}

const earlierOf = (text: string): string => {
  const earlier = earlierIds(text);
  return earlier.length > 0 ? `; the ring still has ${earlier.join(', ')}` : '';
};

/**
 * Seals anew once the deployed Workers run with the keys that were pushed. No key is dropped yet: for a moment some of
 * them may still seal with the one before.
 */
async function resealPushed(call: Call, operator: ApiClient, current: string): Promise<void> {
  const giveUpAt = Date.now() + PUSHED_WITHIN_MS;
  for (;;) {
    const report = await atPlatform(call.origin, () => resealAll(operator));
    if (Object.values(report).every((found) => found.currentKey === current)) return told(report);
    if (Date.now() > giveUpAt) {
      return console.log(
        'The platform does not run with the new keys yet: run `npm run secrets:rotate -- reseal` later.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Says what was sealed anew, and what needs an earlier key. */
function told(report: Report): void {
  for (const [worker, { resealed, remaining }] of Object.entries(report)) {
    console.log(`${worker}: ${resealed} sealed anew`);
    for (const { ring, what, keyId, count } of remaining) {
      console.log(`  ${count} ${what} need ${ring === 'pepper' ? 'pepper' : 'key'} ${keyId}, which stays`);
    }
  }
}

/** Seals anew, and drops the keys that nothing needs. */
async function reseal(call: Call): Promise<void> {
  const report = await reportOf(call);
  told(report);
  if (!existsSync(fileOf(call))) return;
  const secrets = readSecrets(call.dataDir);
  if (!pruneSecrets(secrets, report)) return;
  writeSecretFile(fileOf(call), JSON.stringify(secrets, null, 2));
  console.log('Keys that nothing needs any more have left the file.');
  if (!call.push) return;
  for (const [worker, name] of [...RINGS['sealing-keys'], ...RINGS.pepper]) put(worker, name, secrets[worker][name]!);
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

// Last: the functions above are there by now.
await main(async () => {
  const { values, positionals } = options(USAGE, {
    leaked: { type: 'boolean' },
    data: { type: 'string' },
    origin: { type: 'string' },
    push: { type: 'boolean' },
  });
  const [what, ...more] = positionals;
  if (more.length > 0) throw new PlainError(`One thing at a time: ${more.join(' ')} is one too many.\n\n${USAGE}`);
  const call: Call = {
    dataDir: resolve(values.data ?? join(ROOT, '.data')),
    origin: (values.origin ?? 'http://localhost:8787').replace(/\/$/, ''),
    leaked: values.leaked === true,
    push: values.push === true,
  };
  if (call.leaked && !LEAKED.includes(what ?? '')) {
    throw new PlainError(
      `--leaked goes with ${LEAKED.join(', ')}. What is under other keys is sealed anew by \`reseal\`, and a key that nothing needs leaves.`,
    );
  }
  if (what === 'signing-keys') return rotateSigningKeys(call);
  if (what === 'webhooks') return rotateWebhooks(call);
  if (what === 'reseal') return reseal(call);
  if (what === 'revoke-operator') return revokeOperator(call);
  if (what !== undefined && what in RINGS) return rotateFile(call, what as RingName);
  throw new PlainError(`${what === undefined ? 'Say what to rotate' : `There is no ${what} to rotate`}.\n\n${USAGE}`);
});
