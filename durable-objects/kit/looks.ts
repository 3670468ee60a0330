/** When an object looks for a change that was announced to it: soon, should its writer die, and again for a slow write. */

/** After the announcement: within the second in which every revocation is felt, and twice more. */
const LOOKS_MS = [1_000, 5_000, 30_000];

/** Looks for one kind of change. In memory only: an object that wakes anew looks once more than it must. */
export class Looks {
  #taken = 0;

  /** A change is announced: when to look first, ms since the epoch. */
  begin(now: number): number {
    this.#taken = 0;
    return now + LOOKS_MS[0]!;
  }

  /** A look was taken: when to take the next one, or null. */
  next(now: number): number | null {
    const after = LOOKS_MS[++this.#taken];
    return after === undefined ? null : now + after;
  }
}
