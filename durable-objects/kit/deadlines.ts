import type { Clock } from '../../platform/clock.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import type { Sql } from './sql.ts';

/** The table a user of Deadlines puts into its migrations. */
export const DEADLINES_TABLE = 'CREATE TABLE deadlines (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;';

/** An alarm that is late by this much, wall time, is looked for. */
const LOST_AFTER_MS = 60_000;
/** How soon a handler that threw is tried again, wall time. */
const RETRY_MS = 30_000;

/**
 * Many named deadlines on an object's single alarm. Instants are the world's; the alarm is set in
 * wall time. Setting a deadline that is already due no later costs no write.
 */
export class Deadlines<Name extends string> {
  readonly #sql: Sql;
  readonly #storage: DurableObjectStorage;
  readonly #clock: Clock;
  readonly #at = new Map<Name, number>();

  constructor(sql: Sql, storage: DurableObjectStorage, clock: Clock) {
    this.#sql = sql;
    this.#storage = storage;
    this.#clock = clock;
    this.reload();
    void this.#rescue();
  }

  /** Knows again what is stored: call it when a transaction has rolled back in which deadlines were set. */
  reload(): void {
    this.#at.clear();
    for (const row of this.#sql.run<{ name: Name; at: number }>('SELECT name, at FROM deadlines')) {
      this.#at.set(row.name, row.at);
    }
  }

  /** When a deadline is due; null when it is not set. */
  at(name: Name): number | null {
    return this.#at.get(name) ?? null;
  }

  /** Sets a deadline unless one of that name is due sooner or at the same time. */
  ensure(name: Name, at: number): void {
    const known = this.#at.get(name);
    if (known !== undefined && known <= at) {
      // Long past and still there: its alarm may be lost, and nobody else would set it again.
      if (this.#clock.toWall(known) < Date.now() - LOST_AFTER_MS) void this.#rescue();
      return;
    }
    const next = this.#next();
    this.#at.set(name, at);
    this.#sql.run(
      'INSERT INTO deadlines (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at',
      name,
      at,
    );
    if (next === null || at < next) void this.#arm();
  }

  /**
   * Does what is due; the alarm handler's whole body. A deadline is dropped, or moved to the instant its handler
   * returns, only after the work: a crash in between does the work again. A handler that throws is tried again
   * and keeps nobody else waiting; what is ensured while a handler runs counts beside what it returns.
   */
  async runDue(now: number, handlers: Record<Name, () => Promise<number | null>>): Promise<void> {
    const due = [...this.#at].filter(([, at]) => at <= now).map(([name]) => name);
    for (const name of due) {
      this.#at.delete(name);
      const next = await this.#run(name, now, handlers[name]);
      const instants = [next, this.#at.get(name) ?? null].filter((at) => at !== null);
      if (instants.length === 0) {
        this.#sql.run('DELETE FROM deadlines WHERE name = ?', name);
      } else {
        this.#at.set(name, Math.min(...instants));
        this.#sql.run('UPDATE deadlines SET at = ? WHERE name = ?', Math.min(...instants), name);
      }
    }
    if (this.#at.size > 0) await this.#arm();
  }

  async #run(name: Name, now: number, handler: () => Promise<number | null>): Promise<number | null> {
    try {
      return await handler();
    } catch (error) {
      loggerFor('deadlines', undefined)('error', 'deadline.failed', { name, error: errorText(error) });
      return now + RETRY_MS * this.#clock.speed;
    }
  }

  /** A past-due alarm may never fire after a crash: whoever wakes the object sets it again. */
  async #rescue(): Promise<void> {
    if (this.#at.size === 0) return;
    const alarm = await this.#storage.getAlarm();
    if (this.#at.size > 0 && (alarm === null || alarm < Date.now())) await this.#arm();
  }

  #next(): number | null {
    return this.#at.size > 0 ? Math.min(...this.#at.values()) : null;
  }

  #arm(): Promise<void> {
    const next = this.#next()!;
    this.#sql.countAlarm();
    // An alarm set for the present inside alarm() can be lost: always a moment ahead.
    return this.#storage.setAlarm(Math.max(this.#clock.toWall(next), Date.now() + 1_000));
  }
}
