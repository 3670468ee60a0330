/**
 * LoginThrottle: failed sign-ins of accounts and addresses, whether or not the account exists: an
 * unknown user is throttled like a known one. Keys are hashes, and many objects share them out.
 */
import { DurableObject } from 'cloudflare:workers';
import type { LoginThrottleApi } from '../../contracts/policy.ts';
import { pauseBefore } from '../../domain/security/failures.ts';
import { wallClock } from '../../platform/clock.ts';
import { LOGIN_FAILURES_WIDE, LOGIN_WINDOW_MS } from '../../platform/limits.ts';
import { Deadlines, DEADLINES_TABLE } from '../shared/deadlines.ts';
import { Sql } from '../shared/sql.ts';

const MIGRATIONS = [
  `CREATE TABLE failures (key TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE INDEX failures_by_key ON failures (key, at);
   ${DEADLINES_TABLE}`,
] as const;

/** The Durable Object class. */
export class LoginThrottle extends DurableObject implements LoginThrottleApi {
  readonly #sql: Sql;
  readonly #deadlines: Deadlines<'sweep'>;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
    this.#deadlines = new Deadlines(this.#sql, ctx.storage, wallClock);
  }

  async pause(keys: { key: string; failures: number }[]): Promise<number> {
    const now = Date.now();
    return Math.max(0, ...keys.map(({ key, failures }) => this.#pauseOf(key, failures, now)));
  }

  #pauseOf(key: string, failures: number, now: number): number {
    const at = this.#sql
      .run<{ at: number }>('SELECT at FROM failures WHERE key = ? ORDER BY at DESC LIMIT ?', key, failures)
      .map((row) => row.at)
      .reverse();
    return pauseBefore(at, now, { failures, windowMs: LOGIN_WINDOW_MS });
  }

  async failed(keys: string[]): Promise<void> {
    const now = Date.now();
    for (const key of keys) {
      this.#sql.run('INSERT INTO failures (key, at) VALUES (?, ?)', key, now);
      this.#sql.run(
        `DELETE FROM failures WHERE key = ?1 AND at < (SELECT at FROM failures WHERE key = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`,
        key,
        LOGIN_FAILURES_WIDE,
      );
    }
    this.#deadlines.ensure('sweep', now + LOGIN_WINDOW_MS);
  }

  async succeeded(key: string): Promise<void> {
    this.#sql.run('DELETE FROM failures WHERE key = ?', key);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      sweep: async () => {
        this.#sql.run('DELETE FROM failures WHERE at <= ?', Date.now() - LOGIN_WINDOW_MS);
        const [left] = this.#sql.run<{ n: number }>('SELECT count(*) AS n FROM failures');
        return left!.n > 0 ? Date.now() + LOGIN_WINDOW_MS : null;
      },
    });
  }
}
