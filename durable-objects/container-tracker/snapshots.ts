/** What connections of full history had to say of a container, the newest of it. */
import type { TrackedEvent } from '../../domain/journey/event.ts';
import type { Snapshot } from '../../domain/journey/log.ts';
import { SNAPSHOTS_KEPT } from '../../platform/limits.ts';
import type { JourneyTables } from './journey-tables.ts';

/** A snapshot as a message carries it. */
export type SnapshotNews = Extract<TrackedEvent, { kind: 'snapshot' }>;

/** The snapshots of one container. */
export class Snapshots {
  readonly #tables: JourneyTables;
  readonly list: Snapshot[];

  constructor(tables: JourneyTables) {
    this.#tables = tables;
    this.list = tables.snapshots();
  }

  /** Takes a snapshot in; whether it says anything else than the last of its connection. */
  take({ connectionId, receipt, rows, receivedAt }: SnapshotNews, now: number): boolean {
    const own = this.#of(connectionId);
    if (own.some((snapshot) => snapshot.receipt === receipt)) return false;
    const last = lastOf(own);
    if (last && last.receipt < receipt && saysTheSame(last.rows, rows)) {
      this.#tables.renumberSnapshot(last, receipt);
      last.receipt = receipt;
      return false;
    }
    const snapshot = { connectionId, receipt, receivedAt: receivedAt ?? now, rows };
    this.list.push(snapshot);
    this.#tables.putSnapshot(snapshot);
    if (own.length >= SNAPSHOTS_KEPT) {
      const oldest = own.reduce((a, b) => (b.receipt < a.receipt ? b : a));
      this.list.splice(this.list.indexOf(oldest), 1);
      this.#tables.dropSnapshot(oldest);
    }
    return true;
  }

  /** Keys of statements that come into what a connection says, or leave it, with a snapshot. */
  changed({ connectionId, rows }: SnapshotNews): string[] {
    const nameOf = ([key, id]: Snapshot['rows'][number]): string => `${key}${id ?? ''}`;
    const before = new Map((lastOf(this.#of(connectionId))?.rows ?? []).map((row) => [nameOf(row), row[0]]));
    const after = new Map(rows.map((row) => [nameOf(row), row[0]]));
    const come = [...after].filter(([name]) => !before.has(name));
    const gone = [...before].filter(([name]) => !after.has(name));
    return [...come, ...gone].map(([, key]) => key);
  }

  #of(connectionId: string): Snapshot[] {
    return this.list.filter((snapshot) => snapshot.connectionId === connectionId);
  }
}

const lastOf = (own: readonly Snapshot[]): Snapshot | null =>
  own.reduce<Snapshot | null>((a, b) => (a && a.receipt > b.receipt ? a : b), null);

/**
 * Whether two snapshots say the same: the same rows in the same order. That all of them bear the time of the push, as where
 * a carrier has no other, is no difference.
 */
function saysTheSame(a: Snapshot['rows'], b: Snapshot['rows']): boolean {
  const isOne = (rows: Snapshot['rows']): boolean => rows.every((row) => row[2] === rows[0]![2]);
  const isStamped = isOne(a) && isOne(b);
  return (
    a.length === b.length &&
    a.every(([key, id, at], i) => key === b[i]![0] && id === b[i]![1] && (isStamped || at === b[i]![2]))
  );
}
