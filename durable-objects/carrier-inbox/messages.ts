/** The messages of an inbox on their way: sent, confirmed, sent again, parked, replayed, dropped. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { INBOX_MAX_SENDS, INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger } from '../../platform/log.ts';
import { failureWaitMs, isLost } from './evidence.ts';
import { ingressKey } from './ingress-keys.ts';
import { itemsOf, LETTER, letterOf, type Outcome, type Receipts } from './receipts.ts';
import { contentOf, type DispatchRow } from './dispatches.ts';
import type { InboxStorage } from './storage.ts';

const RESEND_BATCH = 50;

/** What became of a message: of each event that its container took, and of each container that failed, why. */
export interface Confirmation {
  dispatchId: number;
  outcomes: Outcome[];
  failed?: [container: string, error: string][];
}

/** The messages of one inbox. Whatever writes runs inside the caller's transaction. */
export class Messages {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #queueOf: (tenantId: string) => Queue<TelemetryMessage>;
  readonly #log: Logger;
  /** Events in messages that are neither confirmed nor parked. */
  inFlight: number;
  /** When the newest confirmed message was sent: what was sent well before it should have come, too. */
  #confirmedSentAt = 0;

  constructor(of: {
    storage: InboxStorage;
    receipts: Receipts;
    queueOf: (tenantId: string) => Queue<TelemetryMessage>;
    log: Logger;
  }) {
    this.#storage = of.storage;
    this.#receipts = of.receipts;
    this.#queueOf = of.queueOf;
    this.#log = of.log;
    this.inFlight = of.storage.dispatches.inFlight();
  }

  /** Messages are applied, or the shares of some of their containers; how many events are done, but for parked ones. */
  confirm(confirmations: readonly Confirmation[], now: number): number {
    let confirmed = 0;
    for (const { dispatchId, outcomes, failed = [] } of confirmations) {
      const dispatch = this.#storage.dispatches.find(dispatchId);
      if (!dispatch) continue;
      // Of one that was sent again nobody knows which of its sends has come.
      if (dispatch.sends === 1) this.#confirmedSentAt = Math.max(this.#confirmedSentAt, dispatch.sentAt);
      const open = this.#originsOf(dispatch, failed);
      this.#receipts.settle(dispatch.receipt, outcomes.filter(([origin]) => !open.has(origin)).map(letterOf));
      // What waits for a decision goes on waiting for it, unless all of it has been taken meanwhile.
      if (dispatch.parkedAt !== null && failed.length > 0) continue;
      const left = failed.length > 0 ? this.#split(dispatch, new Map(failed), now) : 0;
      this.#storage.dispatches.delete(dispatchId);
      if (dispatch.parkedAt === null) confirmed += dispatch.events - left;
    }
    this.inFlight = Math.max(0, this.inFlight - confirmed);
    return confirmed;
  }

