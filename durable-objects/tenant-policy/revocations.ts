/** What no longer counts, or counts once: revoked tokens, and ids that were used. */
import type { GrantCheck } from '../../contracts/identity/access.ts';
import type { Sql } from '../kit/sql.ts';

/** The tables, as every object made from now on has them. Append-only. */
export const REVOCATIONS = [
  `CREATE TABLE IF NOT EXISTS revoked_tokens (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS used_ids (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS clients (
     id TEXT PRIMARY KEY,
     enabled INTEGER NOT NULL,
     version INTEGER NOT NULL
   ) WITHOUT ROWID;`,
];

/** The revocations of an organisation. */
export class Revocations {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps a token from being taken until it expires; false when it was revoked before. */
  revokeToken(id: string, until: number): boolean {
    return (
      this.#sql.run(
        'INSERT INTO revoked_tokens (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id',
        id,
        until,
      ).length > 0
    );
  }

  /** Whether a token was revoked. */
  isRevoked(id: string): boolean {
    return this.#sql.run('SELECT 1 FROM revoked_tokens WHERE id = ?', id).length > 0;
  }

  /** True the first time an id is used. */
  useOnce(id: string, until: number): boolean {
    return (
      this.#sql.run(
        'INSERT INTO used_ids (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id',
        id,
        until,
      ).length > 0
    );
  }

  /** True the first time a proof of possession is used (RFC 9449 section 11.1), and where there is none. */
  useProof(proof: GrantCheck['proof'] | undefined): boolean {
    return !proof || this.useOnce(`proof:${proof.id}`, proof.until);
  }

  /** Drops what has expired; false when nothing is left that will. */
  sweep(now: number): boolean {
    const tables = ['revoked_tokens', 'used_ids'];
    for (const table of tables) this.#sql.run(`DELETE FROM ${table} WHERE expires_at < ?`, now);
    return tables.some((table) => this.#sql.run(`SELECT 1 FROM ${table} LIMIT 1`).length > 0);
  }
}
