/** Codes, sessions with their rotating refresh tokens, tickets, and what revokes them. Only hashes are stored. */
import type { CodeBinding, Grant, GrantCheck, Granted } from '../../contracts/identity/access.ts';
import type { Session } from '../../contracts/identity/people.ts';
import { beforeId, cutPageById } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import { newId } from '../../platform/ids.ts';
import {
  SESSION_IDLE_SECONDS,
  SESSION_MAX_SECONDS,
  SESSIONS_PER_USER_MAX,
  SPENT_REFRESH_KEPT,
} from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

type CodeRow = {
  grant_body: string;
  redirect_uri: string;
  code_challenge: string;
  key_thumbprint: string | null;
  expires_at: number;
  session_id: string | null;
};
type SessionRow = {
  id: string;
  user_id: string;
  grant_body: string;
  client_id: string;
  refresh_hash: string;
  key_thumbprint: string | null;
  address: string;
  user_agent: string | null;
  created_at: number;
  last_used_at: number;
  expires_at: number;
};

const iso = (at: number): string => new Date(at).toISOString();

/** The sessions of an organisation. */
export class Sessions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps a code's grant until it is redeemed or expires. */
  storeCode(
    codeHash: string,
    { redirectUri, codeChallenge, keyThumbprint, ...grant }: Grant & CodeBinding,
    until: number,
  ) {
    this.#sql.run(
      `INSERT INTO codes (hash, grant_body, redirect_uri, code_challenge, key_thumbprint, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      codeHash,
      JSON.stringify(grant),
      redirectUri,
      codeChallenge,
      keyThumbprint,
      until,
    );
  }

  /**
   * Turns a code into a session, once. A code tried wrongly is spent; one tried a second time ends
   * the session of the first (RFC 6749 section 4.1.2): `ended` names it.
   */
  redeemCode(
    codeHash: string,
    check: GrantCheck & { redirectUri: string; codeChallenge: string },
    refreshHash: string,
  ): { granted: Granted | null; ended: string | null } {
    const [code] = this.#sql.run<CodeRow>('SELECT * FROM codes WHERE hash = ?', codeHash);
    if (!code) return { granted: null, ended: null };
    if (code.session_id !== null) return { granted: null, ended: code.session_id };
    const grant = JSON.parse(code.grant_body) as Grant;
    const right =
      code.expires_at >= check.now &&
      grant.clientId === check.clientId &&
      code.redirect_uri === check.redirectUri &&
      code.code_challenge === check.codeChallenge &&
      (code.key_thumbprint === null || code.key_thumbprint === check.keyThumbprint);
    const sessionId = right ? newId('ses', check.now) : '';
    // The spent code is remembered as long as tokens of its session may be about.
    this.#sql.run(
      'UPDATE codes SET session_id = ?, expires_at = ? WHERE hash = ?',
      sessionId,
      check.now + SESSION_IDLE_SECONDS * 1000,
      codeHash,
    );
    if (!right) return { granted: null, ended: null };
    this.#insert(sessionId, grant, check, refreshHash);
    return { granted: { ...grant, sessionId, keyThumbprint: check.keyThumbprint }, ended: null };
  }

  #insert(id: string, grant: Grant, check: GrantCheck, refreshHash: string): void {
    this.#sql.run(
      `INSERT INTO sessions (id, user_id, grant_body, client_id, refresh_hash, key_thumbprint, address, user_agent,
         created_at, last_used_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      grant.userId,
      JSON.stringify(grant),
      grant.clientId,
      refreshHash,
      check.keyThumbprint,
      check.address,
      check.userAgent,
      check.now,
      check.now,
      check.now + SESSION_IDLE_SECONDS * 1000,
    );
  }

  /** The sessions a user has beyond the number allowed, oldest first. */
  surplusOf(userId: string): string[] {
    return this.#sql
      .run<{ id: string }>(
        'SELECT id FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?',
        userId,
        SESSIONS_PER_USER_MAX,
      )
      .map((row) => row.id);
  }

  /** Swaps a refresh token for a new one; one used a second time ends its session: `ended` names it. */
  rotate(oldHash: string, newHash: string, check: GrantCheck): { granted: Granted | null; ended: string | null } {
    const [spent] = this.#sql.run<{ session_id: string }>(
      'SELECT session_id FROM spent_refresh WHERE hash = ?',
      oldHash,
    );
    if (spent) return { granted: null, ended: spent.session_id };
    const session = this.#byRefresh(oldHash, check.now);
    if (!session || session.client_id !== check.clientId || session.key_thumbprint !== check.keyThumbprint) {
      return { granted: null, ended: null };
    }
    const idleEnd = check.now + SESSION_IDLE_SECONDS * 1000;
    this.#sql.run(
      'INSERT INTO spent_refresh (hash, session_id, spent_at) VALUES (?, ?, ?)',
      oldHash,
      session.id,
      check.now,
    );
    this.#sql.run(
      `DELETE FROM spent_refresh WHERE session_id = ?1 AND spent_at < (
         SELECT spent_at FROM spent_refresh WHERE session_id = ?1 ORDER BY spent_at DESC LIMIT 1 OFFSET ?2)`,
      session.id,
      SPENT_REFRESH_KEPT,
    );
    this.#sql.run(
      'UPDATE sessions SET refresh_hash = ?, expires_at = ?, last_used_at = ?, address = ?, user_agent = ? WHERE id = ?',
      newHash,
      Math.min(idleEnd, session.created_at + SESSION_MAX_SECONDS * 1000),
      check.now,
      check.address,
      check.userAgent,
      session.id,
    );
    return { granted: grantedOf(session), ended: null };
  }

  /** The session that a live refresh token belongs to. */
  ofRefresh(hash: string, now: number): Granted | null {
    const session = this.#byRefresh(hash, now);
    return session ? grantedOf(session) : null;
  }

  #byRefresh(hash: string, now: number): SessionRow | null {
    const [row] = this.#sql.run<SessionRow>('SELECT * FROM sessions WHERE refresh_hash = ?', hash);
    return row && row.expires_at >= now ? row : null;
  }

  /** Whether a session is alive. */
  isAlive(id: string, now: number): boolean {
    return this.#sql.run('SELECT 1 FROM sessions WHERE id = ? AND expires_at >= ?', id, now).length > 0;
  }

  /** A user's sessions, newest first. */
  list(userId: string, cursor: string | undefined, limit: number, now: number): Page<Session> {
    const rows = this.#sql.run<SessionRow>(
      'SELECT * FROM sessions WHERE user_id = ? AND id < ? AND expires_at >= ? ORDER BY id DESC LIMIT ?',
      userId,
      beforeId({ cursor }),
      now,
      limit + 1,
    );
    return cutPageById(rows, limit, show);
  }

  /** Ends a session; `userId` narrows it to that user's. */
  end(id: string, userId?: string): boolean {
    const ended = this.#sql.run(
      'DELETE FROM sessions WHERE id = ? AND (? IS NULL OR user_id = ?) RETURNING id',
      id,
      userId ?? null,
      userId ?? null,
    );
    if (ended.length > 0) this.#sql.run('DELETE FROM spent_refresh WHERE session_id = ?', id);
    return ended.length > 0;
  }

  /** Takes back what a user has not redeemed yet: codes, and sign-ins that wait for their second factor. */
  dropUnredeemed(userId: string): void {
    this.#sql.run(`DELETE FROM codes WHERE session_id IS NULL AND json_extract(grant_body, '$.userId') = ?`, userId);
    this.#sql.run(`DELETE FROM pending_logins WHERE json_extract(body, '$.userId') = ?`, userId);
  }

  /** The ids of a user's sessions but one. */
  idsOf(userId: string, exceptId: string | null): string[] {
    return this.#sql
      .run<{ id: string }>('SELECT id FROM sessions WHERE user_id = ? AND id <> ?', userId, exceptId ?? '')
      .map((row) => row.id);
  }

  /** Sessions that have run out and are still kept. */
  expired(now: number): string[] {
    return this.#sql.run<{ id: string }>('SELECT id FROM sessions WHERE expires_at < ?', now).map((row) => row.id);
  }

  /** Drops what has expired; false when nothing is left that will. */
  sweep(now: number): boolean {
    const tables = ['codes', 'tickets', 'revoked_tokens', 'used_ids', 'pending_logins'];
    for (const table of tables) this.#sql.run(`DELETE FROM ${table} WHERE expires_at < ?`, now);
    return [...tables, 'sessions'].some((table) => this.#sql.run(`SELECT 1 FROM ${table} LIMIT 1`).length > 0);
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

  /** Takes in whether a machine client is enabled, unless a later version of it was heard of. */
  setClient(id: string, enabled: boolean, version: number): void {
    this.#sql.run(
      `INSERT INTO clients (id, enabled, version) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, version = excluded.version
       WHERE excluded.version >= version`,
      id,
      enabled ? 1 : 0,
      version,
    );
  }

  /** Whether a machine client is disabled. */
  isDisabled(id: string): boolean {
    return this.#sql.run('SELECT 1 FROM clients WHERE id = ? AND enabled = 0', id).length > 0;
  }

  /** Whether the session or client that sockets belong to is still good. */
  #isGood(holder: string, now: number): boolean {
    return holder.startsWith('ses_') ? this.isAlive(holder, now) : !this.isDisabled(holder);
  }

  /** Keeps a WebSocket ticket for the session or client that its socket will belong to; false when that has ended. */
  storeTicket(hash: string, topic: string, holder: string, until: number, now: number): boolean {
    if (!this.#isGood(holder, now)) return false;
    this.#sql.run(
      'INSERT INTO tickets (hash, topic, holder, expires_at) VALUES (?, ?, ?, ?)',
      hash,
      topic,
      holder,
      until,
    );
    return true;
  }

  /** Redeems a ticket, once, and remembers where its holder listens. */
  redeemTicket(hash: string, now: number): { topic: string; holder: string } | null {
    const [ticket] = this.#sql.run<{ topic: string; holder: string; expires_at: number }>(
      'DELETE FROM tickets WHERE hash = ? RETURNING topic, holder, expires_at',
      hash,
    );
    if (!ticket || ticket.expires_at < now || !this.#isGood(ticket.holder, now)) return null;
    const { topic, holder } = ticket;
    this.#sql.run('INSERT INTO sockets (holder, topic) VALUES (?, ?) ON CONFLICT DO NOTHING', holder, topic);
    return { topic, holder };
  }

  /** Takes a holder's tickets away and notes that its sockets must be closed; false when it has none. */
  closeSocketsOf(holder: string, now: number): boolean {
    this.#sql.run('DELETE FROM tickets WHERE holder = ?', holder);
    this.#sql.run(
      `INSERT INTO closings (holder, topic, due_at) SELECT holder, topic, ? FROM sockets WHERE holder = ?
       ON CONFLICT DO UPDATE SET looks = 0, tries = 0, due_at = excluded.due_at`,
      now,
      holder,
    );
    return this.#sql.run('DELETE FROM sockets WHERE holder = ? RETURNING topic', holder).length > 0;
  }

  /** Everybody who may hold a socket. */
  holders(): string[] {
    return this.#sql.run<{ holder: string }>('SELECT DISTINCT holder FROM sockets').map((row) => row.holder);
  }

  /** The sockets to close now, oldest due first. */
  closings(now: number): { holder: string; topic: string; looks: number; tries: number }[] {
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
  postponeClosing(holder: string, topic: string, dueAt: number, looked: boolean): void {
    this.#sql.run(
      'UPDATE closings SET due_at = ?, looks = looks + ?, tries = tries + 1 WHERE holder = ? AND topic = ?',
      dueAt,
      looked ? 1 : 0,
      holder,
      topic,
    );
  }

  /** Forgets a closing. */
  dropClosing(holder: string, topic: string): void {
    this.#sql.run('DELETE FROM closings WHERE holder = ? AND topic = ?', holder, topic);
  }
}

function grantedOf(row: SessionRow): Granted {
  return { ...(JSON.parse(row.grant_body) as Grant), sessionId: row.id, keyThumbprint: row.key_thumbprint };
}

function show(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    createdAt: iso(row.created_at),
    lastUsedAt: iso(row.last_used_at),
    expiresAt: iso(row.expires_at),
    methods: (JSON.parse(row.grant_body) as Grant).methods,
    address: row.address,
    userAgent: row.user_agent,
  };
}
