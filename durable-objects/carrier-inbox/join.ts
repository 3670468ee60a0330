/** What happens in an inbox when containers join shipments that its connection has spoken of. */
import type { Joined } from '../fleet-index/bookings.ts';
import type { Awaiting } from './awaiting.ts';
import type { Held } from './held.ts';
import { packEvents } from './pack.ts';
import { itemsOf, LETTER, type Receipts } from './receipts.ts';
import type { DispatchRow } from './dispatches.ts';
import type { InboxStorage } from './storage.ts';

/** What has become of it: messages to send, keys of what made room, and whether something waits for its number. */
export interface JoinedShare {
  dispatches: DispatchRow[];
  forgotten: string[];
  isHeld: boolean;
  /** Whether all of it is done. */
  isDone: boolean;
}

/** Shares of containers that join, in one transaction. */
const SHARES_AT_ONCE = 200;

/** What an inbox is made of, as far as containers that join are concerned. */
interface Parts {
  connectionId: string;
  storage: InboxStorage;
  receipts: Receipts;
  held: Held;
  awaiting: Awaiting;
  transaction: <T>(work: () => T) => T;
}

/** Has containers join, in shares of a transaction each: a booking may hold a ship's containers, and as many events. */
export function* join(parts: Parts, joined: readonly Joined[], now: number): Generator<JoinedShare> {
  for (let isDone = false; !isDone; ) {
    const share = parts.transaction(() => joinSome(parts, joined, now));
    yield share;
    isDone = share.isDone;
  }
}

/** Inside the transaction: messages for containers that are wanted; what is said of others waits until they are. */
function joinSome(parts: Parts, joined: readonly Joined[], now: number): JoinedShare {
  const { connectionId, storage, receipts, held, awaiting } = parts;
  const share: JoinedShare = { dispatches: [], forgotten: [], isHeld: false, isDone: true };
  const released = awaiting.release(joined, SHARES_AT_ONCE);
  share.isDone = released.length < SHARES_AT_ONCE;
  for (const { events, claim, ...of } of released) {
    if (claim !== 'claimed') {
      share.forgotten.push(...held.put(of, events));
      share.isHeld = true;
      continue;
    }
    receipts.settle(of.receipt, itemsOf(events, LETTER.queued), LETTER.unclaimed);
    for (const pack of packEvents(events)) {
      const message = { id: storage.dispatches.freshId(), receipt: of.receipt, pack, now };
      share.dispatches.push(storage.dispatches.add({ ...of, connectionId }, message));
    }
  }
  return share;
}
