/** The messages of an inbox on their way: sent, confirmed, sent again, parked, replayed, dropped. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { INBOX_MAX_SENDS, INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger } from '../../platform/log.ts';
import { ingressKey } from './ingress-keys.ts';
import { itemsOf, LETTER, letterOf, type Outcome, type Receipts } from './receipts.ts';
import { type DispatchRow, eventsOf, type InboxStorage } from './storage.ts';

const RESEND_BATCH = 50;

/** The messages of one inbox. Whatever writes runs inside the caller's transaction. */
export class Messages {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #queue: Queue<TelemetryMessage>;
  readonly #log: Logger;
  /** Events in messages that are neither confirmed nor parked. */
  inFlight: number;

  constructor(of: { storage: InboxStorage; receipts: Receipts; queue: Queue<TelemetryMessage>; log: Logger }) {
    this.#storage = of.storage;
    this.#receipts = of.receipts;
    this.#queue = of.queue;
    this.#log = of.log;
    this.inFlight = of.storage.inFlight();
  }

  /** Messages are applied, with what became of each event; how many events that were, but for parked ones. */
  confirm(confirmations: readonly { dispatchId: number; outcomes: Outcome[] }[]): number {
    let confirmed = 0;
    for (const { dispatchId, outcomes } of confirmations) {
      const dispatch = this.#storage.dispatch(dispatchId);
      if (!dispatch) continue;
      this.#receipts.settle(dispatch.receipt, outcomes.map(letterOf));
      this.#storage.deleteDispatch(dispatchId);
      if (dispatch.parkedAt === null) confirmed += dispatch.events;
    }
    this.inFlight = Math.max(0, this.inFlight - confirmed);
    return confirmed;
  }

  /** Takes a message that keeps failing out of circulation. */
  park(dispatchId: number, error: string): void {
    const dispatch = this.#storage.dispatch(dispatchId);
    if (!dispatch || dispatch.parkedAt !== null) return;
    this.#storage.setParked(dispatchId, Date.now(), 0);
    if (!dispatch.error) this.#storage.noteError(dispatchId, error);
    this.#receipts.settle(dispatch.receipt, itemsOf(eventsOf(dispatch), LETTER.parked));
    this.inFlight = Math.max(0, this.inFlight - dispatch.events);
    this.#log('error', 'dispatch.parked', { dispatchId, error: dispatch.error ?? error });
  }

  /** A parked message goes on its way again, or is dropped with its keys, so that it may be posted again; null for none. */
  settle(dispatchId: number, action: 'replay' | 'discard'): { again?: DispatchRow; dropped?: string[] } | null {
    const dispatch = this.#storage.dispatch(dispatchId);
    if (!dispatch || dispatch.parkedAt === null) return null;
    const events = eventsOf(dispatch);
    if (action === 'discard') {
      const dropped = events.map(ingressKey);
      this.#storage.forgetKeys(dispatch.receipt, dropped);
      this.#receipts.settle(dispatch.receipt, itemsOf(events, LETTER.discarded), LETTER.parked);
      this.#storage.deleteDispatch(dispatch.id);
      return { dropped };
    }
    this.#storage.setParked(dispatchId, null, Date.now() + INBOX_RESEND_AFTER_MS);
    this.#receipts.settle(dispatch.receipt, itemsOf(events, LETTER.queued), LETTER.parked);
    this.inFlight += dispatch.events;
    return { again: dispatch };
  }

  /** Sends unconfirmed messages again, or has them parked; returns when to look again. */
  async resend(now: number, park: (id: number, error: string) => Promise<void>): Promise<number | null> {
    const due = this.#storage.overdue(now, RESEND_BATCH);
    for (const { id, sends } of due) {
      if (sends >= INBOX_MAX_SENDS) await park(id, `not confirmed after ${sends} sends`);
      else this.#storage.resent(id, now + INBOX_RESEND_AFTER_MS * 2 ** sends);
    }
    await this.send(due.filter(({ sends }) => sends < INBOX_MAX_SENDS));
    return this.#storage.nextDue();
  }

  /** Sends messages. One that cannot be sent is not lost: it stays stored, and the alarm sends it again. */
  async send(dispatches: readonly DispatchRow[]): Promise<void> {
    for (const dispatch of dispatches) {
      try {
        this.#storage.sql.countMessage(dispatch.body.length);
        await this.#queue.send(JSON.parse(dispatch.body) as TelemetryMessage);
      } catch (error) {
        this.#log('warn', 'dispatch.send_failed', { dispatchId: dispatch.id, error: errorText(error) });
      }
    }
  }
}
