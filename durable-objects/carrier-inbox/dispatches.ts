/** The SQL of an inbox's messages on their way. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import type { Sql } from '../kit/sql.ts';
import type { Pack } from './pack.ts';

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

/** A message on its way. */
export interface DispatchRow {
  id: number;
  receipt: number;
  body: string;
  events: number;
  sends: number;
  /** What the body says, where that is at hand. */
  message?: TelemetryMessage;
}

/** What a message says. */
export const contentOf = ({ body, message }: Pick<DispatchRow, 'body' | 'message'>): TelemetryMessage =>
  message ?? (JSON.parse(body) as TelemetryMessage);

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

/** Whose messages these are, and the delivery they are from. */
type Sender = Pick<TelemetryMessage, 'tenantId' | 'connectionId' | 'correlationId'>;
type NewMessage = { id: number; receipt: number; pack: Pack; now: number };

/** A message of a receipt that is not stored yet. */
export function messageOf(of: Sender, { id, receipt, pack: { events, json } }: NewMessage): DispatchRow {
  const { tenantId, connectionId, correlationId } = of;
  const head = { v: 1, tenantId, connectionId, dispatchId: id, correlationId } as const;
  const body = `${JSON.stringify(head).slice(0, -1)},"events":${json}}`;
  return { id, receipt, body, events: events.length, sends: 1, message: { ...head, events } };
}

/** The messages of one inbox that go by the queue, or wait for another try. */
export class Dispatches {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Events in messages that are neither confirmed nor parked. */
  inFlight(): number {
    return (
      this.#sql.run<{ events: number | null }>(
        'SELECT sum(events) AS events FROM dispatches WHERE parked_at IS NULL',
      )[0]?.events ?? 0
    );
  }

  /** Stores a message of a receipt that is sent now: one row. */
  add(of: Sender, message: NewMessage): DispatchRow {
    const row = messageOf(of, message);
    this.#sql.run(
      'INSERT INTO dispatches (id, receipt, body, events, next_at, sent_at) VALUES (?, ?, ?, ?, 0, ?)',
      row.id,
      row.receipt,
      row.body,
      row.events,
      message.now,
    );
    return row;
  }

  /** The id of a message that is neither a receipt's own nor of what was held: never the same twice. */
  freshId(): number {
    const [row] = this.#sql.run<{ id: number }>('INSERT INTO splits DEFAULT VALUES RETURNING id');
    this.#sql.run('DELETE FROM splits');
    return SPLIT_FROM + row!.id;
  }

  /** Stores the share of a container that failed as a message of its own, for another try at an instant. */
  split(
    of: DispatchRow,
    events: TelemetryMessage['events'],
    { error, nextAt }: { error: string; nextAt: number },
  ): number {
    const id = this.freshId();
    const body = { ...(JSON.parse(of.body) as TelemetryMessage), dispatchId: id, events };
    this.#sql.run(
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
  find(id: number): (DispatchRow & { sentAt: number; parkedAt: number | null; error: string | null }) | null {
    const [row] = this.#sql.run<DispatchColumns & { parked_at: number | null; error: string | null }>(
      'SELECT id, receipt, body, events, sends, sent_at AS sentAt, parked_at, error FROM dispatches WHERE id = ?',
      id,
    );
    if (!row) return null;
    const { parked_at: parkedAt, ...rest } = row;
    return { ...rest, parkedAt };
  }

  /** Drops a confirmed or discarded message. */
  delete(id: number): void {
    this.#sql.run('DELETE FROM dispatches WHERE id = ?', id);
  }

  /** Shares that failed and whose next try has come. */
  failed(now: number, limit: number): DispatchRow[] {
    return this.#sql.run<DispatchColumns>(
      `SELECT id, receipt, body, events, sends, sent_at AS sentAt FROM dispatches
       WHERE parked_at IS NULL AND next_at > 0 AND next_at <= ? ORDER BY id LIMIT ?`,
      now,
      limit,
    );
  }

  /** Messages that were sent by an instant and are not confirmed, the oldest first. */
  unconfirmed(sentBy: number, limit: number): (DispatchRow & { sentAt: number })[] {
    return this.#sql.run<DispatchColumns>(
      `SELECT id, receipt, body, events, sends, sent_at AS sentAt FROM dispatches
       WHERE parked_at IS NULL AND next_at = 0 AND sent_at <= ? ORDER BY sent_at, id LIMIT ?`,
      sentBy,
      limit,
    );
  }

  /** When something unconfirmed was sent or is to be sent first, or null when all is confirmed. */
  firstOpen(): { sentAt: number | null; nextAt: number | null } {
    return this.#sql.run<{ sentAt: number | null; nextAt: number | null }>(
      `SELECT min(CASE WHEN next_at = 0 THEN sent_at END) AS sentAt, min(CASE WHEN next_at > 0 THEN next_at END) AS nextAt
       FROM dispatches WHERE parked_at IS NULL`,
    )[0]!;
  }

  /** A message could not be sent: it is at an instant, unless it has been confirmed or parked meanwhile. */
  putOff(id: number, at: number): void {
    this.#sql.run('UPDATE dispatches SET next_at = ? WHERE id = ? AND parked_at IS NULL', at, id);
  }

  /** Counts another send. */
  resent(id: number, now: number): void {
    this.#sql.run('UPDATE dispatches SET sends = sends + 1, next_at = 0, sent_at = ? WHERE id = ?', now, id);
  }

  /** Keeps the last error of a message. */
  noteError(id: number, error: string): void {
    this.#sql.run('UPDATE dispatches SET error = ? WHERE id = ?', error.slice(0, 500), id);
  }

  /** Takes a message out of circulation, or puts it back. */
  setParked(id: number, parkedAt: number | null, now: number): void {
    this.#sql.run(
      `UPDATE dispatches SET parked_at = ?1, next_at = 0, sent_at = ?2, sends = CASE WHEN ?1 IS NULL THEN 1 ELSE sends END
       WHERE id = ?3`,
      parkedAt,
      now,
      id,
    );
  }

  /** Parked messages after an id, with their numbers. */
  parkedRows(afterId: number, limit: number): (Omit<ParkedColumns, 'parked_at'> & { parkedAt: number })[] {
    return this.#sql
      .run<ParkedColumns>(
        `SELECT id, receipt, events, sends, error, parked_at, body FROM dispatches
         WHERE parked_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?`,
        afterId,
        limit,
      )
      .map(({ parked_at: parkedAt, ...row }) => ({ ...row, parkedAt }));
  }

  /** Makes the message in a receipt's row one that is due to be sent by the queue. */
  toQueue({ id, receipt, body, events }: DispatchRow, now: number): void {
    this.#sql.run('UPDATE receipts SET message = NULL WHERE seq = ?', receipt);
    const insert = 'INSERT OR IGNORE INTO dispatches (id, receipt, body, events, next_at) VALUES (?, ?, ?, ?, ?)';
    this.#sql.run(insert, id, receipt, body, events, now);
  }
}
