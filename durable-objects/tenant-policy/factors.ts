/** Second factors, their recovery codes, and sign-ins that wait for one. */
import type { Factor, PendingLogin } from '../../contracts/identity/access.ts';
import { SECOND_FACTOR_TRIES } from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

/** The tables, as every object made from now on has them. Append-only. */
export const FACTORS = [
  `CREATE TABLE IF NOT EXISTS pending_logins (
     hash TEXT PRIMARY KEY,
     body TEXT NOT NULL,
     tries INTEGER NOT NULL DEFAULT 0,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS factors (
     user_id TEXT PRIMARY KEY,
     sealed_secret TEXT NOT NULL,
     confirmed INTEGER NOT NULL DEFAULT 0,
     last_step INTEGER NOT NULL DEFAULT 0
   ) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS recovery_codes (
     user_id TEXT NOT NULL,
     hash TEXT NOT NULL,
     PRIMARY KEY (user_id, hash)
   ) WITHOUT ROWID;`,
];

/** What a second factor's secret is sealed to. */
export const factorContext = (userId: string): string => `second-factor:${userId}`;

/** The second factors of an organisation's users. */
export class Factors {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** A user's factor, or null. */
  of(userId: string): Factor | null {
    const [row] = this.#sql.run<{ sealed_secret: string; confirmed: number; codes: number }>(
      `SELECT sealed_secret, confirmed, (SELECT count(*) FROM recovery_codes WHERE user_id = ?) AS codes
       FROM factors WHERE user_id = ?`,
      userId,
      userId,
    );
    return row
      ? { sealedSecret: row.sealed_secret, confirmed: row.confirmed === 1, recoveryCodesLeft: row.codes }
      : null;
  }

  /** Sets a factor that is not confirmed yet; a confirmed one stays as it is. */
  enrol(userId: string, sealedSecret: string): void {
    this.#sql.run(
      `INSERT INTO factors (user_id, sealed_secret) VALUES (?, ?)
       ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = 0 WHERE confirmed = 0`,
      userId,
      sealedSecret,
    );
  }

  /** Confirms a factor by its first code and sets the recovery codes. */
  confirm(userId: string, sealedSecret: string, step: number, recoveryHashes: string[]): boolean {
    // The very secret that the code was checked against: another may have been enrolled meanwhile.
    const done = this.#sql.run(
      `UPDATE factors SET confirmed = 1, last_step = ?
       WHERE user_id = ? AND confirmed = 0 AND sealed_secret = ? RETURNING user_id`,
      step,
      userId,
      sealedSecret,
    );
    if (done.length === 0) return false;
    this.#sql.run('DELETE FROM recovery_codes WHERE user_id = ?', userId);
    for (const hash of recoveryHashes) {
      this.#sql.run('INSERT INTO recovery_codes (user_id, hash) VALUES (?, ?)', userId, hash);
    }
    return true;
  }

  /** Uses up a time step: each works once, and none before the last. */
  useStep(userId: string, step: number): boolean {
    return (
      this.#sql.run(
        'UPDATE factors SET last_step = ? WHERE user_id = ? AND confirmed = 1 AND last_step < ? RETURNING user_id',
        step,
        userId,
        step,
      ).length > 0
    );
  }

  /** Uses up a recovery code. */
  useRecoveryCode(userId: string, hash: string): boolean {
    return (
      this.#sql.run('DELETE FROM recovery_codes WHERE user_id = ? AND hash = ? RETURNING hash', userId, hash).length > 0
    );
  }

  /** Every sealed secret, with its user. */
  all(): { userId: string; sealedSecret: string }[] {
    return this.#sql
      .run<{ user_id: string; sealed_secret: string }>('SELECT user_id, sealed_secret FROM factors')
      .map((row) => ({ userId: row.user_id, sealedSecret: row.sealed_secret }));
  }

  /** Replaces a sealed secret by another sealing of the same one. */
  reseal(userId: string, before: string, after: string): void {
    this.#sql.run(
      'UPDATE factors SET sealed_secret = ? WHERE user_id = ? AND sealed_secret = ?',
      after,
      userId,
      before,
    );
  }

  /** Removes a user's factor. */
  remove(userId: string): boolean {
    this.#sql.run('DELETE FROM recovery_codes WHERE user_id = ?', userId);
    return this.#sql.run('DELETE FROM factors WHERE user_id = ? RETURNING user_id', userId).length > 0;
  }

  /** Keeps a sign-in whose password was right. */
  storePending(hash: string, pending: PendingLogin, until: number): void {
    this.#sql.run(
      'INSERT INTO pending_logins (hash, body, expires_at) VALUES (?, ?, ?)',
      hash,
      JSON.stringify(pending),
      until,
    );
  }

  /** Counts a try; null when there is nothing to try any more. */
  tryPending(hash: string, now: number): PendingLogin | null {
    const [row] = this.#sql.run<{ body: string }>(
      'UPDATE pending_logins SET tries = tries + 1 WHERE hash = ? AND expires_at >= ? AND tries < ? RETURNING body',
      hash,
      now,
      SECOND_FACTOR_TRIES,
    );
    return row ? (JSON.parse(row.body) as PendingLogin) : null;
  }

  /** Forgets a sign-in that is over. */
  dropPending(hash: string): void {
    this.#sql.run('DELETE FROM pending_logins WHERE hash = ?', hash);
  }

  /** Forgets the sign-ins of a user that wait for their second factor. */
  dropPendingOf(userId: string): void {
    this.#sql.run(`DELETE FROM pending_logins WHERE json_extract(body, '$.userId') = ?`, userId);
  }

  /** Drops what has expired; false when nothing is left that will. */
  sweep(now: number): boolean {
    this.#sql.run('DELETE FROM pending_logins WHERE expires_at < ?', now);
    return this.#sql.run('SELECT 1 FROM pending_logins LIMIT 1').length > 0;
  }
}
