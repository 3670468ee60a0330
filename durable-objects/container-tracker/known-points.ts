import { saidBy } from '../../domain/journey/event.ts';
import { monthOf, type PointTuple, toPosition } from '../../domain/positions/chunk.ts';

import type { ClosedChunk, TrackerStorage } from './storage.ts';

/**
 * The points that a batch is compared with: those of the batch, the open chunk, and each closed chunk
 * that a late point may have a twin in, read once. A hash look-up a point, however late the batch.
 */
export class KnownPoints {
  readonly #storage: TrackerStorage;
  readonly #open: PointTuple[];
  readonly #origins = new Map<string, number>();
  /** Closed chunks that may hold a twin and were not read yet, by month: looked for once, however many points are late. */
  readonly #unread = new Map<string, ClosedChunk[]>();
  #isOpenRead = false;

  constructor(storage: TrackerStorage, openPoints: PointTuple[]) {
    this.#storage = storage;
    this.#open = openPoints;
  }

  /** What a point is beside the known ones. `late` asks for the stored ones too. */
  compare(point: PointTuple, late: boolean): 'new' | 'redelivered' | 'duplicate' {
    if (late) this.#load(point[0]);
    const name = saidBy(toPosition(point));
    const origin = this.#origins.get(name);
    if (origin !== undefined) return origin === point[6] ? 'redelivered' : 'duplicate';
    this.#origins.set(name, point[6]);
    return 'new';
  }

  #load(at: number): void {
    if (!this.#isOpenRead) {
      this.#isOpenRead = true;
      this.#take(this.#open);
    }
    const month = monthOf(at);
    const unread = this.#unread.get(month) ?? this.#storage.chunksOf(month);
    const isAround = ({ firstAt, lastAt }: ClosedChunk): boolean => firstAt <= at && lastAt >= at;
    for (const chunk of unread) if (isAround(chunk)) this.#take(chunk.read());
    this.#unread.set(
      month,
      unread.filter((chunk) => !isAround(chunk)),
    );
  }

  #take(points: PointTuple[]): void {
    for (const point of points) this.#origins.set(saidBy(toPosition(point)), point[6]);
  }
}
