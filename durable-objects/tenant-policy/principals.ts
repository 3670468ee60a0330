/** People and machine clients whose rights have changed: from which security version on they count. */
import type { PrincipalChanged, Refusal } from '../../contracts/identity/access.ts';
import type { Sql } from '../kit/sql.ts';

/** The table, and what an earlier release knew of clients. Append-only. */
export const PRINCIPALS = [
  `CREATE TABLE principals (
     id TEXT PRIMARY KEY,
     security_version INTEGER NOT NULL,
     enabled INTEGER NOT NULL
   ) WITHOUT ROWID;
   INSERT INTO principals (id, security_version, enabled) SELECT id, 0, enabled FROM clients;
   DROP TABLE clients;`,
];

type Row = { security_version: number; enabled: number };

/** The principals of an organisation that have changed; of all others nothing need be known. */
export class Principals {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Takes a change in; false when it, or a later one, was taken in before. */
  change({ principal, securityVersion, enabled }: PrincipalChanged): boolean {
    const taken = this.#sql.run(
      `INSERT INTO principals (id, security_version, enabled) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET security_version = excluded.security_version, enabled = excluded.enabled
       WHERE excluded.security_version > security_version RETURNING id`,
      principal,
      securityVersion,
      enabled ? 1 : 0,
    );
    return taken.length > 0;
  }

  /**
   * Why what a principal got at a security version counts no more, or null. A version and not an instant: a token
   * made after the change from what was read before it is as good as an old one.
   */
  refusal(id: string, securityVersion: number): Extract<Refusal, 'client_disabled' | 'client_changed'> | null {
    const [row] = this.#sql.run<Row>('SELECT security_version, enabled FROM principals WHERE id = ?', id);
    if (!row) return null;
    if (row.enabled === 0) return 'client_disabled';
    return securityVersion < row.security_version ? 'client_changed' : null;
  }
}
