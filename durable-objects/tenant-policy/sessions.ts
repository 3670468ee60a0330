/** Sessions with their rotating refresh tokens. Only hashes are stored. */
import type { Grant, GrantCheck, Granted } from '../../contracts/identity/access.ts';
import type { Session } from '../../contracts/identity/people.ts';
import { beforeId, cutPageById } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import { newId } from '../../platform/ids.ts';
import { toInstant } from '../../platform/instants.ts';
import {
  RENEWAL_LEEWAY_MS,
  SESSION_IDLE_SECONDS,
  SESSION_MAX_SECONDS,
  SESSIONS_PER_USER_MAX,
  SPENT_REFRESH_KEPT,
} from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

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

/** A refresh token to be swapped, with its successor; `useProof` uses the proof up, once the token is known. */
export interface Rotation {
  oldHash: string;
  newHash: string;
  check: GrantCheck;
  useProof: () => boolean;
}

/** The tables, as every object made from now on has them. Append-only. */
export const SESSIONS = [
  `CREATE TABLE IF NOT EXISTS sessions (
     id TEXT PRIMARY KEY,
     user_id TEXT NOT NULL,
     grant_body TEXT NOT NULL,
     client_id TEXT NOT NULL,
     refresh_hash TEXT NOT NULL UNIQUE,
     key_thumbprint TEXT,
     address TEXT NOT NULL,
     user_agent TEXT,
     created_at INTEGER NOT NULL,
     last_used_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_id, id);
   CREATE TABLE IF NOT EXISTS spent_refresh (
     hash TEXT PRIMARY KEY,
     session_id TEXT NOT NULL,
     spent_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS spent_refresh_by_session ON spent_refresh (session_id, spent_at);`,
];

/** The sessions of an organisation. */
export class Sessions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Begins a session with its first refresh token. */
  begin(grant: Grant, check: GrantCheck, refreshHash: string): Granted {
    const id = newId('ses', check.now);
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
    return { ...grant, sessionId: id, keyThumbprint: check.keyThumbprint };
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

  /**
   * Swaps a refresh token for its successor. One that was spent before ends its session, which `ended` names,
   * unless the same client asks again within the leeway and nobody has used the successor yet: an answer that
   * was lost on the way, or two tabs at once (RFC 9700 section 4.14.2 leaves the detection of reuse to us).
   */
  rotate({ oldHash, newHash, check, useProof }: Rotation): { granted: Granted | null; ended: Granted | null } {
    const refused = { granted: null, ended: null };
    const [spent] = this.#sql.run<{ session_id: string; spent_at: number }>(
      'SELECT session_id, spent_at FROM spent_refresh WHERE hash = ?',
      oldHash,
    );
    const session = this.#byRefresh(spent ? newHash : oldHash, check.now);
    const sameHolder = session?.client_id === check.clientId && session.key_thumbprint === check.keyThumbprint;
    if (spent) {
      const askedAgain =
        sameHolder && spent.session_id === session.id && check.now - spent.spent_at <= RENEWAL_LEEWAY_MS;
      if (!askedAgain) return { granted: null, ended: this.of(spent.session_id) };
      return useProof() ? { granted: grantedOf(session), ended: null } : refused;
    }
    if (!sameHolder || !useProof()) return refused;
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

  /** A session by its id. */
  of(id: string): Granted | null {
    const [row] = this.#sql.run<SessionRow>('SELECT * FROM sessions WHERE id = ?', id);
    return row ? grantedOf(row) : null;
  }

  /** The session that a live refresh token belongs to. */
  ofRefresh(hash: string, now: number): Granted | null {
    const session = this.#byRefresh(hash, now);
    return session ? grantedOf(session) : null;
  }

  /** The session that a refresh token belongs to or belonged to before it was spent. */
  ofFamily(hash: string): Granted | null {
    const [row] = this.#sql.run<SessionRow>(
      `SELECT * FROM sessions WHERE refresh_hash = ?1
         OR id = (SELECT session_id FROM spent_refresh WHERE hash = ?1)`,
      hash,
    );
    return row ? grantedOf(row) : null;
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

  /** Ends a session; `userId` narrows it to that user's. Answers what it was, or null when there is none. */
  end(id: string, userId?: string): Granted | null {
    const [ended] = this.#sql.run<SessionRow>(
      'DELETE FROM sessions WHERE id = ? AND (? IS NULL OR user_id = ?) RETURNING *',
      id,
      userId ?? null,
      userId ?? null,
    );
    if (!ended) return null;
    this.#sql.run('DELETE FROM spent_refresh WHERE session_id = ?', id);
    return grantedOf(ended);
  }

  /** The ids of a user's sessions but one. */
  idsOf(userId: string, exceptId: string | null): string[] {
    return this.#sql
      .run<{ id: string }>('SELECT id FROM sessions WHERE user_id = ? AND id <> ?', userId, exceptId ?? '')
      .map((row) => row.id);
  }

  /** Lets a session go on under a later security version of its user. */
  carryOver(id: string, securityVersion: number): void {
    this.#sql.run(
      "UPDATE sessions SET grant_body = json_set(grant_body, '$.securityVersion', ?) WHERE id = ?",
      securityVersion,
      id,
    );
  }

  /** Sessions that have run out and are still kept. */
  expired(now: number): string[] {
    return this.#sql.run<{ id: string }>('SELECT id FROM sessions WHERE expires_at < ?', now).map((row) => row.id);
  }

  /** False when there is none, which could expire. Expired ones are ended one by one, so that their sockets close. */
  get some(): boolean {
    return this.#sql.run('SELECT 1 FROM sessions LIMIT 1').length > 0;
  }
}

function grantedOf(row: SessionRow): Granted {
  return { ...(JSON.parse(row.grant_body) as Grant), sessionId: row.id, keyThumbprint: row.key_thumbprint };
}

function show(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    createdAt: toInstant(row.created_at),
    lastUsedAt: toInstant(row.last_used_at),
    expiresAt: toInstant(row.expires_at),
    methods: (JSON.parse(row.grant_body) as Grant).methods,
    address: row.address,
    userAgent: row.user_agent,
  };
}
