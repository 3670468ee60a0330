import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { type ChainEntry, genesis, verifyChain } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { auditRecord } from '../../platform/audit.ts';
import { sha256 } from '../../platform/sha256.ts';
import type { ApiClient } from '../../scripts/support/api.ts';
import { emptyTrail, recordActs, trailOf } from '../support/audit.ts';
import { createTenant, fetchOf, operatorOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { invite } from '../support/world.ts';

let platform: Platform;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  other = await createTenant(platform, 'zenith');
  await emptyTrail(platform, tenant.id);
  await emptyTrail(platform, other.id);
  await recordActs(platform, tenant.id, 30);
});
afterAll(() => platform?.close());

const seqs = async (query: string, api: ApiClient = tenant.admin): Promise<number[]> =>
  (await api.all<{ seq: number }>(`/v1/audit?limit=7${query}`)).map(({ seq }) => seq);

/** The export of a client's trail. */
async function exported(query: string, api: ApiClient = tenant.admin): Promise<{ text: string; headers: Headers }> {
  const answer = await fetchOf(platform)(`${platform.origin}/v1/audit/export${query}`, {
    headers: { authorization: `Bearer ${await api.token()}` },
  });
  expect(answer.status).toBe(200);
  return { text: await answer.text(), headers: answer.headers };
}

const entriesOf = (text: string): ChainEntry<AuditRecord>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ChainEntry<AuditRecord>);
const faultOf = (entries: readonly ChainEntry[]) =>
  verifyChain(entries, { sha256, from: genesis(tenant.id, sha256) }).fault;

