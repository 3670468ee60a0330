import { saidBy } from '../../domain/journey/event.ts';
import { type PointTuple, toPosition } from '../../domain/positions/chunk.ts';

import type { TrackerStorage } from './storage.ts';

/**
 * The points that a batch is compared with: those of the batch, the open chunk, and each closed chunk
 * that a late point may have a twin in, read once. A hash look-up a point, however late the batch.
 */
export class KnownPoints {
  readonly #storage: TrackerStorage;
  readonly #open: PointTuple[];
  readonly #origins = new Map<string, number>();
  readonly #loaded = new Set<string>();

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
    if (!this.#loaded.has('open')) this.#take('open', this.#open);
    for (const { name, read } of this.#storage.chunksAround(at)) {
      if (!this.#loaded.has(name)) this.#take(name, read());
    }
  }

  #take(name: string, points: PointTuple[]): void {
    this.#loaded.add(name);
    for (const point of points) this.#origins.set(saidBy(toPosition(point)), point[6]);
  }
}
