/** All SQL of an audit trail. */
import { canonicalJson } from '../../domain/audit/canonical.ts';
import { type ChainEntry, type ChainHead, chained, genesis } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { sha256 } from '../../platform/sha256.ts';
import { Sql, type SqlValue } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

/** An entry of a trail. */
export type TrailEntry = ChainEntry<AuditRecord>;

/** What narrows a reading; all that are given must hold. */
export interface AuditFilters {
  /** The window of time, ms; its end is left out. */
  from?: number | undefined;
  to?: number | undefined;
  /** An action, or with a dot at its end all that begin so. */
  action?: string | undefined;
  objectType?: string | undefined;
  objectId?: string | undefined;
  subject?: string | undefined;
  /** Ours, or the caller's own. */
  correlationId?: string | undefined;
}

type Row = { seq: number; previous_hash: string; hash: string; record: string };
/** Conditions with what is bound in them. */
type Conditions = [sql: string, ...bound: SqlValue[]][];

/** The entries of one organisation. */
export class TrailStorage {
  readonly #sql: Sql;
  readonly #genesis: ChainHead;

  constructor(storage: DurableObjectStorage, organisationId: string) {
    this.#sql = new Sql(storage);
    this.#sql.migrate(MIGRATIONS);
    this.#genesis = genesis(organisationId, sha256);
  }

  /** The newest entry; number 0 of an empty trail. */
  head(): ChainHead {
    const [row] = this.#sql.run<{ seq: number; hash: string }>(
      'SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1',
    );
    return row ?? this.#genesis;
  }

  /** Chains a record behind a head; answers the head afterwards, the same where the record is known. */
  append(record: AuditRecord, head: ChainHead): ChainHead {
    const entry = chained(record, head, sha256);
    const stored = this.#sql.run(
      'INSERT INTO entries (seq, previous_hash, hash, record) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq',
      entry.seq,
      entry.previousHash,
      entry.hash,
      canonicalJson(record),
    );
    return stored.length === 0 ? head : { seq: entry.seq, hash: entry.hash };
  }

  /** Entries below a number, newest first. */
  newest(before: number, limit: number, filters: AuditFilters): TrailEntry[] {
    return this.#read([['seq < ?', before], ...this.#conditions(filters)], 'DESC', limit);
  }

  /** Entries above a number, in their order. */
  following(after: number, limit: number, filters: AuditFilters): TrailEntry[] {
    return this.#read([['seq > ?', after], ...this.#conditions(filters)], 'ASC', limit);
  }

  #read(conditions: Conditions, direction: 'ASC' | 'DESC', limit: number): TrailEntry[] {
    const rows = this.#sql.run<Row>(
      `SELECT seq, previous_hash, hash, record FROM entries
       WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY seq ${direction} LIMIT ?`,
      ...conditions.flatMap(([, ...bound]) => bound),
      limit,
    );
    return rows.map(({ seq, previous_hash: previousHash, hash, record }) => ({
      seq,
      previousHash,
      hash,
      record: JSON.parse(record) as AuditRecord,
    }));
  }

  #conditions({ from, to, action, objectType, objectId, subject, correlationId }: AuditFilters): Conditions {
    const equal = (column: string, value: string | undefined): Conditions =>
      value === undefined ? [] : [[`${column} = ?`, value]];
    return [
      ...(from === undefined && to === undefined ? [] : this.#window(from ?? 0, to ?? Number.MAX_SAFE_INTEGER)),
      ...(action?.endsWith('.') ? begunWith(action) : equal('action', action)),
      ...equal('object_type', objectType),
      ...equal('object_id', objectId),
      ...equal('subject', subject),
      ...(correlationId === undefined
        ? []
        : ([['(correlation_id = ? OR caller_correlation_id = ?)', correlationId, correlationId]] as Conditions)),
    ];
  }

  /**
   * Acts reach the trail almost, but not quite, in the order of their times. The numbers between which those of a window
   * lie are read from the index alone; the plus keeps SQLite from sorting the whole window for each page.
   */
  #window(from: number, to: number): Conditions {
    const [range] = this.#sql.run<{ first: number | null; last: number | null }>(
      'SELECT min(seq) AS first, max(seq) AS last FROM entries WHERE at >= ? AND at < ?',
      from,
      to,
    );
    return [
      ['seq BETWEEN ? AND ?', range?.first ?? 0, range?.last ?? 0],
      ['+at >= ? AND +at < ?', from, to],
    ];
  }
}

/** Actions of an area are found by its index; a longer beginning is looked for among them. */
function begunWith(prefix: string): Conditions {
  const area = prefix.slice(0, prefix.indexOf('.') + 1);
  return [
    ['area = ?', area],
    ...(area === prefix ? [] : ([['substr(action, 1, ?) = ?', prefix.length, prefix]] as Conditions)),
  ];
}
