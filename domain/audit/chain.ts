/**
 * The hash chain of an audit trail. The hash of an entry is SHA-256 over the hash of the one before and the canonical
 * JSON of its number and record, a line each; the first follows a hash of the trail's organisation. So the newest hash
 * stands for every entry before it.
 */
import { canonicalJson, type JsonObject } from './canonical.ts';

/** SHA-256 (FIPS 180-4) of a text in UTF-8, as 64 lower-case hexadecimal digits. */
export type Sha256 = (text: string) => string;

/** Where a trail has come to: the number and hash of its newest entry; number 0 of one without entries. */
export type ChainHead = {
  seq: number;
  hash: string;
};

/** An entry in its chain; numbers begin with 1 and have no gaps. */
export type ChainEntry<R extends JsonObject = JsonObject> = ChainHead & {
  previousHash: string;
  record: R;
};

/** How an entry is not what was once chained, and the number where it shows. */
export interface ChainFault {
  kind: 'changed' | 'removed' | 'inserted';
  seq: number;
  detail: string;
}

/** Names what is hashed, and this way of doing it: another way gets another name. */
const FORMAT = 'fairlead-audit-1';
/** Hashes that are remembered to tell an inserted entry from a missing one. */
const REMEMBERED = 1_000;

/** What the first entry of an organisation's trail follows. */
export function genesis(organisationId: string, sha256: Sha256): ChainHead {
  return { seq: 0, hash: sha256(`${FORMAT}\n${organisationId}`) };
}

/** The hash of a record under a number, behind a hash. */
export function hashOf({ seq, previousHash, record }: Omit<ChainEntry, 'hash'>, sha256: Sha256): string {
  return sha256(`${previousHash}\n${canonicalJson({ record, seq })}`);
}

/** The entry of a record behind a head. */
export function chained<R extends JsonObject>(record: R, head: ChainHead, sha256: Sha256): ChainEntry<R> {
  const entry = { seq: head.seq + 1, previousHash: head.hash, record };
  return { ...entry, hash: hashOf(entry, sha256) };
}

/** What a chain is verified by. */
export interface VerifyOptions {
  sha256: Sha256;
  /** What the first entry must follow. */
  from: ChainHead;
  /** A head that the trail once had, kept elsewhere: a trail without it was shortened or written anew. */
  known?: ChainHead | null;
}

/** Verifies a chain entry by entry, in the order of their numbers, in constant memory. */
export class ChainVerifier {
  readonly #sha256: Sha256;
  readonly #known: ChainHead | null;
  readonly #recent = new Map<string, number>();
  #head: ChainHead;

  constructor({ sha256, from, known = null }: VerifyOptions) {
    this.#sha256 = sha256;
    this.#known = known;
    this.#head = from;
    this.#remember(from);
  }

  /** How far the chain is right. */
  get head(): ChainHead {
    return this.#head;
  }

  /** Takes the next entry; answers what is wrong with it, after which no other can be judged. */
  take(entry: ChainEntry): ChainFault | null {
    const fault = this.#linkFault(entry);
    if (fault) return fault;
    this.#head = { seq: entry.seq, hash: entry.hash };
    this.#remember(this.#head);
    return this.#knownFault();
  }

  /** After the last entry: whether the known head was reached. */
  end(): ChainFault | null {
    const known = this.#known;
    if (known === null || known.seq <= this.#head.seq) return this.#knownFault();
    return faultAt('removed', this.#head.seq + 1, `the trail once had ${known.seq} entries and ends before this one`);
  }

  #linkFault(entry: ChainEntry): ChainFault | null {
    const { seq, previousHash, hash } = entry;
    const { seq: last, hash: expected } = this.#head;
    if (seq <= last) return faultAt('inserted', seq, 'the number is there a second time');
    if (seq > last + 1) return faultAt('removed', last + 1, `entry ${seq} comes next`);
    if (hashOf({ ...entry, previousHash: expected }, this.#sha256) === hash) {
      return previousHash === expected ? null : faultAt('changed', seq, 'its previous hash is another');
    }
    if (previousHash === expected) return faultAt('changed', seq, 'its hash does not fit its content');
    return this.#strangerFault(entry);
  }

  /** What is wrong where an entry follows another one than the one before it. */
  #strangerFault(entry: ChainEntry): ChainFault {
    const { seq, previousHash, hash } = entry;
    const fits = hashOf(entry, this.#sha256) === hash;
    const follows = this.#recent.get(previousHash);
    if (follows === undefined) {
      return fits
        ? faultAt('changed', seq - 1, `entry ${seq} was chained behind another one`)
        : faultAt('removed', seq, `what comes next follows an entry that is missing`);
    }
    const moved = hashOf({ ...entry, seq: follows + 1 }, this.#sha256) === hash;
    return moved && !fits
      ? faultAt('inserted', follows + 1, `what stood here has moved to ${seq}`)
      : faultAt('inserted', seq, `it follows entry ${follows}`);
  }

  #knownFault(): ChainFault | null {
    const { seq, hash } = this.#head;
    if (this.#known?.seq !== seq || this.#known.hash === hash) return null;
    return faultAt('changed', seq, 'its hash was another when the trail was verified before');
  }

  #remember({ hash, seq }: ChainHead): void {
    this.#recent.set(hash, seq);
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.keys().next().value!);
  }
}

const faultAt = (kind: ChainFault['kind'], seq: number, detail: string): ChainFault => ({ kind, seq, detail });

/** Verifies a whole chain; answers the first fault, or null, and how far it is right. */
export function verifyChain(
  entries: Iterable<ChainEntry>,
  options: VerifyOptions,
): { fault: ChainFault | null; head: ChainHead } {
  const verifier = new ChainVerifier(options);
  for (const entry of entries) {
    const fault = verifier.take(entry);
    if (fault) return { fault, head: verifier.head };
  }
  return { fault: verifier.end(), head: verifier.head };
}
