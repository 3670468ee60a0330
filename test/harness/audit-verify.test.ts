import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { canonicalJson } from '../../domain/audit/canonical.ts';
import { type ChainEntry, type ChainHead, chained, genesis } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { sha256 } from '../../platform/sha256.ts';
import { entriesOfPlatform, verdictOf, verifyEntries } from '../../scripts/support/audit.ts';
import { ROOT } from '../../scripts/support/root.ts';
import { emptyTrail, recordActs } from '../support/audit.ts';
import { createTenant, fetchOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let folder: string;
let tenants = 0;

beforeAll(async () => {
  platform = await startPlatform();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-audit-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await platform?.close();
});

/** A tenant with twenty entries in its trail. */
async function recorded(): Promise<TestTenant> {
  const tenant = await createTenant(platform, `t${'abcdefgh'[tenants++]}`);
  await emptyTrail(platform, tenant.id);
  await recordActs(platform, tenant.id, 20);
  return tenant;
}

/** Works on a trail's storage as somebody would who holds it: its own guards are taken off first. */
async function tamper(organisationId: string, ...statements: [sql: string, ...bound: unknown[]][]): Promise<void> {
  const storage = await platform.server
    .getWorker('fairlead-observer')
    .getDurableObjectStorage('AuditTrail', { name: organisationId });
  for (const name of ['entries_not_changed', 'entries_not_removed', 'entries_in_order']) {
    await storage.exec(`DROP TRIGGER IF EXISTS ${name}`);
  }
  for (const [sql, ...bound] of statements) await storage.exec(sql, ...(bound as string[]));
}

const verify = ({ id, admin }: TestTenant, known: ChainHead | null = null) =>
  verifyEntries(entriesOfPlatform(admin), { from: genesis(id, sha256), known });

/** What the command prints and its exit code. */
function command(args: string[], env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['scripts/audit-verify.ts', '--data', folder, ...args],
      { cwd: ROOT, env: { ...process.env, ...env } },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, text: `${stdout}${stderr}`.trim() }),
    );
  });
}

it('an untouched trail passes, against the head it had before, too', async () => {
  const tenant = await recorded();
  const first = await verify(tenant);
  expect(first).toMatchObject({ fault: null, entries: 20, head: { seq: 20 } });
  await recordActs(platform, tenant.id, 5);
  expect(await verify(tenant, first.head)).toMatchObject({ fault: null, entries: 25 });
});

it('the guards of the storage refuse what is no append', async () => {
  const tenant = await recorded();
  const storage = await platform.server
    .getWorker('fairlead-observer')
    .getDurableObjectStorage('AuditTrail', { name: tenant.id });
  for (const sql of ["UPDATE entries SET hash = 'x' WHERE seq = 3", 'DELETE FROM entries WHERE seq = 20']) {
    await expect((async () => await storage.exec(sql))()).rejects.toThrow(/audit entries are never/);
  }
  expect((await verify(tenant)).fault).toBeNull();
});

it('a changed row is found', async () => {
  const tenant = await recorded();
  await tamper(tenant.id, [
    "UPDATE entries SET record = json_set(record, '$.actor.subject', 'usr_somebody_else') WHERE seq = 7",
  ]);
  const verified = await verify(tenant);
  expect(verified).toMatchObject({ fault: { kind: 'changed', seq: 7 }, head: { seq: 6 } });
  expect(verdictOf(tenant.id, verified)).toMatch(
    new RegExp(`^FAIL  audit trail of ${tenant.id}: entry 7 \\(aud_\\w+, policy.changed of obj_1\\) was changed: `),
  );
});

it('a removed row is found, with the numbers behind it closed up too', async () => {
  const tenant = await recorded();
  await tamper(tenant.id, ['DELETE FROM entries WHERE seq = 12']);
  expect((await verify(tenant)).fault).toMatchObject({ kind: 'removed', seq: 12 });
  await tamper(
    tenant.id,
    ['UPDATE entries SET seq = -(seq - 1) WHERE seq > 12'],
    ['UPDATE entries SET seq = -seq WHERE seq < 0'],
  );
  expect((await verify(tenant)).fault).toMatchObject({ kind: 'removed', seq: 12 });
});

it('an inserted row is found, chained rightly behind the one before and with the others moved up', async () => {
  const tenant = await recorded();
  const entries: ChainEntry<AuditRecord>[] = await tenant.admin.all('/v1/audit/range');
  const record = { ...entries[4]!.record, id: 'aud_00000000000000000000forged' };
  const { seq, previousHash, hash } = chained(record, entries[4]!, sha256);
  await tamper(
    tenant.id,
    ['UPDATE entries SET seq = -(seq + 1) WHERE seq > 5'],
    ['UPDATE entries SET seq = -seq WHERE seq < 0'],
    [
      'INSERT INTO entries (seq, previous_hash, hash, record) VALUES (?, ?, ?, ?)',
      seq,
      previousHash,
      hash,
      canonicalJson(record),
    ],
  );
  expect((await verify(tenant)).fault).toMatchObject({ kind: 'inserted', seq: 6 });
});

