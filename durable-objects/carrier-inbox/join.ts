/** What happens in an inbox when containers join shipments that its connection has spoken of. */
import type { Joined } from '../fleet-index/bookings.ts';
import type { Awaiting } from './awaiting.ts';
import type { Held } from './held.ts';
import { packEvents } from './pack.ts';
import { itemsOf, LETTER, type Receipts } from './receipts.ts';
import type { DispatchRow, InboxStorage } from './storage.ts';

/** What has become of it: messages to send, keys of what made room, and whether something waits for its number. */
export interface JoinedShare {
  dispatches: DispatchRow[];
  forgotten: string[];
  isHeld: boolean;
  /** Whether all of it is done; what is left is done by the next call. */
  isDone: boolean;
}

/** Shares of containers that join, in one transaction. */
const SHARES_AT_ONCE = 200;

/** Inside the transaction: messages for containers that are wanted; what is said of others waits until they are. */
export function join(
  parts: { connectionId: string; storage: InboxStorage; receipts: Receipts; held: Held; awaiting: Awaiting },
  joined: readonly Joined[],
  now: number,
): JoinedShare {
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
    for (const part of packEvents(events)) {
      const message = { id: storage.freshDispatchId(), receipt: of.receipt, events: part, now };
      share.dispatches.push(storage.newDispatch({ ...of, connectionId }, message));
    }
  }
  return share;
}
