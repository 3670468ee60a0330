/** Exact quotas a minute, kept in memory and reserved in storage chunk by chunk. */
import { giveBack, type QuotaCount, type QuotaGrant, recoveredCount, takeQuota } from '../../domain/security/quota.ts';
import { QUOTA_CHUNK } from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

const WINDOW_MS = 60_000;

/** The table, as every object made from now on has it. Append-only. */
export const QUOTAS = [
  `CREATE TABLE IF NOT EXISTS quotas (
     key TEXT PRIMARY KEY,
     window INTEGER NOT NULL,
     reserved INTEGER NOT NULL
   ) WITHOUT ROWID;`,
];

/** The quotas of an organisation. */
export class QuotaBook {
  readonly #sql: Sql;
  readonly #counts = new Map<string, QuotaCount>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Takes up to `wanted` units of a key. */
  take(key: string, limit: number, wanted: number, now: number): QuotaGrant {
    const grant = takeQuota(this.#count(key), now, { limit, windowMs: WINDOW_MS }, wanted, QUOTA_CHUNK);
    this.#counts.set(key, grant.count);
    if (grant.store) {
      this.#sql.run(
        `INSERT INTO quotas (key, window, reserved) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET window = excluded.window, reserved = excluded.reserved`,
        key,
        grant.count.window,
        grant.count.reserved,
      );
    }
    return grant;
  }

  /** Gives units back that were granted in a window and not used. */
  giveBack(key: string, window: number, units: number): void {
    const count = giveBack(this.#count(key), window, units);
    if (count) this.#counts.set(key, count);
  }

  /** Forgets windows that are over; false when none is left. */
  sweep(now: number): boolean {
    const window = Math.floor(now / WINDOW_MS);
    for (const [key, count] of this.#counts) if (count.window < window) this.#counts.delete(key);
    this.#sql.run('DELETE FROM quotas WHERE window < ?', window);
    return this.#counts.size > 0;
  }

  #count(key: string): QuotaCount | null {
    const known = this.#counts.get(key);
    if (known) return known;
    const [row] = this.#sql.run<{ window: number; reserved: number }>(
      'SELECT window, reserved FROM quotas WHERE key = ?',
      key,
    );
    return row ? recoveredCount(row.window, row.reserved) : null;
  }
}
