/** All SQL of a carrier connection's inbox. */
import type { RejectedItem, TelemetryMessage } from '../../contracts/tracking/events.ts';
import { INBOX_INGRESS_KEYS, RECEIPTS_KEPT } from '../../platform/limits.ts';
import { Sql } from '../kit/sql.ts';
import { MIGRATIONS } from './migrations.ts';

/** Ids follow from the receipt's number and a place within it: never reused, and no counter to write. */
const ITEM_SPAN = 8_192;

/** The id of a message of what was held: beyond those of receipts, and never used again. */
export const releasedIdOf = (heldId: number): number => 2 ** 40 + heldId;
/** Ids of shares that part from their message, and of what a container gets of its shipment, lie beyond those. */
const SPLIT_FROM = 2 ** 41;

/** The id of a receipt's k-th message. */
export function dispatchIdOf(receipt: number, k: number): number {
  return receipt * ITEM_SPAN + k;
}

/** A receipt as stored: one letter an item, in the order of the delivery. */
export interface ReceiptRow {
  receivedAt: number;
  outcomes: string;
  rejected: RejectedItem[];
  warnings: RejectedItem[];
}

/** A message on its way. */
export interface DispatchRow {
  id: number;
  receipt: number;
  body: string;
  events: number;
  sends: number;
}

type ParkedColumns = {
  id: number;
  receipt: number;
  events: number;
  sends: number;
  error: string | null;
  parked_at: number;
  body: string;
};
type DispatchColumns = { id: number; receipt: number; body: string; events: number; sends: number; sentAt: number };

/** The events of a message. */
export const eventsOf = ({ body }: Pick<DispatchRow, 'body'>): TelemetryMessage['events'] =>
  (JSON.parse(body) as TelemetryMessage).events;

/** The storage of one inbox. */
export class InboxStorage {
  readonly sql: Sql;

