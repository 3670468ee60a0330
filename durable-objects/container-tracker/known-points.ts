import { saidBy } from '../../domain/journey/event.ts';
import { monthOf, type PointTuple, toPosition } from '../../domain/positions/chunk.ts';

import type { ClosedChunk, TrackerStorage } from './storage.ts';

const said = (point: PointTuple): string => saidBy(toPosition(point));

/**
 * The points that a batch is compared with: those of the batch, the open chunk, and each closed chunk
 * that a late point may have a twin in, read once. A look-up by its instant a point, however late the batch; what else two
 * points say is compared only where they are of one instant.
 */
export class KnownPoints {
  readonly #storage: TrackerStorage;
  readonly #open: PointTuple[];
  readonly #first = new Map<number, PointTuple>();
  /** The points of an instant that has several, which is rare, by all that they say. */
  readonly #several = new Map<number, Map<string, PointTuple>>();
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
    const twin = this.#twinOf(point);
    if (twin) return twin[6] === point[6] ? 'redelivered' : 'duplicate';
    this.#add(point);
    return 'new';
  }

  /** The known point that says the same. */
  #twinOf(point: PointTuple): PointTuple | undefined {
    const first = this.#first.get(point[0]);
    return first && this.#severalAt(first).get(said(point));
  }

  #add(point: PointTuple): void {
    const first = this.#first.get(point[0]);
    if (first) this.#severalAt(first).set(said(point), point);
    else this.#first.set(point[0], point);
  }

  #severalAt(first: PointTuple): Map<string, PointTuple> {
    let several = this.#several.get(first[0]);
    if (!several) {
      several = new Map([[said(first), first]]);
      this.#several.set(first[0], several);
    }
    return several;
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
    for (const point of points) this.#add(point);
  }
}
