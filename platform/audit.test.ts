import { describe, expect, it } from 'vitest';
import { auditRecord as schema } from '../contracts/operations/audit.ts';
import { type Act, type AuditNote, auditRecord, deliverAudit } from './audit.ts';

const act: Act = {
  actor: { kind: 'user', organisationId: 'ten_a', subject: 'usr_1', sessionId: 'ses_1' },
  action: 'client.changed',
  object: { type: 'client', id: 'cli_1' },
  before: { name: 'a', secretHash: 'hunter2' },
  after: { name: 'b', jwks: { keys: [{ kty: 'EC', x: 'X', d: 'hunter2' }] } },
  address: '203.0.113.7',
  correlationId: 'cor_1',
  callerCorrelationId: null,
  now: 1_795_681_800_000,
};
const noteOf = (organisationId: string): AuditNote => ({ organisationId, record: auditRecord(act) });

describe('a record', () => {
  it('is what the contract says, without secrets', () => {
    const record = auditRecord(act);
    expect(schema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      at: act.now,
      before: { name: 'a' },
      after: { name: 'b' },
      action: 'client.changed',
    });
    expect(JSON.stringify(record)).not.toContain('hunter2');
    expect(auditRecord(act).id).not.toBe(record.id);
  });

  it('fits the contract however large its states are, and says what was left out', () => {
    const record = auditRecord({ ...act, before: null, after: { large: 'x'.repeat(20_000), small: 1 } });
    expect(schema.parse(record)).toEqual(record);
    expect(record).toMatchObject({ before: null, after: { small: 1, leftOut: { count: 1, members: ['large'] } } });
  });
});

describe('the contract of a record', () => {
  const record = auditRecord(act);
  const wrong: Record<string, object> = {
    id: { id: 'aud_1' },
    at: { at: -1 },
    action: { action: 'disabled' },
    'object.type': { object: { type: 'boat', id: 'x' } },
    'object.id': { object: { type: 'client', id: '' } },
    before: { before: { large: 'x'.repeat(8_192) } },
    'actor.subject': { actor: { ...act.actor, subject: 'x'.repeat(201) } },
    address: { address: 'x'.repeat(65) },
    correlationId: { correlationId: '' },
  };
  for (const [path, change] of Object.entries(wrong)) {
    it(`bounds ${path}`, () => {
      const { error } = schema.safeParse({ ...record, ...change });
      expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    });
  }
});

it('notes go to their trails in their order; one that fails keeps no other back, and is heard of', async () => {
  const notes = [noteOf('ten_a'), noteOf('platform'), noteOf('ten_a')];
  const taken: string[][] = [];
  const append = async (organisationId: string, records: { id: string }[]): Promise<void> => {
    if (organisationId === 'ten_a') throw new Error('away');
    taken.push(records.map(({ id }) => id));
  };
  await expect(deliverAudit(notes, append)).rejects.toThrow('away');
  expect(taken).toEqual([[notes[1]!.record.id]]);
  await deliverAudit(notes, async (organisationId, records) => {
    if (organisationId === 'ten_a') taken.push(records.map(({ id }) => id));
  });
  expect(taken.at(-1)).toEqual([notes[0]!.record.id, notes[2]!.record.id]);
});
