/** Sealing secrets anew after a rotation of their key, and counting what an earlier key is still needed for. */
import type { Remainder } from '../contracts/kit/sealing.ts';
import { open, seal, sealedWith } from './secrets.ts';

/** A sealed secret, what it is bound to, and how its row takes another sealing of the same secret. */
export interface Sealed {
  context: string;
  text: string;
  /** Stores the new sealing, unless the row has another secret by now. */
  replace: (fresh: string) => unknown;
}

/** What became of secrets. */
export interface Resealed {
  resealed: number;
  /** Secrets that could not be opened, by the key they need. */
  unreadable: Record<string, number>;
}

/** Seals secrets anew that are under another key than the ring's current one. One that cannot be opened stops no other. */
export async function resealAll(ring: string, current: string, secrets: Sealed[]): Promise<Resealed> {
  const found: Resealed = { resealed: 0, unreadable: {} };
  for (const { context, text, replace } of secrets) {
    const keyId = sealedWith(text);
    if (keyId === current) continue;
    try {
      await replace(await seal(ring, context, await open(ring, context, text)));
      found.resealed++;
    } catch {
      found.unreadable[keyId] = (found.unreadable[keyId] ?? 0) + 1;
    }
  }
  return found;
}

/** Adds up what several parts have found. */
export class ResealingTally {
  resealed = 0;
  readonly #remaining = new Map<string, Remainder>();

  /** Secrets of one kind. */
  add(what: string, { resealed, unreadable }: Resealed): void {
    this.resealed += resealed;
    for (const [keyId, count] of Object.entries(unreadable)) this.keep({ ring: 'sealing-keys', what, keyId, count });
  }

  /** Things that cannot be sealed anew, and need their key. */
  keep(entry: Remainder): void {
    const name = `${entry.ring}|${entry.what}|${entry.keyId}`;
    const known = this.#remaining.get(name);
    this.#remaining.set(name, { ...entry, count: entry.count + (known?.count ?? 0) });
  }

  /** What needs an earlier key. */
  get remaining(): Remainder[] {
    return [...this.#remaining.values()];
  }
}
