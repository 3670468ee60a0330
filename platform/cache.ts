/** What an isolate may remember: bounded, and each entry for a lifetime. */

/** The clocks of caches are wall time; a lifetime of Infinity is for what never changes. */
export interface CacheOptions {
  /** Entries kept; the one used longest ago makes room. */
  capacity: number;
  ttlMs: number;
}

const caches = new Set<{ clear(): void }>();

/** A cache of an isolate. Entries are found until their lifetime ends. */
export class Cache<K, V> {
  readonly #entries = new Map<K, { value: V; until: number }>();
  readonly #options: CacheOptions;

  constructor(options: CacheOptions) {
    this.#options = options;
    caches.add(this);
  }

  /** The value, marked as just used; undefined when it is unknown or too old. */
  get(key: K, now = Date.now()): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.until <= now) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Stores a value for the cache's lifetime, or for one of its own. */
  set(key: K, value: V, now = Date.now(), ttlMs = this.#options.ttlMs): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + ttlMs });
    if (this.#entries.size > this.#options.capacity) this.#entries.delete(this.#entries.keys().next().value as K);
  }

  /** Drops an entry. */
  delete(key: K): void {
    this.#entries.delete(key);
  }

  /** Drops everything. */
  clear(): void {
    this.#entries.clear();
  }
}

/** Drops everything of every cache: for tests, whose storage is another one each time. */
export function clearCaches(): void {
  for (const cache of caches) cache.clear();
}
