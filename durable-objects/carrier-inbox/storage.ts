/** The SQL of a carrier connection's inbox, but for that of its messages. */
import type { RejectedItem } from '../../contracts/tracking/events.ts';
import { INBOX_INGRESS_KEYS, RECEIPTS_KEPT } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import { Dispatches } from './dispatches.ts';
import { MIGRATIONS } from './migrations.ts';

/** A receipt as stored: one letter an item, in the order of the delivery. */
export interface ReceiptRow {
  receivedAt: number;
  outcomes: string;
  rejected: RejectedItem[];
  warnings: RejectedItem[];
}

/** The storage of one inbox. */
export class InboxStorage {
  readonly sql: Sql;
  readonly dispatches: Dispatches;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
    this.dispatches = new Dispatches(this.sql);
  }

  /** The number of the newest receipt, 0 before the first. */
  lastSeq(): number {
    return this.sql.run<{ seq: number | null }>('SELECT max(seq) AS seq FROM receipts')[0]?.seq ?? 0;
  }

  /** The connection this inbox belongs to, once known. */
  connectionId(): string | null {
    return this.sql.run<{ connection_id: string }>('SELECT connection_id FROM identity')[0]?.connection_id ?? null;
  }

  /** Remembers the connection. */
  identify(connectionId: string): void {
    this.sql.run('INSERT OR IGNORE INTO identity (id, connection_id) VALUES (1, ?)', connectionId);
  }

  /** Content keys of the newest receipts with when they came, up to what the door remembers. */
  recentKeys(): [key: string, receivedAt: number][] {
    const keys: [string, number][] = [];
    let before = Number.MAX_SAFE_INTEGER;
    while (keys.length < INBOX_INGRESS_KEYS) {
      const rows = this.sql.run<{ seq: number; received_at: number; keys: string }>(
        `SELECT seq, received_at, keys FROM receipts
         WHERE seq < ? AND seq > coalesce((SELECT keys_after FROM identity), 0) ORDER BY seq DESC LIMIT 100`,
        before,
      );
      for (const row of rows) {
        for (let i = 0; i < row.keys.length; i += 16) keys.push([row.keys.slice(i, i + 16), row.received_at]);
      }
      if (rows.length < 100) break;
      before = rows.at(-1)!.seq;
    }
    return keys;
  }

  /** Keys of receipts up to one are not known at the door any more. */
  forgetKeysBefore(seq: number): void {
    this.sql.run('UPDATE identity SET keys_after = ?', seq);
  }

  /** Stores a receipt: one row, whatever the number of its items, with the body of its message where that goes straight. */
  insertReceipt(
    seq: number,
    { receivedAt, outcomes, rejected, warnings }: ReceiptRow,
    keys: string[],
    message: string | null,
  ): void {
    this.sql.run(
      'INSERT INTO receipts (seq, received_at, outcomes, rejected, warnings, keys, message) VALUES (?, ?, ?, ?, ?, ?, ?)',
      seq,
      receivedAt,
      outcomes,
      JSON.stringify(rejected),
      JSON.stringify(warnings),
      keys.join(''),
      message,
    );
  }

  /** The message in a receipt's row has arrived: one row, with the outcomes of its items. */
  closeReceipt(seq: number, outcomes: string): void {
    this.sql.run('UPDATE receipts SET outcomes = ?, message = NULL WHERE seq = ?', outcomes, seq);
  }

  /** Receipts that came since an instant and whose message has not arrived. */
  openReceipts(since: number): { receipt: number; body: string }[] {
    const open: { receipt: number; body: string }[] = [];
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const rows = this.sql.run<{ seq: number; received_at: number; message: string | null }>(
        'SELECT seq, received_at, message FROM receipts WHERE seq < ? ORDER BY seq DESC LIMIT 100',
        before,
      );
      for (const { seq, message } of rows) if (message !== null) open.push({ receipt: seq, body: message });
      if (rows.length < 100 || rows.at(-1)!.received_at < since) return open;
      before = rows.at(-1)!.seq;
    }
  }

  /** Takes content keys out of a receipt. */
  forgetKeys(seq: number, keys: string[]): void {
    const [row] = this.sql.run<{ keys: string }>('SELECT keys FROM receipts WHERE seq = ?', seq);
    const kept = (row?.keys.match(/.{16}/g) ?? []).filter((key) => !keys.includes(key));
    this.sql.run('UPDATE receipts SET keys = ? WHERE seq = ?', kept.join(''), seq);
  }

  /** A receipt, or null. */
  receipt(seq: number): ReceiptRow | null {
    const [row] = this.sql.run<{ received_at: number; outcomes: string; rejected: string; warnings: string }>(
      'SELECT received_at, outcomes, rejected, warnings FROM receipts WHERE seq = ?',
      seq,
    );
    return row
      ? {
          receivedAt: row.received_at,
          outcomes: row.outcomes,
          rejected: JSON.parse(row.rejected) as RejectedItem[],
          warnings: JSON.parse(row.warnings) as RejectedItem[],
        }
      : null;
  }

  /** Rewrites which items of a receipt were refused, and why. */
  setRejected(seq: number, rejected: RejectedItem[]): void {
    this.sql.run('UPDATE receipts SET rejected = ? WHERE seq = ?', JSON.stringify(rejected), seq);
  }

  /** Rewrites the outcomes of a receipt. */
  setOutcomes(seq: number, outcomes: string): void {
    this.sql.run('UPDATE receipts SET outcomes = ? WHERE seq = ?', outcomes, seq);
  }

  /** Forgets receipts beyond what is kept; open ones stay. */
  prune(): void {
    this.sql.run(
      `DELETE FROM receipts WHERE seq <= (SELECT max(seq) FROM receipts) - ?
       AND message IS NULL AND seq NOT IN (SELECT receipt FROM dispatches)`,
      RECEIPTS_KEPT,
    );
  }
}