  /** Items that are about a container that failed are open, whatever others have made of them. */
  #originsOf(dispatch: DispatchRow, failed: readonly [container: string, error: string][]): ReadonlySet<number> {
    if (failed.length === 0) return new Set();
    const containers = new Set(failed.map(([container]) => container));
    return new Set(
      contentOf(dispatch).events.flatMap(({ container, origin }) => (containers.has(container) ? [origin] : [])),
    );
  }

  /** The share of each container that failed becomes a message of its own: nobody else's share is tried again with it. */
  #split(dispatch: DispatchRow, failed: ReadonlyMap<string, string>, now: number): number {
    const shares = new Map<string, TelemetryMessage['events']>();
    for (const event of contentOf(dispatch).events) {
      if (failed.has(event.container)) shares.set(event.container, [...(shares.get(event.container) ?? []), event]);
    }
    let left = 0;
    for (const [container, events] of shares) {
      const error = failed.get(container)!;
      const id = this.#storage.dispatches.split(dispatch, events, {
        error,
        nextAt: now + failureWaitMs(dispatch.sends),
      });
      left += events.length;
      if (dispatch.sends >= INBOX_MAX_SENDS) this.park(id, error);
    }
    return left;
  }

  /** Takes a message that keeps failing out of circulation. */
  park(dispatchId: number, error: string): void {
    const dispatch = this.#storage.dispatches.find(dispatchId);
    if (!dispatch || dispatch.parkedAt !== null) return;
    this.#storage.dispatches.setParked(dispatchId, Date.now(), Date.now());
    if (!dispatch.error) this.#storage.dispatches.noteError(dispatchId, error);
    this.#receipts.settle(dispatch.receipt, itemsOf(contentOf(dispatch).events, LETTER.parked));
    this.inFlight = Math.max(0, this.inFlight - dispatch.events);
    this.#log('error', 'dispatch.parked', { dispatchId, error: dispatch.error ?? error });
  }

  /** A parked message goes on its way again, or is dropped with its keys, so that it may be posted again; null for none. */
  settle(dispatchId: number, action: 'replay' | 'discard'): { again?: DispatchRow; dropped?: string[] } | null {
    const dispatch = this.#storage.dispatches.find(dispatchId);
    if (!dispatch || dispatch.parkedAt === null) return null;
    const events = contentOf(dispatch).events;
    if (action === 'discard') {
      const dropped = events.map(ingressKey);
      this.#storage.forgetKeys(dispatch.receipt, dropped);
      this.#receipts.settle(dispatch.receipt, itemsOf(events, LETTER.discarded), LETTER.parked);
      this.#storage.dispatches.delete(dispatch.id);
      return { dropped };
    }
    this.#storage.dispatches.setParked(dispatchId, null, Date.now());
    this.#receipts.settle(dispatch.receipt, itemsOf(events, LETTER.queued), LETTER.parked);
    this.inFlight += dispatch.events;
    return { again: dispatch };
  }

  /** Sends again what failed and what is lost, or has it parked; returns when to look again. */
  async resend(now: number, park: (id: number, error: string) => Promise<void>): Promise<number | null> {
    const again = [...this.#storage.dispatches.failed(now, RESEND_BATCH), ...(await this.#lost(now))];
    for (const { id, sends } of again) {
      if (sends >= INBOX_MAX_SENDS) await park(id, `not confirmed after ${sends} sends`);
      else this.#storage.dispatches.resent(id, now);
    }
    await this.send(again.filter(({ sends }) => sends < INBOX_MAX_SENDS));
    return this.nextLook(now);
  }

  /** When to look for what failed or is lost; null when all is confirmed. */
  nextLook(now: number): number | null {
    const { sentAt, nextAt } = this.#storage.dispatches.firstOpen();
    const evidence = sentAt === null ? null : Math.max(sentAt, now) + INBOX_RESEND_AFTER_MS;
    const looks = [evidence, nextAt].filter((at) => at !== null);
    return looks.length > 0 ? Math.min(...looks) : null;
  }

  async #lost(now: number): Promise<DispatchRow[]> {
    const open = this.#storage.dispatches.unconfirmed(now - INBOX_RESEND_AFTER_MS, RESEND_BATCH);
    if (open.length === 0) return [];
    const backlog = await this.#backlog(contentOf(open[0]!).tenantId);
    const evidence = { now, backlog, confirmedSentAt: this.#confirmedSentAt };
    return open.filter((message) => isLost(message, evidence));
  }

  /** Messages that the queue has; null when it does not tell. */
  async #backlog(tenantId: string): Promise<number | null> {
    try {
      return (await this.#queueOf(tenantId).metrics()).backlogCount;
    } catch {
      return null;
    }
  }

  /** Sends messages. One that cannot be sent is not lost: it stays stored, and the alarm sends it again. */
  async send(dispatches: readonly DispatchRow[]): Promise<void> {
    for (const dispatch of dispatches) {
      try {
        this.#storage.sql.countMessage(dispatch.body.length);
        const message = contentOf(dispatch);
        await this.#queueOf(message.tenantId).send(message);
      } catch (error) {
        this.#log('warn', 'dispatch.send_failed', { dispatchId: dispatch.id, error: errorText(error) });
        // That it was not sent is known: there is nothing to wait for.
        this.#storage.dispatches.putOff(dispatch.id, Date.now() + failureWaitMs(dispatch.sends));
      }
    }
  }
}
