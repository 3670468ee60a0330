/**
 * When signing keys are made, sign, and are dropped. A key is published before it signs, so that
 * every edge has it by then, and stays published until the last token it signed has expired.
 */

/** The schedule, in ms. */
export interface KeyPeriods {
  /** How long a key signs before its successor takes over. */
  rotateEveryMs: number;
  /** How long a key is published before it signs: more than an edge keeps a key set. */
  publishAheadMs: number;
  /** How long a key stays published after it has stopped signing: more than a token lives. */
  overlapMs: number;
}

/** The instants of one key. */
export interface KeyTimes {
  kid: string;
  /** From when on it signs. */
  activeFrom: number;
  /** Until when it is published; null while nothing succeeds it. */
  dropAt: number | null;
}

/** The key that signs at an instant: the newest one whose time has come; null when there is none. */
export function signingKey<K extends KeyTimes>(keys: readonly K[], now: number): K | null {
  return keys
    .filter((key) => key.activeFrom <= now && (key.dropAt === null || key.dropAt > now))
    .reduce<K | null>((best, key) => (best && best.activeFrom >= key.activeFrom ? best : key), null);
}

/** The keys to publish at an instant. */
export function publishedKeys<K extends KeyTimes>(keys: readonly K[], now: number): K[] {
  return keys.filter((key) => key.dropAt === null || key.dropAt > now);
}

/** When the next key must be made: at once when there is none. */
export function nextKeyAt(keys: readonly KeyTimes[], periods: KeyPeriods): number {
  if (keys.length === 0) return 0;
  const newest = Math.max(...keys.map((key) => key.activeFrom));
  return newest + periods.rotateEveryMs - periods.publishAheadMs;
}

/**
 * A key whose private part cannot be opened any more, as the others go on without it: it signs nothing, and stays
 * published for what it has signed.
 */
export function retired<K extends KeyTimes>(key: K, now: number, periods: KeyPeriods): K {
  const until = now + periods.overlapMs;
  return { ...key, activeFrom: 0, dropAt: Math.min(key.dropAt ?? until, until) };
}

/**
 * Adds a key at an instant. The first one signs at once; a later one after it has been published for
 * a while, unless `immediately`: then it signs now and every other key is dropped, with all the
 * tokens it signed (what to do when a key has leaked).
 */
export function addKey(
  keys: readonly KeyTimes[],
  kid: string,
  now: number,
  periods: KeyPeriods,
  immediately = false,
): KeyTimes[] {
  if (immediately) return [{ kid, activeFrom: now, dropAt: null }];
  const activeFrom = signingKey(keys, now) ? now + periods.publishAheadMs : now;
  const succeeded = keys.map((key) => ({ ...key, dropAt: key.dropAt ?? activeFrom + periods.overlapMs }));
  return [...publishedKeys(succeeded, now), { kid, activeFrom, dropAt: null }];
}