  constructor(storage: DurableObjectStorage) {
    this.sql = new Sql(storage);
    this.sql.migrate(MIGRATIONS);
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

  /** Events in messages that are neither confirmed nor parked. */
  inFlight(): number {
    return (
      this.sql.run<{ events: number | null }>('SELECT sum(events) AS events FROM dispatches WHERE parked_at IS NULL')[0]
        ?.events ?? 0
    );
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

  /** Stores a receipt: one row, whatever the number of its items. */
  insertReceipt(seq: number, { receivedAt, outcomes, rejected, warnings }: ReceiptRow, keys: string[]): void {
    this.sql.run(
      'INSERT INTO receipts (seq, received_at, outcomes, rejected, warnings, keys) VALUES (?, ?, ?, ?, ?, ?)',
      seq,
      receivedAt,
      outcomes,
      JSON.stringify(rejected),
      JSON.stringify(warnings),
      keys.join(''),
    );
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

  /** Stores a message of a receipt that is sent now: one row. */
  newDispatch(
    of: { tenantId: string; connectionId: string; correlationId: string },
    { id, receipt, events, now }: { id: number; receipt: number; events: TelemetryMessage['events']; now: number },
  ): DispatchRow {
    const { tenantId, connectionId, correlationId } = of;
    const body: TelemetryMessage = { v: 1, tenantId, connectionId, dispatchId: id, correlationId, events };
    const row = { id, receipt, body: JSON.stringify(body), events: events.length, sends: 1 };
    this.sql.run(
      'INSERT INTO dispatches (id, receipt, body, events, next_at, sent_at) VALUES (?, ?, ?, ?, 0, ?)',
      id,
      receipt,
      row.body,
      row.events,
      now,
    );
    return row;
  }

  /** The id of a message that is neither a receipt's own nor of what was held: never the same twice. */
  freshDispatchId(): number {
    const [row] = this.sql.run<{ id: number }>('INSERT INTO splits DEFAULT VALUES RETURNING id');
    this.sql.run('DELETE FROM splits');
    return SPLIT_FROM + row!.id;
  }

  /** Stores the share of a container that failed as a message of its own, for another try at an instant. */
  split(
    of: DispatchRow,
    events: TelemetryMessage['events'],
    { error, nextAt }: { error: string; nextAt: number },
  ): number {
    const id = this.freshDispatchId();
    const body = { ...(JSON.parse(of.body) as TelemetryMessage), dispatchId: id, events };
    this.sql.run(
      'INSERT INTO dispatches (id, receipt, body, events, sends, next_at, error) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      of.receipt,
      JSON.stringify(body),
      events.length,
      of.sends,
      nextAt,
      error.slice(0, 500),
    );
    return id;
  }

  /** A message, or null once it is confirmed. */
  dispatch(id: number): (DispatchRow & { sentAt: number; parkedAt: number | null; error: string | null }) | null {
    const [row] = this.sql.run<DispatchColumns & { parked_at: number | null; error: string | null }>(
      'SELECT id, receipt, body, events, sends, sent_at AS sentAt, parked_at, error FROM dispatches WHERE id = ?',
      id,
    );
    if (!row) return null;
    const { parked_at: parkedAt, ...rest } = row;
    return { ...rest, parkedAt };
  }

  /** Drops a confirmed or discarded message. */
  deleteDispatch(id: number): void {
    this.sql.run('DELETE FROM dispatches WHERE id = ?', id);
  }

  /** Shares that failed and whose next try has come. */
  failed(now: number, limit: number): DispatchRow[] {
    return this.sql.run<DispatchColumns>(
      `SELECT id, receipt, body, events, sends, sent_at AS sentAt FROM dispatches
       WHERE parked_at IS NULL AND next_at > 0 AND next_at <= ? ORDER BY id LIMIT ?`,
      now,
      limit,
    );
  }

  /** Messages that were sent by an instant and are not confirmed, the oldest first. */
  unconfirmed(sentBy: number, limit: number): (DispatchRow & { sentAt: number })[] {
    return this.sql.run<DispatchColumns>(
      `SELECT id, receipt, body, events, sends, sent_at AS sentAt FROM dispatches
       WHERE parked_at IS NULL AND next_at = 0 AND sent_at <= ? ORDER BY sent_at, id LIMIT ?`,
      sentBy,
      limit,
    );
  }

  /** When something unconfirmed was sent or is to be sent first, or null when all is confirmed. */
  firstOpen(): { sentAt: number | null; nextAt: number | null } {
    return this.sql.run<{ sentAt: number | null; nextAt: number | null }>(
      `SELECT min(CASE WHEN next_at = 0 THEN sent_at END) AS sentAt, min(CASE WHEN next_at > 0 THEN next_at END) AS nextAt
       FROM dispatches WHERE parked_at IS NULL`,
    )[0]!;
  }

  /** A message could not be sent: it is at an instant, unless it has been confirmed or parked meanwhile. */
  putOff(id: number, at: number): void {
    this.sql.run('UPDATE dispatches SET next_at = ? WHERE id = ? AND parked_at IS NULL', at, id);
  }

  /** Counts another send. */
  resent(id: number, now: number): void {
    this.sql.run('UPDATE dispatches SET sends = sends + 1, next_at = 0, sent_at = ? WHERE id = ?', now, id);
  }

  /** Keeps the last error of a message. */
  noteError(id: number, error: string): void {
    this.sql.run('UPDATE dispatches SET error = ? WHERE id = ?', error.slice(0, 500), id);
  }

  /** Takes a message out of circulation, or puts it back. */
  setParked(id: number, parkedAt: number | null, now: number): void {
    this.sql.run(
      `UPDATE dispatches SET parked_at = ?1, next_at = 0, sent_at = ?2, sends = CASE WHEN ?1 IS NULL THEN 1 ELSE sends END
       WHERE id = ?3`,
      parkedAt,
      now,
      id,
    );
  }

  /** Parked messages after an id, with their numbers. */
  parkedRows(afterId: number, limit: number): (Omit<ParkedColumns, 'parked_at'> & { parkedAt: number })[] {
    return this.sql
      .run<ParkedColumns>(
        `SELECT id, receipt, events, sends, error, parked_at, body FROM dispatches
         WHERE parked_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?`,
        afterId,
        limit,
      )
      .map(({ parked_at: parkedAt, ...row }) => ({ ...row, parkedAt }));
  }

  /** Forgets receipts beyond what is kept; open ones stay. */
  prune(): void {
    this.sql.run(
      `DELETE FROM receipts WHERE seq <= (SELECT max(seq) FROM receipts) - ?
       AND seq NOT IN (SELECT receipt FROM dispatches)`,
      RECEIPTS_KEPT,
    );
  }
}