describe('the trail', () => {
  it('is listed newest first, page by page, as it was handed over', async () => {
    expect(await seqs('')).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
    const { items } = await tenant.admin.must('GET', '/v1/audit?limit=1');
    expect(items).toEqual([
      {
        seq: 30,
        id: expect.stringMatching(/^aud_/),
        at: '2026-11-26T00:29:00.000Z',
        actor: { kind: 'user', organisationId: tenant.id, subject: 'usr_2', sessionId: 'ses_1' },
        action: 'client.disabled',
        object: { type: 'client', id: 'obj_4' },
        before: { status: 'active', n: 29 },
        after: { status: 'disabled' },
        address: '203.0.113.7',
        correlationId: 'cor_29',
        callerCorrelationId: null,
        previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('is narrowed by each filter, and by several', async () => {
    const every = (step: number, rest: number): number[] =>
      Array.from({ length: 30 }, (_, n) => n)
        .filter((n) => n % step === rest)
        .map((n) => n + 1)
        .reverse();
    const minute = (n: number): string => encodeURIComponent(new Date(Date.UTC(2026, 10, 26, 0, n)).toISOString());
    expect(await seqs(`&from=${minute(27)}`)).toEqual([30, 29, 28]);
    expect(await seqs(`&to=${minute(2)}`)).toEqual([2, 1]);
    expect(await seqs(`&from=${minute(9)}&to=${minute(11)}`)).toEqual([11, 10]);
    expect(await seqs('&action=client.disabled')).toEqual(every(2, 1));
    expect(await seqs('&action=policy.')).toEqual(every(2, 0));
    expect(await seqs('&objectType=policy')).toEqual(every(2, 0));
    expect(await seqs('&objectId=obj_3')).toEqual(every(5, 3));
    expect(await seqs('&subject=usr_1')).toEqual(every(3, 1));
    expect(await seqs('&correlationId=cor_11')).toEqual([12]);
    expect(await seqs('&correlationId=theirs-12')).toEqual([13]);
    expect(await seqs('&subject=usr_1&objectType=client&objectId=obj_3')).toEqual([14]);
    expect(await seqs('&action=nothing.')).toEqual([]);
  });

  it('refuses filters that it does not understand, naming them', async () => {
    for (const [query, pointer] of [
      ['from=yesterday', '/query/from'],
      ['action=%25', '/query/action'],
      ['objectType=boat', '/query/objectType'],
      ['cursor=WyJhIl0', '/query/cursor'],
      ['limit=501', '/query/limit'],
      ['who=me', '/query/who'],
      ['from=2026-11-26T00:00:00Z&to=2026-11-26T00:00:00Z', '/query/from'],
    ]) {
      for (const path of ['', '/range', '/export']) {
        if (path === '/export' && /cursor|limit/.test(query!)) continue;
        const { status, body } = await tenant.admin.call('GET', `/v1/audit${path}?${query}`);
        expect([path, status, body.errors?.[0]?.pointer]).toEqual([path, 400, pointer]);
      }
    }
    expect((await tenant.admin.call('GET', '/v1/audit/export?format=xml')).body.errors[0].pointer).toBe(
      '/query/format',
    );
  });

  it('is fetched in its order behind a number, and verifies', async () => {
    const entries = await tenant.admin.all('/v1/audit/range?limit=7');
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(faultOf(entries)).toBeNull();
    expect((await tenant.admin.all('/v1/audit/range?after=28')).map(({ seq }) => seq)).toEqual([29, 30]);
    const { seq, hash } = entries.at(-1);
    expect(await tenant.admin.must('GET', '/v1/audit/head')).toEqual({ organisationId: tenant.id, seq, hash });
  });

  it('of an organisation without acts has the head that its first entry will follow', async () => {
    expect(await other.admin.must('GET', '/v1/audit/head')).toEqual({
      organisationId: other.id,
      ...genesis(other.id, sha256),
    });
    expect(await seqs('', other.admin)).toEqual([]);
    expect((await exported('', other.admin)).text).toBe('');
  });
});

describe('an export', () => {
  it('has every entry as it was hashed, line by line', async () => {
    const { text, headers } = await exported('');
    expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="audit-${tenant.id}-\\d{4}-\\d\\d-\\d\\d\\.ndjson"$`),
    );
    const entries = entriesOf(text);
    expect([entries.length, faultOf(entries)]).toEqual([30, null]);
    expect(text.split('\n')[0]).toBe(JSON.stringify(entries[0]));
    expect(entriesOf((await exported('?after=10&subject=usr_1')).text).map(({ seq }) => seq)).toEqual([
      11, 14, 17, 20, 23, 26, 29,
    ]);
  });

  it('as CSV is read by any reader, and nothing in it is a formula', async () => {
    await append(other.id, [
      auditRecord({
        ...actOf(other.id),
        object: { type: 'user', id: '=HYPERLINK("x")' },
        after: { text: 'a,"b"\r\nc' },
      }),
    ]);
    const { text, headers } = await exported('?format=csv', other.admin);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [row] = parse<Record<string, string>>(text, { columns: true, record_delimiter: '\r\n' });
    expect(row).toMatchObject({
      seq: '1',
      action: 'user.changed',
      objectId: '\'=HYPERLINK("x")',
      after: '{"text":"a,\\"b\\"\\r\\nc"}',
      before: '',
    });
  });

  it('goes on over many pages, of large entries too, and stays a chain', async () => {
    const large = await createTenant(platform, 'large');
    await emptyTrail(platform, large.id);
    for (let batch = 0; batch < 2; batch++) {
      await append(
        large.id,
        Array.from({ length: 300 }, (_, n) =>
          auditRecord({ ...actOf(large.id), before: { text: 'x'.repeat(n < 200 ? 8_000 : 10) } }),
        ),
      );
    }
    const page = await large.admin.must('GET', '/v1/audit/range?limit=500');
    expect(page.items.length).toBeLessThan(150);
    expect(JSON.stringify(page).length).toBeLessThan(1_010_000);
    const entries = entriesOf((await exported('', large.admin)).text);
    const { fault, head } = verifyChain(entries, { sha256, from: genesis(large.id, sha256) });
    expect([fault, head.seq]).toEqual([null, 600]);
    expect((await large.admin.all('/v1/audit?limit=500')).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 600 }, (_, i) => 600 - i),
    );
  });
});

describe('who may read it', () => {
  it('are administrators; everybody else is refused', async () => {
    const viewer = await invite(platform, tenant.admin, { email: 'viewer@acme.example', role: 'viewer' });
    const carrier = await invite(platform, operatorOf(platform), {
      email: 'desk@acme-line.example',
      role: 'carrier_user',
      carrierId: tenant.carrierId,
    });
    for (const token of [viewer, carrier]) {
      for (const path of ['/v1/audit', '/v1/audit/range', '/v1/audit/head', '/v1/audit/export']) {
        const answer = await fetchOf(platform)(platform.origin + path, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect([path, answer.status]).toEqual([path, 403]);
      }
    }
  });

  it('see their own organisation’s alone, an operator the platform’s', async () => {
    const admin = await createTenant(platform, 'third');
    await emptyTrail(platform, admin.id);
    await append(admin.id, [auditRecord(actOf(admin.id))]);
    await append(PLATFORM_TENANT, [auditRecord({ ...actOf(PLATFORM_TENANT), action: 'tenant.created' })]);
    const operator = operatorOf(platform);
    const own = await operator.must('GET', '/v1/audit?action=tenant.created');
    expect(own.items.map(({ actor }: AuditRecord) => actor.organisationId)).toContain(PLATFORM_TENANT);
    expect((await operator.must('GET', '/v1/audit/head')).organisationId).toBe(PLATFORM_TENANT);
    const seen = await admin.admin.all('/v1/audit');
    expect(seen.map(({ actor }) => actor.organisationId)).toEqual([admin.id]);
  });
});

describe('appending', () => {
  it('keeps a record once, whatever is handed over with it, and chains parallel batches one behind the other', async () => {
    const name = 'ten_parallel';
    const records = Array.from({ length: 120 }, () => auditRecord(actOf(name)));
    const batches = Array.from({ length: 60 }, (_, i) => records.slice(i * 2, i * 2 + 4));
    await Promise.all([...batches, ...batches].map((batch) => append(name, batch)));
    const trail = await trailOf(platform, name);
    const { items } = await trail.range(0, { limit: 500 });
    expect(items).toHaveLength(120);
    expect(new Set(items.map(({ record }) => record.id)).size).toBe(120);
    const { fault, head } = verifyChain(items, { sha256, from: genesis(name, sha256) });
    expect([fault, { organisationId: name, ...head }]).toEqual([null, await trail.head()]);
  });

  it('refuses what is no record by itself, and says why; more than a batch holds is refused as a whole', async () => {
    const good = auditRecord(actOf('ten_some'));
    const bad = { ...auditRecord(actOf('ten_some')), action: 'no dot' };
    expect(await append('ten_some', [bad, good])).toMatchObject({
      head: { seq: 1 },
      refused: [{ id: bad.id, detail: expect.stringMatching(/^action: /) }],
    });
    const many = Array.from({ length: 501 }, () => good);
    await expect((async () => await append('ten_some', many))()).rejects.toThrow();
    expect((await (await trailOf(platform, 'ten_some')).head()).seq).toBe(1);
  });
});

const actOf = (organisationId: string) => ({
  actor: { kind: 'client', organisationId, subject: 'cli_1', sessionId: null } as const,
  action: 'user.changed',
  object: { type: 'user' as const, id: 'usr_1' },
  before: null as object | null,
  after: null as object | null,
  address: null,
  correlationId: 'cor_1',
  callerCorrelationId: null,
  now: Date.now(),
});

const append = async (organisationId: string, records: AuditRecord[]) =>
  (await trailOf(platform, organisationId)).append(records);
