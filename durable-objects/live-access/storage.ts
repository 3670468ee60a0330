/** Tickets, where their holders listen, and what has to be closed. */
import type { Sql } from '../kit/sql.ts';

/** A ticket as it is kept: its hash, never itself. */
export interface Ticket {
  hash: string;
  /** `fleet`, or `container:` and a container number. */
  topic: string;
  /** The session or machine client that the socket belongs to. */
  holder: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Who listens where. */
export type Listening = Pick<Ticket, 'topic' | 'holder'>;

/** Storage of LiveAccess. */
export class LiveAccessStorage {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps a ticket. */
  keep({ hash, topic, holder, expiresAt }: Ticket): void {
    this.#sql.run(
      'INSERT INTO tickets (hash, topic, holder, expires_at) VALUES (?, ?, ?, ?)',
      hash,
      topic,
      holder,
      expiresAt,
    );
  }

  /** Redeems a ticket, once, and notes where its holder listens. */
  redeem(hash: string, now: number): Listening | null {
    const [ticket] = this.#sql.run<{ topic: string; holder: string; expires_at: number }>(
      'DELETE FROM tickets WHERE hash = ? RETURNING topic, holder, expires_at',
      hash,
    );
    if (!ticket || ticket.expires_at < now) return null;
    const { topic, holder } = ticket;
    this.#sql.run('INSERT INTO sockets (holder, topic) VALUES (?, ?) ON CONFLICT DO NOTHING', holder, topic);
    return { topic, holder };
  }

  /** Takes a holder's tickets and notes that its sockets must be closed; false when it listens nowhere. */
  end(holder: string, now: number): boolean {
    this.#sql.run('DELETE FROM tickets WHERE holder = ?', holder);
    this.#sql.run(
      `INSERT INTO closings (holder, topic, due_at) SELECT holder, topic, ? FROM sockets WHERE holder = ?
       ON CONFLICT DO UPDATE SET looks = 0, tries = 0, due_at = excluded.due_at`,
      now,
      holder,
    );
    return this.#sql.run('DELETE FROM sockets WHERE holder = ? RETURNING topic', holder).length > 0;
  }

  /** Everybody who may hold a ticket or a socket. */
  holders(): string[] {
    return this.#sql
      .run<{ holder: string }>('SELECT holder FROM sockets UNION SELECT holder FROM tickets')
      .map((row) => row.holder);
  }

  /** The sockets to close now, oldest due first. */
  closings(now: number): (Listening & { looks: number; tries: number })[] {
    return this.#sql.run(
      'SELECT holder, topic, looks, tries FROM closings WHERE due_at <= ? ORDER BY due_at LIMIT 200',
      now,
    );
  }

  /** When the next closing is due, or null. */
  nextClosing(): number | null {
    return this.#sql.run<{ at: number | null }>('SELECT min(due_at) AS at FROM closings')[0]?.at ?? null;
  }

  /** Moves a closing to another instant; `looked` counts one that was carried out. */
  postpone(holder: string, topic: string, dueAt: number, looked: boolean): void {
    this.#sql.run(
      'UPDATE closings SET due_at = ?, looks = looks + ?, tries = tries + 1 WHERE holder = ? AND topic = ?',
      dueAt,
      looked ? 1 : 0,
      holder,
      topic,
    );
  }

  /** Forgets a closing. */
  drop(holder: string, topic: string): void {
    this.#sql.run('DELETE FROM closings WHERE holder = ? AND topic = ?', holder, topic);
  }

  /** Drops tickets that have run out; false when none is left that will. */
  sweep(now: number): boolean {
    this.#sql.run('DELETE FROM tickets WHERE expires_at < ?', now);
    return this.#sql.run('SELECT 1 FROM tickets LIMIT 1').length > 0;
  }
}
