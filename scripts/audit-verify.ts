/** `npm run audit:verify`: recomputes the chain of an audit trail and names the first entry that is not what was chained. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { genesis } from '../domain/audit/chain.ts';
import { sha256 } from '../platform/sha256.ts';
import {
  beginningOf,
  entriesOfFile,
  entriesOfPlatform,
  organisationOf,
  type Verified,
  VerifiedHeads,
  verdictOf,
  verifyEntries,
} from './support/audit.ts';
import { atPlatform, operatorOf, tenantClientOf } from './support/credentials.ts';
import { ROOT } from './support/root.ts';
import { main, options, PlainError, progressBar } from './support/terminal.ts';

const USAGE = `Usage: npm run audit:verify -- [options]
  Reads a whole audit trail, recomputes every hash, and says whether an entry was changed, removed or inserted.
  The last line says PASS or FAIL; the exit code is 1 on a finding.
  --origin URL        the running platform (http://localhost:8787)
  --platform          the platform's own trail, instead of a tenant's
  --data DIR          the folder with secrets.json and the demonstration (.data)
  --file FILE         an export (format ndjson, without filters) instead of a platform
  --organisation ID   whose trail the file is, where its name does not say it
  --state FILE        keeps the newest head that was verified, and finds a trail that has lost it since: one that was
                      shortened or written anew is right in itself, and only an earlier head tells
  A tenant's trail is read by a client of its own (CLIENT_ID and CLIENT_SECRET in the environment, or that of the
  demonstration), the platform's with the operator's secret (in secrets.json, or OPERATOR_SECRET in the environment).`;

await main(async () => {
  const { values } = options(USAGE, {
    origin: { type: 'string' },
    platform: { type: 'boolean' },
    data: { type: 'string' },
    file: { type: 'string' },
    organisation: { type: 'string' },
    state: { type: 'string' },
  });
  const heads = new VerifiedHeads(values.state);
  const { organisationId, verified } =
    values.file === undefined
      ? await ofPlatform(heads, {
          origin: (values.origin ?? 'http://localhost:8787').replace(/\/$/, ''),
          dataDir: resolve(values.data ?? join(ROOT, '.data')),
          platform: values.platform === true,
        })
      : await ofFile(heads, values.file, values.organisation);
  if (verified.fault) process.exitCode = 1;
  else heads.keep(organisationId, verified.head);
  console.log(verdictOf(organisationId, verified));
});

interface Found {
  organisationId: string;
  verified: Verified;
}

async function ofPlatform(
  heads: VerifiedHeads,
  { platform, ...where }: { origin: string; dataDir: string; platform: boolean },
): Promise<Found> {
  const api = platform ? await operatorOf(where) : tenantClientOf(where);
  return atPlatform(where.origin, async () => {
    const { organisationId, seq } = await api.must<{ organisationId: string; seq: number }>('GET', '/v1/audit/head');
    const bar = progressBar('Verifying', seq);
    const from = genesis(organisationId, sha256);
    const known = heads.of(organisationId);
    return { organisationId, verified: await verifyEntries(entriesOfPlatform(api), { from, known }, bar) };
  });
}

async function ofFile(heads: VerifiedHeads, file: string, named: string | undefined): Promise<Found> {
  if (!existsSync(file)) throw new PlainError(`There is no file ${file}.`);
  const organisationId = named ?? organisationOf(basename(file));
  if (organisationId === null) throw new PlainError('Say by --organisation whose trail the file is.');
  const from = await beginningOf(file, organisationId);
  if (from.seq > 0) console.log(`The file begins with entry ${from.seq + 1}: what was before it is not verified.`);
  const known = heads.of(organisationId);
  return { organisationId, verified: await verifyEntries(entriesOfFile(file), { from, known }) };
}
