/**
 * Exact quotas a minute. Counts are kept in memory and reserved in storage chunk by chunk, and written exactly once
 * it is quiet: an object that sleeps forgets nothing, and one that crashes counts less than a chunk too much.
 */
import {
  countIn,
  freeOf,
  leaseOf,
  type QuotaCount,
  type QuotaStatus,
  type Settlement,
  settle,
  statusOf,
  take,
  windowOf,
} from '../../domain/security/quota.ts';
import { POLICY_CACHE_MS, QUOTA_CHUNK } from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';

const WINDOW_MS = 60_000;
/** Leases end within this time: their life, and a moment for the word of it. */
const LEASES_END_MS = POLICY_CACHE_MS + 1_000;
/** Requests that may wait for leases to end; more are refused. */
const WAITING_MAX = 1_000;

/** The table, as every object made from now on has it. Append-only. */
export const QUOTAS = [
  `CREATE TABLE IF NOT EXISTS quotas (
     key TEXT PRIMARY KEY,
     window INTEGER NOT NULL,
     reserved INTEGER NOT NULL
   ) WITHOUT ROWID;`,
];

/** A key with its limit. */
export interface QuotaKey {
  key: string;
  limit: number;
}

/** Units that were taken: one for the request, and a lease beside it. */
export interface Taken {
  window: number;
  lease: number;
}

/** The quotas of an organisation. */
export class QuotaBook {
  readonly #sql: Sql;
  readonly #later: (ms: number, work: () => void) => void;
  readonly #counts = new Map<string, QuotaCount>();
  /** What storage has of each key. */
  readonly #stored = new Map<string, { window: number; reserved: number }>();
  readonly #waiting = new Set<(ended: boolean) => void>();
  #writing = false;

  constructor(sql: Sql, later: (ms: number, work: () => void) => void = (ms, work) => void setTimeout(work, ms)) {
    this.#sql = sql;
    this.#later = later;
  }

  /** Takes a unit of every key, all of which must have one that is free, and a lease of those wanted beside it. */
  take(keys: readonly QuotaKey[], wanted: number, now: number): Taken {
    const window = windowOf(now, WINDOW_MS);
    const lease = leaseOf(this.#free(keys, window), wanted);
    for (const { key } of keys) {
      const count = take(this.#count(key, window), lease);
      this.#counts.set(key, count);
      this.#reserve(key, count);
    }
    return { window, lease };
  }

  /** Takes a lease's end in, and wakes who waits for it. */
  settle(keys: readonly QuotaKey[], settlement: Settlement): void {
    for (const { key } of keys) {
      const count = this.#counts.get(key);
      if (count) this.#counts.set(key, settle(count, settlement));
    }
    for (const wake of this.#waiting) wake(true);
    this.#waiting.clear();
  }

  /** Whether every key has a unit that is free. */
  isFree(keys: readonly QuotaKey[], now: number): boolean {
    return this.#free(keys, windowOf(now, WINDOW_MS)) > 0;
  }

  #free(keys: readonly QuotaKey[], window: number): number {
    return Math.min(...keys.map(({ key, limit }) => freeOf(this.#count(key, window), limit)));
  }

  /** Whether a key that has nothing free has units on leases, which may come back. */
  isLeased(keys: readonly QuotaKey[], now: number): boolean {
    const window = windowOf(now, WINDOW_MS);
    const empty = keys.filter(({ key, limit }) => freeOf(this.#count(key, window), limit) === 0);
    return empty.length > 0 && empty.every(({ key }) => this.#count(key, window).leased > 0);
  }

  /** Resolves to true once a lease has ended, to false when none will: then the count stands as it is. */
  async leaseEnds(): Promise<boolean> {
    if (this.#waiting.size >= WAITING_MAX) return false;
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#later(LEASES_END_MS, () => {
        this.#waiting.delete(resolve);
        resolve(false);
      });
    });
  }

  /** How each key stands. */
  status({ key, limit }: QuotaKey, now: number): QuotaStatus {
    return statusOf(this.#count(key, windowOf(now, WINDOW_MS)), limit, now, WINDOW_MS);
  }

  /** Forgets windows that are over; false when none is left. */
  sweep(now: number): boolean {
    const window = windowOf(now, WINDOW_MS);
    for (const [key, count] of this.#counts) if (count.window < window) this.#counts.delete(key);
    for (const [key, stored] of this.#stored) if (stored.window < window) this.#stored.delete(key);
    this.#sql.run('DELETE FROM quotas WHERE window < ?', window);
    return this.#counts.size > 0;
  }

  #count(key: string, window: number): QuotaCount {
    let known = this.#counts.get(key) ?? null;
    if (!known) {
      const [row] = this.#sql.run<{ window: number; reserved: number }>(
        'SELECT window, reserved FROM quotas WHERE key = ?',
        key,
      );
      if (row) this.#stored.set(key, row);
      // A restart loses what was counted in memory: all that storage has reserved counts as spent.
      known = row ? { window: row.window, used: row.reserved, leased: 0 } : null;
    }
    return countIn(known, window);
  }

  #reserve(key: string, { window, used, leased }: QuotaCount): void {
    const stored = this.#stored.get(key);
    const total = used + leased;
    if (stored?.window !== window || stored.reserved < total) this.#write(key, window, total + QUOTA_CHUNK);
    if (this.#writing) return;
    this.#writing = true;
    this.#later(LEASES_END_MS, () => this.#writeExactly());
  }

  /** Stores what was spent, without the rest of the chunk, for the case that the object now goes to sleep. */
  #writeExactly(): void {
    this.#writing = false;
    for (const [key, { window, used, leased }] of this.#counts) {
      const stored = this.#stored.get(key);
      if (stored?.window === window && stored.reserved !== used + leased) this.#write(key, window, used + leased);
    }
  }

  #write(key: string, window: number, reserved: number): void {
    this.#sql.run(
      `INSERT INTO quotas (key, window, reserved) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET window = excluded.window, reserved = excluded.reserved`,
      key,
      window,
      reserved,
    );
    this.#stored.set(key, { window, reserved });
  }
}
