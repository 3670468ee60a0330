/** A binary min-heap of numbers by priority, kept in two flat arrays (no object per entry). */
export class MinHeap {
  readonly #priorities: number[] = [];
  readonly #values: number[] = [];

  /** Entries held. */
  get size(): number {
    return this.#values.length;
  }

  /** Adds a value. */
  push(priority: number, value: number): void {
    let at = this.#values.length;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (this.#priorities[up]! <= priority) break;
      this.#priorities[at] = this.#priorities[up]!;
      this.#values[at] = this.#values[up]!;
      at = up;
    }
    this.#priorities[at] = priority;
    this.#values[at] = value;
  }

  /** Removes and returns the entry of least priority. Throws RangeError when empty. */
  pop(): { priority: number; value: number } {
    if (this.#values.length === 0) throw new RangeError('pop from an empty heap');
    const top = { priority: this.#priorities[0]!, value: this.#values[0]! };
    const priority = this.#priorities.pop()!;
    const value = this.#values.pop()!;
    if (this.#values.length > 0) this.#sink(priority, value);
    return top;
  }

  #sink(priority: number, value: number): void {
    const size = this.#values.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#priorities[child + 1]! < this.#priorities[child]!) child++;
      if (this.#priorities[child]! >= priority) break;
      this.#priorities[at] = this.#priorities[child]!;
      this.#values[at] = this.#values[child]!;
      at = child;
    }
    this.#priorities[at] = priority;
    this.#values[at] = value;
  }
}
