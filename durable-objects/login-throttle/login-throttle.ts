/**
 * LoginThrottle: failed sign-ins of accounts and addresses, whether or not the account exists: an
 * unknown user is throttled like a known one. Keys are hashes, and many objects share them out.
 */
import { DurableObject } from 'cloudflare:workers';
import type { ThrottleKey } from '../../contracts/identity/access.ts';
import { pauseBefore } from '../../domain/security/failures.ts';
import { wallClock } from '../../platform/clock.ts';
import { LOGIN_FAILURES_WIDE, LOGIN_KNOWN_DAYS, LOGIN_WINDOW_MS } from '../../platform/limits.ts';
import { DEADLINES_TABLE, Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';

const MIGRATIONS = [
  `CREATE TABLE failures (key TEXT NOT NULL, at INTEGER NOT NULL);
   CREATE INDEX failures_by_key ON failures (key, at);
   CREATE TABLE known (key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
   ${DEADLINES_TABLE}`,
] as const;

/** The Durable Object class. */
export class LoginThrottle extends DurableObject {
  readonly #sql: Sql;
  readonly #deadlines: Deadlines<'sweep'>;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
    this.#deadlines = new Deadlines(this.#sql, ctx.storage, wallClock);
  }

  async attempt(keys: ThrottleKey[], known: string | null): Promise<number> {
    const now = Date.now();
    const isKnown = known !== null && this.#isKnown(known, now);
    const counting = keys.filter((key) => !(key.spared && isKnown));
    const pause = Math.max(0, ...counting.map(({ key, failures }) => this.#pauseOf(key, failures, now)));
    // Counted before the work: of tries made at once no more than allowed get past this turn.
    if (pause === 0) for (const { key } of keys) this.#note(key, now);
    this.#deadlines.ensure('sweep', now + LOGIN_WINDOW_MS);
    return pause;
  }

  async succeeded(keys: string[], forgiven: string[], known: string | null): Promise<void> {
    for (const key of keys) {
      this.#sql.run(
        'DELETE FROM failures WHERE rowid = (SELECT rowid FROM failures WHERE key = ? ORDER BY at DESC LIMIT 1)',
        key,
      );
    }
    for (const key of forgiven) this.#sql.run('DELETE FROM failures WHERE key = ?', key);
    if (known === null) return;
    this.#sql.run(
      'INSERT INTO known (key, until) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = excluded.until',
      known,
      Date.now() + LOGIN_KNOWN_DAYS * 86_400_000,
    );
  }

  #isKnown(key: string, now: number): boolean {
    return this.#sql.run('SELECT 1 FROM known WHERE key = ? AND until > ?', key, now).length > 0;
  }

  #pauseOf(key: string, failures: number, now: number): number {
    const at = this.#sql
      .run<{ at: number }>('SELECT at FROM failures WHERE key = ? ORDER BY at DESC LIMIT ?', key, failures)
      .map((row) => row.at)
      .reverse();
    return pauseBefore(at, now, { failures, windowMs: LOGIN_WINDOW_MS });
  }

  #note(key: string, now: number): void {
    this.#sql.run('INSERT INTO failures (key, at) VALUES (?, ?)', key, now);
    this.#sql.run(
      `DELETE FROM failures WHERE key = ?1 AND at < (SELECT at FROM failures WHERE key = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`,
      key,
      LOGIN_FAILURES_WIDE,
    );
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      sweep: async () => {
        this.#sql.run('DELETE FROM failures WHERE at <= ?', Date.now() - LOGIN_WINDOW_MS);
        this.#sql.run('DELETE FROM known WHERE until <= ?', Date.now());
        const [left] = this.#sql.run<{ n: number }>('SELECT count(*) AS n FROM failures');
        return left!.n > 0 ? Date.now() + LOGIN_WINDOW_MS : null;
      },
    });
  }
}
