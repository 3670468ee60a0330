/**
 * TenantPolicy: the strongly consistent part of a tenant's identity: authorization codes, sessions
 * with their rotating refresh tokens, and WebSocket tickets. Only hashes are stored.
 *
 * Contract: each decision is one synchronous turn, without an await between reading and writing, so
 * of any number of parallel uses of one code, refresh token or ticket exactly one succeeds.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Grant, TenantPolicyApi } from '../../contracts/identity.ts';
import type { Role } from '../../contracts/permissions.ts';
import { newId } from '../../platform/ids.ts';
import { SESSION_IDLE_SECONDS } from '../../platform/limits.ts';
import { Sql } from '../shared/sql.ts';
import { MIGRATIONS } from './migrations.ts';

type Code = {
  user_id: string;
  roles: string;
  client_id: string;
  redirect_uri: string;
  code_challenge: string;
  expires_at: number;
};
type Session = {
  id: string;
  user_id: string;
  roles: string;
  client_id: string;
  refresh_hash: string;
  expires_at: number;
};

/** The Durable Object class. */
export class TenantPolicy extends DurableObject implements TenantPolicyApi {
  readonly #sql: Sql;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
  }

  /** Keeps an authorization code's grant until it is redeemed or expires. */
  async storeCode(
    codeHash: string,
    grant: Grant & { redirectUri: string; codeChallenge: string },
    expiresAt: number,
  ): Promise<void> {
    this.#sql.run('DELETE FROM codes WHERE expires_at < ?', Date.now());
    this.#sql.run(
      'INSERT INTO codes (hash, user_id, roles, client_id, redirect_uri, code_challenge, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      codeHash,
      grant.userId,
      JSON.stringify(grant.roles),
      grant.clientId,
      grant.redirectUri,
      grant.codeChallenge,
      expiresAt,
    );
  }

  /** Turns a code into a session, once; a code tried with the wrong verifier is spent too. */
  async redeemCode(
    codeHash: string,
    check: { clientId: string; redirectUri: string; codeChallenge: string },
    refreshHash: string,
    now: number,
  ): Promise<(Grant & { sessionId: string }) | null> {
    const [code] = this.#sql.run<Code>('DELETE FROM codes WHERE hash = ? RETURNING *', codeHash);
    if (
      !code ||
      code.expires_at < now ||
      code.client_id !== check.clientId ||
      code.redirect_uri !== check.redirectUri ||
      code.code_challenge !== check.codeChallenge
    ) {
      return null;
    }
    const sessionId = newId('ses', now);
    this.#sql.run('DELETE FROM sessions WHERE expires_at < ?', now);
    this.#sql.run('DELETE FROM spent_refresh WHERE session_id NOT IN (SELECT id FROM sessions)');
    this.#sql.run(
      'INSERT INTO sessions (id, user_id, roles, client_id, refresh_hash, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      sessionId,
      code.user_id,
      code.roles,
      code.client_id,
      refreshHash,
      now + SESSION_IDLE_SECONDS * 1000,
    );
    return { sessionId, userId: code.user_id, roles: JSON.parse(code.roles) as Role[], clientId: code.client_id };
  }

  /** Swaps a refresh token for a new one; a token used a second time ends its session. */
  async rotateRefresh(
    oldHash: string,
    newHash: string,
    clientId: string,
    now: number,
  ): Promise<(Grant & { sessionId: string }) | null> {
    const [spent] = this.#sql.run<{ session_id: string }>(
      'SELECT session_id FROM spent_refresh WHERE hash = ?',
      oldHash,
    );
    if (spent) {
      this.#end(spent.session_id);
      return null;
    }
    const [session] = this.#sql.run<Session>('SELECT * FROM sessions WHERE refresh_hash = ?', oldHash);
    if (!session || session.expires_at < now || session.client_id !== clientId) return null;
    this.#sql.run('INSERT INTO spent_refresh (hash, session_id) VALUES (?, ?)', oldHash, session.id);
    this.#sql.run(
      'UPDATE sessions SET refresh_hash = ?, expires_at = ? WHERE id = ?',
      newHash,
      now + SESSION_IDLE_SECONDS * 1000,
      session.id,
    );
    return {
      sessionId: session.id,
      userId: session.user_id,
      roles: JSON.parse(session.roles) as Role[],
      clientId: session.client_id,
    };
  }

  /** Ends a session: its refresh token is worth nothing from now on. */
  async endSession(sessionId: string): Promise<boolean> {
    return this.#end(sessionId);
  }

  /** Keeps a WebSocket ticket until it is redeemed or expires. */
  async storeTicket(hash: string, topic: string, expiresAt: number): Promise<void> {
    this.#sql.run('DELETE FROM tickets WHERE expires_at < ?', Date.now());
    this.#sql.run('INSERT INTO tickets (hash, topic, expires_at) VALUES (?, ?, ?)', hash, topic, expiresAt);
  }

  /** The topic a ticket opens, once; null when it is unknown, spent or expired. */
  async redeemTicket(hash: string, now: number): Promise<string | null> {
    const [ticket] = this.#sql.run<{ topic: string; expires_at: number }>(
      'DELETE FROM tickets WHERE hash = ? RETURNING topic, expires_at',
      hash,
    );
    return ticket && ticket.expires_at >= now ? ticket.topic : null;
  }

  #end(sessionId: string): boolean {
    const ended = this.#sql.run('DELETE FROM sessions WHERE id = ? RETURNING id', sessionId);
    this.#sql.run('DELETE FROM spent_refresh WHERE session_id = ?', sessionId);
    return ended.length > 0;
  }
}
