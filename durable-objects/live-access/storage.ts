/** Tickets, where their holders listen, and what has to be closed. */
import type { Sql } from '../kit/sql.ts';

/** A ticket as it is kept: its hash, never itself. */
export interface Ticket {
  hash: string;
  /** `fleet`, or `container:` and a container number. */
  topic: string;
  /** The session or machine client that the socket belongs to. */
  holder: string;
  /** Of a machine client: at which security version its token was. */
  securityVersion: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Who listens where. */
export type Listening = Pick<Ticket, 'topic' | 'holder'>;

/** What a ticket was redeemed for. */
export type Redeemed = Listening & Pick<Ticket, 'securityVersion'>;

/** Sockets to close: those of a holder on a topic whose tickets were redeemed until it ended. */
export interface Closing extends Listening {
  endedAt: number;
  /** How often it was carried out, and how often it was tried. */
  looks: number;
  tries: number;
}

/** Storage of LiveAccess. */
export class LiveAccessStorage {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps a ticket. */
  keep({ hash, topic, holder, securityVersion, expiresAt }: Ticket): void {
    this.#sql.run(
      'INSERT INTO tickets (hash, topic, holder, security_version, expires_at) VALUES (?, ?, ?, ?, ?)',
      hash,
      topic,
      holder,
      securityVersion,
      expiresAt,
    );
  }

  /** Redeems a ticket, once, and notes where its holder listens. */
  redeem(hash: string, now: number): Redeemed | null {
    const [ticket] = this.#sql.run<{ topic: string; holder: string; security_version: number; expires_at: number }>(
      'DELETE FROM tickets WHERE hash = ? RETURNING topic, holder, security_version, expires_at',
      hash,
    );
    if (!ticket || ticket.expires_at < now) return null;
    const { topic, holder } = ticket;
    this.#sql.run('INSERT INTO sockets (holder, topic) VALUES (?, ?) ON CONFLICT DO NOTHING', holder, topic);
    return { topic, holder, securityVersion: ticket.security_version };
  }

  /** Takes a holder's tickets and notes that its sockets must be closed; false when it listens nowhere. */
  end(holder: string, now: number): boolean {
    this.#sql.run('DELETE FROM tickets WHERE holder = ?', holder);
    this.#sql.run(
      `INSERT INTO closings (holder, topic, ended_at, due_at) SELECT holder, topic, ?1, ?1 FROM sockets WHERE holder = ?2
       ON CONFLICT DO UPDATE SET looks = 0, tries = 0, ended_at = excluded.ended_at, due_at = excluded.due_at`,
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

  /** The sockets to close now: oldest due first, the fleet before single containers. */
  closings(now: number, limit: number): Closing[] {
    return this.#sql
      .run<{ holder: string; topic: string; ended_at: number; looks: number; tries: number }>(
        `SELECT holder, topic, ended_at, looks, tries FROM closings WHERE due_at <= ?
         ORDER BY due_at, topic <> 'fleet' LIMIT ?`,
        now,
        limit,
      )
      .map(({ ended_at: endedAt, ...closing }) => ({ ...closing, endedAt }));
  }

  /** When the next closing is due, or null. */
  nextClosing(): number | null {
    return this.#sql.run<{ at: number | null }>('SELECT min(due_at) AS at FROM closings')[0]?.at ?? null;
  }

  /** Moves a closing to another instant; `looked` counts one that was carried out. One begun anew meanwhile stays. */
  postpone({ holder, topic, endedAt }: Closing, dueAt: number, looked: boolean): void {
    this.#sql.run(
      `UPDATE closings SET due_at = ?, looks = looks + ?, tries = tries + 1
       WHERE holder = ? AND topic = ? AND ended_at = ?`,
      dueAt,
      looked ? 1 : 0,
      holder,
      topic,
      endedAt,
    );
  }

  /** Forgets a closing, unless it has begun anew. */
  drop({ holder, topic, endedAt }: Closing): void {
    this.#sql.run('DELETE FROM closings WHERE holder = ? AND topic = ? AND ended_at = ?', holder, topic, endedAt);
  }

  /** Drops tickets that have run out; false when none is left that will. */
  sweep(now: number): boolean {
    this.#sql.run('DELETE FROM tickets WHERE expires_at < ?', now);
    return this.#sql.run('SELECT 1 FROM tickets LIMIT 1').length > 0;
  }
}
