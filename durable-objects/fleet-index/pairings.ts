/** Which container a device was on, and when: the time of a fix tells whose it is. */
import type { Sql } from '../kit/sql.ts';

/** The table, with what the release before knew of devices. */
export const PAIRINGS_TABLE = `CREATE TABLE pairings (
     device_id TEXT NOT NULL,
     from_at INTEGER NOT NULL,
     until_at INTEGER,
     number TEXT NOT NULL,
     PRIMARY KEY (device_id, from_at)
   ) WITHOUT ROWID;
   INSERT INTO pairings (device_id, from_at, number) SELECT device_id, 0, number FROM devices;
   DROP TABLE devices;`;

/** A device on a container; instants in ms, `fromAt` 0 for a pairing from the first fix on, `untilAt` null while it lasts. */
export interface Pairing {
  deviceId: string;
  number: string;
  fromAt: number;
  untilAt: number | null;
}

/** Pairings kept of a device: those of some years. */
const PAIRINGS_MAX = 200;
const COLUMNS = 'device_id AS deviceId, number, from_at AS fromAt, until_at AS untilAt';

/** The pairings of one fleet. */
export class Pairings {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Puts a device on a container for a time. What it was on then ends; its first pairing reaches back to its first fix. */
  pair({ deviceId, number, fromAt, untilAt }: Pairing, isFromKnown: boolean): Pairing {
    const known = this.of(deviceId, Number.MAX_SAFE_INTEGER, PAIRINGS_MAX);
    const from = known.length === 0 && !isFromKnown ? 0 : fromAt;
    const next = known.filter((each) => each.fromAt > from).at(-1);
    const until = untilAt ?? next?.fromAt ?? null;
    this.#sql.run(
      'UPDATE pairings SET until_at = ? WHERE device_id = ? AND from_at < ? AND (until_at IS NULL OR until_at > ?)',
      from,
      deviceId,
      from,
      from,
    );
    this.#sql.run(
      `INSERT INTO pairings (device_id, from_at, until_at, number) VALUES (?, ?, ?, ?)
       ON CONFLICT (device_id, from_at) DO UPDATE SET until_at = excluded.until_at, number = excluded.number`,
      deviceId,
      from,
      until,
      number,
    );
    if (known.length >= PAIRINGS_MAX) this.#drop(known.at(-1)!);
    return { deviceId, number, fromAt: from, untilAt: until };
  }

  /** Ends the pairing that holds at an instant, or null where none does. */
  unpair(deviceId: string, at: number): Pairing | null {
    const found = this.of(deviceId, Number.MAX_SAFE_INTEGER, PAIRINGS_MAX).find((pairing) => holds(pairing, at));
    if (!found) return null;
    this.#sql.run('UPDATE pairings SET until_at = ? WHERE device_id = ? AND from_at = ?', at, deviceId, found.fromAt);
    return { ...found, untilAt: at };
  }

  /** Ends whatever pairing of a container holds at an instant. */
  unpairFrom(number: string, at: number): void {
    this.#sql.run(
      'UPDATE pairings SET until_at = ? WHERE number = ? AND from_at < ? AND (until_at IS NULL OR until_at > ?)',
      at,
      number,
      at,
      at,
    );
  }

  /** The container that a device is on at an instant, or null. */
  numberAt(deviceId: string, at: number): string | null {
    return (
      this.of(deviceId, Number.MAX_SAFE_INTEGER, PAIRINGS_MAX).find((pairing) => holds(pairing, at))?.number ?? null
    );
  }

  /** The pairings of a device that begin before an instant, newest first. */
  of(deviceId: string, before: number, limit: number): Pairing[] {
    return this.#sql.run<{ [K in keyof Pairing]: Pairing[K] }>(
      `SELECT ${COLUMNS} FROM pairings WHERE device_id = ? AND from_at < ? ORDER BY from_at DESC LIMIT ?`,
      deviceId,
      before,
      limit,
    );
  }

  /** The last pairing of each device, by id, after an id. */
  last(after: string, limit: number): Pairing[] {
    return this.#sql.run<{ [K in keyof Pairing]: Pairing[K] }>(
      `SELECT ${COLUMNS} FROM pairings AS p WHERE device_id > ?
         AND from_at = (SELECT max(from_at) FROM pairings WHERE device_id = p.device_id)
       ORDER BY device_id LIMIT ?`,
      after,
      limit,
    );
  }

  /** Every pairing of some devices, the one that began last first: of two that hold it is the one that counts. */
  ofAll(deviceIds: readonly string[]): Pairing[] {
    return this.#sql.run<{ [K in keyof Pairing]: Pairing[K] }>(
      `SELECT ${COLUMNS} FROM pairings WHERE device_id IN (SELECT value FROM json_each(?)) ORDER BY from_at DESC`,
      JSON.stringify(deviceIds),
    );
  }

  /** Forgets every pairing with a container. */
  forget(number: string): void {
    this.#sql.run('DELETE FROM pairings WHERE number = ?', number);
  }

  #drop({ deviceId, fromAt }: Pairing): void {
    this.#sql.run('DELETE FROM pairings WHERE device_id = ? AND from_at = ?', deviceId, fromAt);
  }
}

/** Whether a device was on the container of a pairing at an instant. */
export const holds = ({ fromAt, untilAt }: Pairing, at: number): boolean =>
  at >= fromAt && (untilAt === null || at < untilAt);
