/** Tells the inboxes of connections which containers have joined the shipments that they spoke of: durably, at least once. */
import type { Bookings, Joined } from './bookings.ts';
import type { Claims } from './claims.ts';

/** What the inbox of a connection does with containers of shipments that it has spoken of. */
export interface ShipmentHolder {
  releaseJoined(joined: Joined[]): Promise<number>;
}

/** Connections that could not be told of a container are told by the alarm. */
const AGAIN_AFTER_MS = 10_000;
const BATCH = 500;

/** The joinings of one fleet. */
export class Joinings {
  readonly #bookings: Bookings;
  readonly #claims: Claims;
  readonly #holderOf: (connectionId: string) => ShipmentHolder;
  readonly #lookAt: (at: number) => void;

  constructor(of: {
    bookings: Bookings;
    claims: Claims;
    holderOf: (connectionId: string) => ShipmentHolder;
    /** Has `drain` called at an instant. */
    lookAt: (at: number) => void;
  }) {
    this.#bookings = of.bookings;
    this.#claims = of.claims;
    this.#holderOf = of.holderOf;
    this.#lookAt = of.lookAt;
  }

  /** The containers of shipments, with whether anybody wants to hear of them. */
  of(bookings: readonly string[]): Joined[] {
    return this.#withClaims(this.#bookings.ofAll(bookings));
  }

  /** After a commit: what is to be told is told now, or by the alarm. Resolves when there is nothing left to tell. */
  async tell(): Promise<void> {
    if (!this.#bookings.hasJoining()) return;
    this.#lookAt(Date.now() + AGAIN_AFTER_MS);
    // What fails here stays stored, and the alarm tells it.
    await this.drain().catch(() => {});
  }

  /** Tells every connection what it is to be told; nothing is forgotten before it has heard. */
  async drain(): Promise<null> {
    for (let all = this.#bookings.joining(BATCH); all.length > 0; all = this.#bookings.joining(BATCH)) {
      const { connectionId } = all[0]!;
      const own = all.filter((each) => each.connectionId === connectionId);
      const joined = this.#withClaims(own);
      const unclaimed = joined.flatMap(({ claim, number }) => (claim === 'unclaimed' ? [number] : []));
      this.#claims.note([...new Set(unclaimed)], connectionId, Date.now());
      await this.#holderOf(connectionId).releaseJoined(joined);
      this.#bookings.told(own);
    }
    return null;
  }

  #withClaims(pairs: readonly { booking: string; number: string }[]): Joined[] {
    const { claimed, ignored } = this.#claims.sort([...new Set(pairs.map(({ number }) => number))]);
    const [wanted, unwanted] = [new Set(claimed), new Set(ignored)];
    return pairs.map(({ booking, number }) => {
      return {
        booking,
        number,
        claim: wanted.has(number) ? 'claimed' : unwanted.has(number) ? 'ignored' : 'unclaimed',
      };
    });
  }
}
