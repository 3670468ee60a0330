/**
 * How what an inbox has stored leaves it: straight or by the queue, and again until it has arrived. What is under way counts
 * against the connection's credit.
 */
import type { Failure } from '../../contracts/kit/result.ts';
import { INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';
import type { Logger } from '../../platform/log.ts';
import type { Deadlines } from '../kit/deadlines.ts';
import type { DispatchRow } from './dispatches.ts';
import { DrainRate } from './drain-rate.ts';
import { type Confirmation, Messages } from './messages.ts';
import type { IngressEvent } from './pack.ts';
import { telemetryQueue, type TelemetryQueues } from './partitions.ts';
import type { Receipts } from './receipts.ts';
import type { InboxStorage } from './storage.ts';
import { rescueStraight, Straight, STRAIGHT_LOOK_MS, type StraightEnv } from './straight.ts';

/** Where events go to. */
export interface OutgoingEnv extends TelemetryQueues, StraightEnv {
  /** Overrides the in-flight credit; for small installations and tests. */
  INBOX_CREDIT?: string;
}

interface Parts {
  env: OutgoingEnv;
  storage: InboxStorage;
  receipts: Receipts;
  deadlines: Deadlines<'resend' | 'straight' | 'connection' | 'held'>;
  transaction: <T>(work: () => T) => T;
  waitUntil: (work: Promise<unknown>) => void;
  log: Logger;
}

/** What leaves one inbox. */
export class Outgoing {
  readonly #parts: Parts;
  readonly #messages: Messages;
  readonly #straight: Straight;
  readonly #rate = new DrainRate();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { env, storage, receipts, transaction, log } = parts;
    this.#rescue();
    const queueOf = (tenantId: string) => telemetryQueue(env, tenantId);
    this.#messages = new Messages({ storage, receipts, queueOf, log });
    this.#straight = new Straight({ env, storage, receipts, messages: this.#messages, transaction, log });
  }

  /** The refusal of events that are more than may be on their way; null when there is room. */
  refusal(events: number): Failure | null {
    return this.#rate.refusal(this.#messages.inFlight, events, this.#parts.env.INBOX_CREDIT);
  }

  /** Whether the events of a delivery go straight to their containers. */
  isStraight(leaving: readonly IngressEvent[]): boolean {
    return this.#straight.takes(leaving);
  }

  /** After the commit: carries the message that stands in its receipt's row. */
  sendStraight(row: DispatchRow, now: number): void {
    this.#messages.inFlight += row.events;
    this.#parts.deadlines.ensure('straight', now + STRAIGHT_LOOK_MS);
    const arrived = (done: number): void => {
      if (done > 0) this.#rate.confirmed(done, Date.now());
      if (done < row.events) this.#lookAgain();
    };
    this.#parts.waitUntil(this.#straight.go(row, now).then(arrived));
  }

  /** After the commit: sends messages, and sees to it that they are sent again until they are confirmed; how many events. */
  send(dispatches: readonly DispatchRow[]): number {
    if (dispatches.length === 0) return 0;
    const events = dispatches.reduce((sum, dispatch) => sum + dispatch.events, 0);
    this.#messages.inFlight += events;
    this.#sendOn(dispatches);
    return events;
  }

  /** Messages are applied, or shares of them; what failed is tried again by itself. */
  confirm(confirmations: readonly Confirmation[]): void {
    const now = Date.now();
    const confirmed = this.#parts.transaction(() => this.#messages.confirm(confirmations, now));
    if (confirmed > 0) this.#rate.confirmed(confirmed, now);
    if (confirmations.some(({ failed }) => failed?.length)) this.#lookAgain();
  }

  /** Takes a message that keeps failing out of circulation. */
  park(dispatchId: number, error: string): void {
    this.#parts.transaction(() => this.#messages.park(dispatchId, error));
  }

  /** Sends a parked message again, or drops it for good: the keys that are forgotten with it, or null when there is none. */
  settle(dispatchId: number, action: 'replay' | 'discard'): string[] | null {
    const settled = this.#parts.transaction(() => this.#messages.settle(dispatchId, action));
    if (settled?.again) this.#sendOn([settled.again]);
    return settled && (settled.dropped ?? []);
  }

  /** Sends again what failed and what is lost; returns when to look again. */
  resend(): Promise<number | null> {
    return this.#messages.resend(Date.now(), async (id, error) => this.park(id, error));
  }

  /** Looks after what is under way straight; returns when to do so again. */
  lookAtStraight(): number | null {
    const next = this.#straight.look(Date.now());
    this.#lookAgain();
    return next;
  }

  /** What was under way straight when the object died is sent by the queue. */
  #rescue(): void {
    const { deadlines, storage, transaction } = this.#parts;
    const due = deadlines.at('straight');
    if (due === null) return;
    const now = Date.now();
    const found = transaction(() => rescueStraight(storage, 0, now));
    if (found > 0) deadlines.ensure('resend', now);
  }

  #sendOn(dispatches: readonly DispatchRow[]): void {
    this.#parts.deadlines.ensure('resend', Date.now() + INBOX_RESEND_AFTER_MS);
    this.#parts.waitUntil(this.#messages.send(dispatches).then(() => this.#lookAgain()));
  }

  #lookAgain(): void {
    const at = this.#messages.nextLook(Date.now());
    if (at !== null) this.#parts.deadlines.ensure('resend', at);
  }
}
