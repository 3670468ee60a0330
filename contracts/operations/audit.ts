/** The audit trail of an organisation: who did what to which object, in a chain of hashes. */
import { z } from 'zod';
import type { Json } from '../../domain/audit/canonical.ts';
import type { ChainEntry } from '../../domain/audit/chain.ts';
import { AUDIT_OBJECT_TYPES, AUDIT_STATE_MAX_BYTES, type AuditRecord } from '../../domain/audit/record.ts';
import { operation } from '../kit/operation.ts';
import { pagedBy, pageOf } from '../kit/paging.ts';
import { described, instant, instantInput, oneOf, orNull, text, whole } from '../kit/primitives.ts';

const json: z.ZodType<Json> = z
  .lazy(() => z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]))
  .meta({ id: 'Json', description: 'Any JSON value' });

const bounded = (description: string, example: string, max: number) =>
  described(z.string().min(1).max(max), description, example);

const encoder = new TextEncoder();
const state = (description: string, example: object) =>
  orNull(
    described(
      z
        .record(z.string(), json)
        .refine(
          (value) => encoder.encode(JSON.stringify(value)).byteLength <= AUDIT_STATE_MAX_BYTES,
          `may have ${AUDIT_STATE_MAX_BYTES} bytes as JSON`,
        ),
      description,
      example,
    ),
  );

const ACTION = /^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/;
const id = described(
  z.string().regex(/^aud_[0-9a-z]{26}$/, 'must be aud_ and a ULID'),
  'Id of the act',
  'aud_01kb2h5m8q3v6x9y2z4a7c0d5e',
);
const actor = z
  .strictObject({
    kind: oneOf(
      ['user', 'client', 'connection', 'system'],
      'Who that is: a person, a machine, a carrier, or the platform',
    ),
    organisationId: bounded('The organisation acted for', 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e', 80),
    subject: bounded('User, client, connection, or the name of a job', 'usr_01kb2h5m8q3v6x9y2z4a7c0d5e', 200),
    sessionId: orNull(bounded('Session of a person', 'ses_01kb2h5m8q3v6x9y2z4a7c0d5e', 80)),
  })
  .meta({ id: 'AuditActor', description: 'Who did it' });
const object = z
  .strictObject({
    type: oneOf(AUDIT_OBJECT_TYPES, 'Its kind', 'client'),
    id: bounded('Its id', 'cli_01kb2h5m8q3v6x9y2z4a7c0d5e', 200),
  })
  .meta({ id: 'AuditObject', description: 'What it was done to' });

const act = {
  id,
  actor,
  action: described(z.string().max(80).regex(ACTION), 'What was done: the area, a dot, the act', 'client.disabled'),
  object,
  before: state('The members that changed, as they were, without secrets; null of something new', { status: 'active' }),
  after: state('The members that changed, as they are, without secrets; null of what was removed', {
    status: 'disabled',
  }),
  address: orNull(bounded('From which network address; null for our own jobs', '203.0.113.7', 64)),
  correlationId: bounded('Ours, which log lines have too', '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11', 128),
  callerCorrelationId: orNull(bounded('The one that the caller offered', 'order-4711-retry-2', 128)),
};

/** An act as its producer hands it over, and as it is hashed. */
export const auditRecord = z
  .strictObject({ ...act, at: whole('When, ms since the Unix epoch: as it was hashed', 1_795_681_800_000).min(0) })
  .meta({ id: 'AuditRecord', description: 'An act, as it was hashed' }) satisfies z.ZodType<AuditRecord>;

const chain = {
  seq: whole('Number in the trail, from 1 on without gaps', 42),
  previousHash: text('Hash of the entry before', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'),
  hash: text(
    'SHA-256 of the previous hash, a line feed, and the canonical JSON (RFC 8785) of `record` and `seq`',
    '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
  ),
};

const auditEntry = z
  .strictObject({ ...chain, ...act, at: instant('When it was done') })
  .meta({ id: 'AuditTrailEntry', description: 'An entry of the audit trail' });
/** An entry of the audit trail. */
export type AuditTrailEntry = z.infer<typeof auditEntry>;

const chainedEntry = z
  .strictObject({ ...chain, record: auditRecord })
  .meta({ id: 'ChainedAuditEntry', description: 'An entry as it was hashed' }) satisfies z.ZodType<
  ChainEntry<AuditRecord>
>;

const head = z
  .strictObject({
    organisationId: text('Whose trail this is', 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    seq: whole('Number of the newest entry; 0 when there is none', 42),
    hash: chain.hash,
  })
  .meta({ id: 'AuditHead', description: 'Where a trail has come to' });
/** Where a trail has come to. */
export type AuditHead = z.infer<typeof head>;

/** What narrows a reading of the trail. */
export const auditFilters = {
  from: instantInput('From when on').optional(),
  to: instantInput('Until when, itself left out', '2026-11-27T00:00:00+01:00').optional(),
  action: described(
    z
      .string()
      .max(80)
      .regex(/^[a-z][a-z_]*(\.[a-z][a-z_]*)*\.?$/, 'must be an action, or the beginning of some with its dot'),
    'An action, or with a dot at its end all that begin so',
    'client.',
  ).optional(),
  objectType: oneOf(AUDIT_OBJECT_TYPES, 'Kind of the object', 'client').optional(),
  objectId: bounded('Id of the object', 'cli_01kb2h5m8q3v6x9y2z4a7c0d5e', 200).optional(),
  subject: bounded('Who did it', 'usr_01kb2h5m8q3v6x9y2z4a7c0d5e', 200).optional(),
  correlationId: bounded(
    'Correlation id, ours or the caller’s own',
    '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11',
    128,
  ).optional(),
};

/** Where a reading in order begins. */
export const auditAfter = described(z.int().min(0).default(0), 'Only entries with a higher number', 0);

/** The operations. */
export const auditOperations = {
  listAudit: operation({
    permission: 'audit:read',
    summary: 'The audit trail, newest first',
    description:
      'Who did what to which object, from where, and how that differed from before. A page may hold fewer entries than ' +
      'asked for when they are large. An operator sees the platform’s own trail.',
    input: z.strictObject({ ...pagedBy('number'), ...auditFilters }),
    output: pageOf('AuditTrailEntry', auditEntry),
  }),
  auditRange: operation({
    permission: 'audit:read',
    summary: 'The audit trail in its order, as it was hashed',
    description:
      'For verifying the chain, and for systems that fetch what is new: `after` is the number of the last entry they have. ' +
      'With a filter the chain has gaps.',
    input: z.strictObject({ ...pagedBy('number'), after: auditAfter, ...auditFilters }),
    output: pageOf('ChainedAuditEntry', chainedEntry),
  }),
  auditHead: operation({
    permission: 'audit:read',
    summary: 'Number and hash of the newest entry',
    description:
      'Keep it elsewhere: a trail that is shortened or written anew later cannot have this entry with this hash.',
    input: z.strictObject({}),
    output: head,
  }),
};
