import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesis, verifyChain } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { auditRecord } from '../../platform/audit.ts';
import { sha256 } from '../../platform/sha256.ts';
import { storageOn } from '../testing/sqlite.ts';
import { type AuditFilters, TrailStorage } from './storage.ts';

const T0 = Date.UTC(2026, 10, 26);
const ACTIONS = ['client.created', 'client.disabled', 'client.key.added', 'policy.changed'];

/** A record at minute `n`, every seventh of which comes late; `more` overrides. */
function recordAt(n: number, more: Partial<AuditRecord> = {}): AuditRecord {
  const action = ACTIONS[n % 4]!;
  const made = auditRecord({
    actor: { kind: 'user', organisationId: 'ten_a', subject: `usr_${n % 3}`, sessionId: null },
    action,
    object: { type: action.startsWith('policy') ? 'policy' : 'client', id: `obj_${n % 5}` },
    before: null,
    after: { n },
    address: null,
    correlationId: `cor_${n}`,
    callerCorrelationId: n % 2 === 0 ? `own_${n % 6}` : null,
    now: T0 + n * 60_000 - (n % 7 === 0 ? 600_000 : 0),
  });
  return { ...made, ...more };
}

function trailOf(count: number) {
  const database = new DatabaseSync(':memory:');
  const trail = new TrailStorage(storageOn(database), 'ten_a');
  const records = Array.from({ length: count }, (_, n) => recordAt(n));
  let head = trail.head();
  for (const record of records) head = trail.append(record, head);
  const plan = (sql: string): string =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ');
  return { database, trail, records, plan };
}

describe('entries', () => {
  it('are chained behind the genesis of their organisation', () => {
    const { trail } = trailOf(20);
    const entries = trail.following(0, 100, {});
    const { fault, head } = verifyChain(entries, { sha256, from: genesis('ten_a', sha256) });
    expect([fault, head, head.seq]).toEqual([null, trail.head(), 20]);
  });

  it('of one record are one, and the next follows the last one kept', () => {
    const { trail, records } = trailOf(2);
    const head = trail.head();
    expect(trail.append(records[0]!, head)).toEqual(head);
    expect(trail.append({ ...records[1]!, action: 'something.else' }, head)).toEqual(head);
    trail.append(recordAt(2), head);
    expect(trail.following(0, 9, {}).map(({ seq, record }) => [seq, record.action])).toEqual([
      [1, 'client.created'],
      [2, 'client.disabled'],
      [3, 'client.key.added'],
    ]);
  });

  it('come back as they were handed over, odd texts too', () => {
    const { trail } = trailOf(0);
    const odd = recordAt(0, { after: { '\ud800': 'lone', 'ü "\n': [1.5, -0, { a: null }] } });
    trail.append(odd, trail.head());
    expect(JSON.stringify(trail.newest(9, 1, {})[0]!.record.after)).toBe(JSON.stringify(sorted(odd.after)));
  });

  it('are refused by the database when they are changed, removed, replaced, or not the next', () => {
    const { database } = trailOf(3);
    const values = "'p', 'h', '{\"id\":\"aud_x\"}'";
    for (const [sql, reason] of [
      ["UPDATE entries SET record = '{}' WHERE seq = 2", 'never changed'],
      ['DELETE FROM entries WHERE seq = 3', 'never removed'],
      ['DELETE FROM entries', 'never removed'],
      [`INSERT OR REPLACE INTO entries (seq, previous_hash, hash, record) VALUES (2, ${values})`, 'only appended'],
      [`INSERT INTO entries (seq, previous_hash, hash, record) VALUES (9, ${values})`, 'only appended'],
      [`INSERT INTO entries (seq, previous_hash, hash, record) VALUES (0, ${values})`, 'only appended'],
    ] as const) {
      expect(() => database.exec(sql), sql).toThrow(reason);
    }
    expect(database.prepare('SELECT count(*) AS n FROM entries').get()).toEqual({ n: 3 });
  });
});

describe('filters', () => {
  const matches = (record: AuditRecord, f: AuditFilters): boolean =>
    (f.from === undefined || record.at >= f.from) &&
    (f.to === undefined || record.at < f.to) &&
    (f.action === undefined ||
      (f.action.endsWith('.') ? record.action.startsWith(f.action) : record.action === f.action)) &&
    (f.objectType === undefined || record.object.type === f.objectType) &&
    (f.objectId === undefined || record.object.id === f.objectId) &&
    (f.subject === undefined || record.actor.subject === f.subject) &&
    (f.correlationId === undefined || [record.correlationId, record.callerCorrelationId].includes(f.correlationId));

  it('find exactly what they say, in any combination, page by page in both directions', () => {
    const { trail, records } = trailOf(80);
    const minute = fc.integer({ min: -20, max: 90 }).map((n) => T0 + n * 60_000);
    const every = fc.record({
      from: minute,
      to: minute,
      action: fc.constantFrom(...ACTIONS, 'client.', 'client.key.', 'policy.', 'nothing.', 'nothing.here'),
      objectType: fc.constantFrom('client', 'policy', 'user'),
      objectId: fc.constantFrom('obj_0', 'obj_4', 'obj_9'),
      subject: fc.constantFrom('usr_0', 'usr_2', 'usr_9'),
      correlationId: fc.constantFrom('cor_7', 'own_2', 'cor_x'),
    });
    const names = ['from', 'to', 'action', 'objectType', 'objectId', 'subject', 'correlationId'] as const;
    // Few at once: together they mostly find nothing.
    const filters = fc
      .tuple(every, fc.subarray([...names], { maxLength: 3 }))
      .map(([all, some]): AuditFilters => Object.fromEntries(some.map((name) => [name, all[name]])));
    fc.assert(
      fc.property(filters, fc.integer({ min: 1, max: 30 }), (filter, limit) => {
        const expected = records.flatMap((record, i) => (matches(record, filter) ? [i + 1] : []));
        const up: number[] = [];
        for (let page = trail.following(0, limit, filter); page.length > 0; ) {
          up.push(...page.map(({ seq }) => seq));
          page = trail.following(up.at(-1)!, limit, filter);
        }
        const down: number[] = [];
        for (let page = trail.newest(1_000, limit, filter); page.length > 0; ) {
          down.push(...page.map(({ seq }) => seq));
          page = trail.newest(down.at(-1)!, limit, filter);
        }
        expect([up, down]).toEqual([expected, expected.toReversed()]);
      }),
      { numRuns: 500 },
    );
  });

  it('each have an index, and read its entries in the order of their numbers', () => {
    const { plan } = trailOf(10);
    const page = (where: string) =>
      plan(`SELECT record FROM entries WHERE seq < 9 AND ${where} ORDER BY seq DESC LIMIT 9`);
    for (const [where, index] of [
      ["action = 'a'", 'entries_action'],
      ["area = 'a.'", 'entries_area'],
      ["object_type = 'a'", 'entries_object_type'],
      ["object_id = 'a'", 'entries_object_id'],
      ["subject = 'a'", 'entries_subject'],
    ] as const) {
      expect(page(where)).toContain(`USING INDEX ${index}`);
      expect(page(where)).not.toContain('TEMP B-TREE');
    }
    const either = page("(correlation_id = 'a' OR caller_correlation_id = 'a')");
    expect(either).toContain('entries_correlation');
    expect(either).toContain('entries_caller_correlation');
    expect(plan('SELECT min(seq), max(seq) FROM entries WHERE at >= 1 AND at < 2')).toContain('USING INDEX entries_at');
    expect(page('seq BETWEEN 1 AND 5 AND +at >= 1 AND +at < 2')).toBe(
      'SEARCH entries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
