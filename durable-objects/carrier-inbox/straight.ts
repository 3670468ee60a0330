/**
 * Small deliveries go straight from the inbox to their containers; large ones, and those beyond what may be under way at
 * once, by the queue, where a burst shares its requests. A message that goes straight stands in its receipt's row until its
 * containers have it: two rows a delivery. One that does not arrive becomes an ordinary message, and the queue has it.
 */
import { INBOX_STRAIGHT_AT_ONCE, INBOX_STRAIGHT_CONTAINERS, INBOX_STRAIGHT_EVENTS } from '../../platform/limits.ts';
import { type Logger } from '../../platform/log.ts';
import { type CarryEnv, carry } from '../container-tracker/carry.ts';
import type { IngressEvent } from './pack.ts';
import type { Messages } from './messages.ts';
import { letterOf, type Receipts } from './receipts.ts';
import { contentOf, type DispatchRow } from './dispatches.ts';
import type { InboxStorage } from './storage.ts';

/** One that is under way for so long goes by the queue as well. */
const HUNG_AFTER_MS = 15_000;
/** How soon the inbox looks for what did not arrive because the object died. Whoever wakes it before has it look, too. */
export const STRAIGHT_LOOK_MS = 120_000;

/** Where an inbox's small deliveries go straight to. */
export interface StraightEnv extends CarryEnv {
  /** Overrides how many deliveries may be under way straight; 0 sends all by the queue. */
  INBOX_STRAIGHT_MAX?: string;
}

/** The messages of one inbox that go straight. */
export class Straight {
  readonly #env: StraightEnv;
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #messages: Messages;
  readonly #transaction: (work: () => void) => void;
  readonly #log: Logger;
  /** Under way, by id, with when they were stored. */
  readonly #open = new Map<number, { row: DispatchRow; since: number }>();

  constructor(of: {
    env: StraightEnv;
    storage: InboxStorage;
    receipts: Receipts;
    messages: Messages;
    transaction: (work: () => void) => void;
    log: Logger;
  }) {
    this.#env = of.env;
    this.#storage = of.storage;
    this.#receipts = of.receipts;
    this.#messages = of.messages;
    this.#transaction = of.transaction;
    this.#log = of.log;
  }

  /** Whether the events of a delivery go straight. */
  takes(leaving: readonly IngressEvent[]): boolean {
    const max = Number(this.#env.INBOX_STRAIGHT_MAX ?? INBOX_STRAIGHT_AT_ONCE);
    if (leaving.length === 0 || leaving.length > INBOX_STRAIGHT_EVENTS || this.#open.size >= max) return false;
    return new Set(leaving.map(({ container }) => container)).size <= INBOX_STRAIGHT_CONTAINERS;
  }

  /** Carries a stored message; resolves to how many of its events are done. The others are due to be sent by the queue. */
  async go(row: DispatchRow, since: number): Promise<number> {
    this.#open.set(row.id, { row, since });
    const message = contentOf(row);
    const { outcomes, failed, isListed } = (await carry(this.#env, [message], this.#log)).get(message)!;
    if (isListed && failed.size === 0 && this.#open.has(row.id)) {
      this.#transaction(() => this.#receipts.close(row.receipt, outcomes.map(letterOf)));
      this.#open.delete(row.id);
      this.#messages.inFlight -= row.events;
      return row.events;
    }
    let done = 0;
    this.#toQueue([row.id], since, () => {
      // A fleet that has not heard of it is to hear of all of it.
      if (isListed) done = this.#messages.confirm([{ dispatchId: row.id, outcomes, failed: [...failed] }], since);
    });
    return done;
  }

  /** Hands what is under way for too long to the queue; returns when to look again. */
  look(now: number): number | null {
    const hung = [...this.#open].filter(([, { since }]) => now - since >= HUNG_AFTER_MS).map(([id]) => id);
    if (hung.length > 0) this.#toQueue(hung, now);
    const oldest = Math.min(...[...this.#open.values()].map(({ since }) => since));
    return Number.isFinite(oldest) ? oldest + STRAIGHT_LOOK_MS : null;
  }

  /** Messages stand in their receipt's row no more, and are due to be sent by the queue; `also` is done with it, or not at all. */
  #toQueue(ids: readonly number[], now: number, also: () => void = () => {}): void {
    this.#transaction(() => {
      for (const id of ids) {
        const open = this.#open.get(id);
        if (open) this.#storage.dispatches.toQueue(open.row, now);
      }
      also();
    });
    // Not before: one that could not be handed over is still looked after.
    for (const id of ids) this.#open.delete(id);
  }
}

/** After the object has died: what had been under way since an instant is due to be sent by the queue. How many that are. */
export function rescueStraight(storage: InboxStorage, since: number, now: number): number {
  const rows = storage.openReceipts(since).map(({ receipt, body }): DispatchRow => {
    const { dispatchId, events } = contentOf({ body });
    return { id: dispatchId, receipt, body, events: events.length, sends: 1 };
  });
  for (const row of rows) storage.dispatches.toQueue(row, now);
  return rows.length;
}
