/** Authorization codes: each opens one session, once. Only hashes are stored. */
import type { CodeBinding, Grant, GrantCheck } from '../../contracts/identity/access.ts';
import { SESSION_IDLE_SECONDS } from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

type CodeRow = {
  grant_body: string;
  redirect_uri: string;
  code_challenge: string;
  key_thumbprint: string | null;
  expires_at: number;
  session_id: string | null;
};

/** What a code is redeemed with. */
export type CodeCheck = GrantCheck & { redirectUri: string; codeChallenge: string };

/** The table, as every object made from now on has it. Append-only. */
export const CODES = [
  `CREATE TABLE IF NOT EXISTS codes (
     hash TEXT PRIMARY KEY,
     grant_body TEXT NOT NULL,
     redirect_uri TEXT NOT NULL,
     code_challenge TEXT NOT NULL,
     key_thumbprint TEXT,
     expires_at INTEGER NOT NULL,
     session_id TEXT
   ) WITHOUT ROWID;`,
];

/** The codes of an organisation. */
export class Codes {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps a code's grant until it is redeemed or expires. */
  store(
    hash: string,
    { redirectUri, codeChallenge, keyThumbprint, ...grant }: Grant & CodeBinding,
    until: number,
  ): void {
    this.#sql.run(
      `INSERT INTO codes (hash, grant_body, redirect_uri, code_challenge, key_thumbprint, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      hash,
      JSON.stringify(grant),
      redirectUri,
      codeChallenge,
      keyThumbprint,
      until,
    );
  }

  /**
   * Uses a code up: what it grants, or null. A code tried wrongly is spent; one tried a second time ends the
   * session of the first (RFC 6749 section 4.1.2): `reused` names it. The proof that comes with it is used up
   * only when the code is known: whoever has none stores nothing here.
   */
  redeem(hash: string, check: CodeCheck, useProof: () => boolean): { grant: Grant | null; reused: string | null } {
    const [code] = this.#sql.run<CodeRow>('SELECT * FROM codes WHERE hash = ?', hash);
    if (!code) return { grant: null, reused: null };
    if (code.session_id !== null) return { grant: null, reused: code.session_id };
    if (!useProof()) return { grant: null, reused: null };
    // The spent code is remembered as long as tokens of its session may be about.
    this.#sql.run(
      "UPDATE codes SET session_id = '', expires_at = ? WHERE hash = ?",
      check.now + SESSION_IDLE_SECONDS * 1000,
      hash,
    );
    const grant = JSON.parse(code.grant_body) as Grant;
    const right =
      code.expires_at >= check.now &&
      grant.clientId === check.clientId &&
      code.redirect_uri === check.redirectUri &&
      code.code_challenge === check.codeChallenge &&
      (code.key_thumbprint === null || code.key_thumbprint === check.keyThumbprint);
    return { grant: right ? grant : null, reused: null };
  }

  /** Notes which session a spent code began. */
  began(hash: string, sessionId: string): void {
    this.#sql.run('UPDATE codes SET session_id = ? WHERE hash = ?', sessionId, hash);
  }

  /** Takes back the codes of a user that were not redeemed yet. */
  dropOf(userId: string): void {
    this.#sql.run(`DELETE FROM codes WHERE session_id IS NULL AND json_extract(grant_body, '$.userId') = ?`, userId);
  }

  /** Drops what has expired; false when nothing is left that will. */
  sweep(now: number): boolean {
    this.#sql.run('DELETE FROM codes WHERE expires_at < ?', now);
    return this.#sql.run('SELECT 1 FROM codes LIMIT 1').length > 0;
  }
}
