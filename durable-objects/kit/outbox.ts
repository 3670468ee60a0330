/** An outbox in an object's SQLite. */
import { type OutboxStore, retryAt, type Waiting } from '../../platform/outbox.ts';
import type { Sql } from './sql.ts';

/** The table of an outbox, for the migrations of its object. */
export const outboxTable = (name: string): string => `CREATE TABLE ${name} (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     body TEXT NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0
   );`;

/** The table a user of SqlOutbox puts into its migrations. */
export const OUTBOX_TABLE = outboxTable('outbox');

/**
 * Messages in a table, `outbox` unless another is named, oldest first. `to` is the SQL that tells who takes a message,
 * where that is not the same of all.
 */
export class SqlOutbox<Body> implements OutboxStore<Body> {
  readonly #sql: Sql;
  readonly #table: string;
  readonly #to: string;

  constructor(sql: Sql, { table = 'outbox', to = "''" }: { table?: string; to?: string } = {}) {
    this.#sql = sql;
    this.#table = table;
    this.#to = to;
  }

  /** Puts messages beside the change that caused them. */
  put(bodies: readonly Body[]): void {
    for (const body of bodies) this.#sql.run(`INSERT INTO ${this.#table} (body) VALUES (?)`, JSON.stringify(body));
  }

  next(delivered: readonly (number | string)[], limit: number, without: readonly string[] = []): Waiting<Body>[] {
    for (const id of delivered) this.#sql.run(`DELETE FROM ${this.#table} WHERE id = ?`, id);
    return this.#sql
      .run<{ id: number; body: string; taker: string }>(
        `SELECT id, body, ${this.#to} AS taker FROM ${this.#table}
         WHERE taker NOT IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?`,
        JSON.stringify(without),
        limit,
      )
      .map(({ id, body, taker }) => ({ id, body: JSON.parse(body) as Body, to: taker }));
  }

  failed(ids: readonly (number | string)[], now: number): number {
    for (const id of ids) this.#sql.run(`UPDATE ${this.#table} SET attempts = attempts + 1 WHERE id = ?`, id);
    const [row] = this.#sql.run<{ attempts: number }>(`SELECT max(attempts) AS attempts FROM ${this.#table}`);
    return retryAt(now, row?.attempts ?? 0);
  }
}