it('the command verifies a platform, keeps the head, and finds a trail that was rolled back', async () => {
  const tenant = await recorded();
  const { id, secret } = await tenant.admin.must('POST', '/v1/clients', { name: 'auditor', role: 'tenant_admin' });
  const state = join(folder, 'heads.json');
  const args = ['--origin', platform.origin, '--state', state];
  const env = { CLIENT_ID: id, CLIENT_SECRET: secret };
  const first = await command(args, env);
  const head = await tenant.admin.must('GET', '/v1/audit/head');
  expect(first.text.split('\n').at(-1)).toBe(
    `PASS  audit trail of ${tenant.id}: ${head.seq} entries in one chain; the newest is ${head.seq} with the hash ${head.hash}`,
  );
  expect(first.code).toBe(0);
  expect(JSON.parse(readFileSync(state, 'utf8'))).toEqual({ [tenant.id]: { seq: head.seq, hash: head.hash } });

  await tamper(tenant.id, [`DELETE FROM entries WHERE seq > ${head.seq - 3}`]);
  expect(await command(['--origin', platform.origin], env)).toMatchObject({ code: 0 });
  const rolledBack = await command(args, env);
  expect(rolledBack.code).toBe(1);
  expect(rolledBack.text.split('\n').at(-1)).toBe(
    `FAIL  audit trail of ${tenant.id}: entry ${head.seq - 2} was removed: the trail once had ${head.seq} entries and ends before this one`,
  );
});

it('the command verifies the platform’s own trail by the operator’s secret', async () => {
  await recordActs(platform, PLATFORM_TENANT, 3);
  const args = ['--origin', platform.origin, '--platform'];
  const { code, text } = await command(args, { OPERATOR_SECRET: platform.operatorSecret });
  expect([code, text.split('\n').at(-1)]).toEqual([
    0,
    expect.stringMatching(/^PASS  audit trail of platform: \d+ entries/),
  ]);
  expect(await command(args)).toMatchObject({ code: 1, text: expect.stringContaining('no operator secret') });
});

it('the command verifies an exported file, and finds one that was changed or cut', async () => {
  const { id, admin } = await recorded();
  const answer = await fetchOf(platform)(`${platform.origin}/v1/audit/export`, {
    headers: { authorization: `Bearer ${await admin.token()}` },
  });
  const [, name] = /filename="(.*)"/.exec(answer.headers.get('content-disposition')!)!;
  const file = join(folder, name!);
  const lines = (await answer.text()).trimEnd().split('\n');
  const write = (kept: readonly string[]): void => writeFileSync(file, kept.map((line) => `${line}\n`).join(''));

  write(lines);
  const whole = await command(['--file', file, '--state', join(folder, 'files.json')]);
  expect([whole.code, whole.text]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^PASS  audit trail of ${id}: ${lines.length} entries in one chain`)),
  ]);
  write(lines.with(3, lines[3]!.replace('obj_', 'obx_')));
  expect(await command(['--file', file])).toMatchObject({ code: 1, text: expect.stringMatching(/entry 4 .* changed/) });
  write(lines.toSpliced(3, 1));
  expect(await command(['--file', file])).toMatchObject({
    code: 1,
    text: expect.stringMatching(/entry 4 was removed/),
  });
  write(lines.slice(0, -2));
  expect(await command(['--file', file])).toMatchObject({ code: 0 });
  expect(await command(['--file', file, '--state', join(folder, 'files.json')])).toMatchObject({ code: 1 });
  write(lines.slice(5));
  expect(await command(['--file', file])).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^The file begins with entry 6.*\nPASS .*: 15 entries/),
  });
  write([...lines.slice(0, -1), lines.at(-1)!.slice(0, 40)]);
  expect(await command(['--file', file])).toMatchObject({ code: 1, text: expect.stringContaining('is no entry') });
  const beside = lines.with(3, lines[3]!.replace('{', '{"extra":"a note that nothing hashes",'));
  const twice = lines.with(3, lines[3]!.replace('"seq":', '"seq":1,"seq":'));
  for (const changed of [[], ['', ''], beside, twice]) {
    write(changed);
    expect(await command(['--file', file])).toMatchObject({ code: 1, text: expect.stringContaining('FAIL') });
  }
  expect(await command(['--file', file, '--organisation', 'ten_other'])).toMatchObject({ code: 1 });
  expect(await command(['--file', join(folder, 'none')])).toMatchObject({
    code: 1,
    text: `There is no file ${join(folder, 'none')}.`,
  });
});
