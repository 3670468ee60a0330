/**
 * CarrierInbox: durable before acknowledged. A delivery is stored here in one transaction before the
 * carrier reads 202; its events then travel as queue messages that are sent again until the consumer
 * confirms them, whatever is killed on the way. Over the in-flight credit a delivery is refused with
 * the time to wait: that is the back-pressure.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Paging } from '../../contracts/kit/paging.ts';
import { fail, ok, type Page, type Result } from '../../contracts/kit/result.ts';
import type { DeadLetter, IngestAnswer, QuarantinedItem, Receipt } from '../../contracts/tracking/connections.ts';
import type { RejectedItem, TelemetryMessage } from '../../contracts/tracking/events.ts';
import { wallClock } from '../../platform/clock.ts';
import { INBOX_CREDIT_EVENTS, INBOX_MAX_SENDS, INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { DirectoryChanges } from '../kit/directory-changes.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { ConnectionState } from './connection-state.ts';
import { DrainRate } from './drain-rate.ts';
import { IngressKeys, ingressKey, snapshotsOf } from './ingress-keys.ts';
import { deadLetters, quarantined } from './lists.ts';
import { type IngressEvent, indexOfOrigin, packEvents } from './pack.ts';
import { LETTER, letterOf, type Outcome, Receipts, receiptId } from './receipts.ts';
import { type DispatchRow, InboxStorage } from './storage.ts';

interface Env {
  DIRECTORY: D1Database;
  AUDIT_TRAIL: DurableObjectNamespace;
  TELEMETRY: Queue<TelemetryMessage>;
  LOG_LEVEL?: string;
  /** Overrides the in-flight credit; for small installations and tests. */
  INBOX_CREDIT?: string;
}

const RESEND_BATCH = 50;

/** The Durable Object class. */
export class CarrierInbox extends DurableObject<Env> {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #connection: ConnectionState;
  readonly #deadlines: Deadlines<'resend' | 'connection'>;
  readonly #log: Logger;
  readonly #rate = new DrainRate();
  readonly #directory: DirectoryChanges;
  readonly #keys: IngressKeys;
  #connectionId: string | null;
  #lastSeq: number;
  #inFlight: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('carrier-inbox', env.LOG_LEVEL);
    this.#storage = new InboxStorage(ctx.storage);
    this.#receipts = new Receipts(this.#storage);
    this.#connection = new ConnectionState(this.#storage.sql, env.DIRECTORY);
    // Delivery is the platform's own business: it runs on wall time even when the world runs faster.
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, wallClock);
    this.#directory = new DirectoryChanges({
      db: env.DIRECTORY,
      follower: ctx.id.name!,
      log: this.#log,
      now: () => Date.now(),
      append: (organisationId, records) => auditTrail(env, organisationId).append(records),
      lookAt: (at) => this.#deadlines.ensure('connection', at),
    });
    this.#lastSeq = this.#storage.lastSeq();
    this.#inFlight = this.#storage.inFlight();
    this.#connectionId = this.#storage.connectionId();
    this.#keys = new IngressKeys(this.#storage.recentKeys().reverse());
  }

  /** Stores a delivery; its messages leave after the commit. */
  async accept(call: {
    tenantId: string;
    connectionId: string;
    /** As it was when the signature was checked. */
    securityVersion: number;
    correlationId: string;
    /** When the delivery came, by the clock of the world; and whether it holds all that the connection has to say. */
    receivedAt: number;
    history: 'events' | 'full';
    items: number;
    events: IngressEvent[];
    rejected: (RejectedItem & { raw: string })[];
    warnings: RejectedItem[];
  }): Promise<Result<IngestAnswer>> {
    this.#storage.sql.countRequest();
    if (!this.#connection.admits(call.securityVersion)) return fail('unauthenticated', 'The connection has changed');
    const credit = Number(this.env.INBOX_CREDIT ?? INBOX_CREDIT_EVENTS);
    if (this.#inFlight > 0 && this.#inFlight + call.events.length > credit) {
      return fail('credit.exhausted', `${this.#inFlight} events of this connection are still being processed`, {
        retryAfterSeconds: this.#rate.secondsFor(this.#inFlight + call.events.length - credit),
      });
    }
    const seq = this.#lastSeq + 1;
    const letters = new Array<string>(call.items).fill(LETTER.rejected);
    const fresh = this.#keys.sortOut(call, seq, letters);
    const leaving = call.history === 'full' ? [...fresh, ...snapshotsOf(call, seq)] : fresh;
    const outcomes = letters.join('');
    const now = Date.now();
    const { warnings } = call;
    const rejected = call.rejected.map(({ raw: _raw, ...item }) => item);
    const dispatches = this.ctx.storage.transactionSync(() => {
      this.#identify(call.connectionId);
      this.#storage.insertReceipt(seq, { receivedAt: now, outcomes, rejected, warnings }, fresh.map(ingressKey));
      this.#storage.quarantine(seq, call.rejected, now);
      if (seq % 1_000 === 0) this.#storage.prune();
      return packEvents(leaving).map((events, k) => this.#storage.newDispatch(call, { receipt: seq, k, events, now }));
    });
    this.#lastSeq = seq;
    this.#inFlight += leaving.length;
    this.#keys.remember(fresh);
    if (dispatches.length > 0) this.#deadlines.ensure('resend', now + INBOX_RESEND_AFTER_MS);
    this.ctx.waitUntil(this.#send(dispatches));
    return ok({
      receiptId: receiptId(call.connectionId, seq),
      accepted: outcomes.split(LETTER.queued).length - 1,
      duplicates: outcomes.split(LETTER.duplicate).length - 1,
      rejected,
      warnings,
    });
  }

  /** Messages are applied; with what became of each event. */
  async confirm(confirmations: { dispatchId: number; outcomes: Outcome[] }[]): Promise<void> {
    this.#storage.sql.countRequest();
    let confirmed = 0;
    this.ctx.storage.transactionSync(() => {
      for (const { dispatchId, outcomes } of confirmations) {
        const dispatch = this.#storage.dispatch(dispatchId);
        if (!dispatch) continue;
        this.#receipts.settle(dispatch.receipt, outcomes.map(letterOf));
        this.#storage.deleteDispatch(dispatchId);
        if (dispatch.parkedAt === null) confirmed += dispatch.events;
      }
    });
    this.#inFlight = Math.max(0, this.#inFlight - confirmed);
    if (confirmed > 0) this.#rate.confirmed(confirmed, Date.now());
  }

  /** Keeps why a message failed, for whoever will read the dead letter. */
  async noteFailure(dispatchId: number, error: string): Promise<void> {
    this.#storage.noteError(dispatchId, error);
  }

  /** Takes a message that keeps failing out of circulation. */
  async park(dispatchId: number, error: string): Promise<void> {
    const dispatch = this.#storage.dispatch(dispatchId);
    if (!dispatch || dispatch.parkedAt !== null) return;
    this.ctx.storage.transactionSync(() => {
      this.#storage.setParked(dispatchId, Date.now(), 0);
      if (!dispatch.error) this.#storage.noteError(dispatchId, error);
      this.#receipts.settle(dispatch.receipt, this.#itemsOf(dispatch, LETTER.parked));
    });
    this.#inFlight = Math.max(0, this.#inFlight - dispatch.events);
    this.#log('error', 'dispatch.parked', {
      connectionId: this.#connectionId,
      dispatchId,
      error: dispatch.error ?? error,
    });
  }

  /** What became of a delivery. */
  async receipt(seq: number): Promise<Receipt | null> {
    return this.#receipts.read(this.#connectionId!, seq);
  }

  /** Refused items with their raw text, newest first. */
  async quarantine(query: Paging): Promise<Page<QuarantinedItem>> {
    return quarantined(this.#storage, this.#connectionId!, query);
  }

  /** Parked messages, oldest first. */
  async deadLetters(query: Paging): Promise<Page<DeadLetter>> {
    return deadLetters(this.#storage, this.#connectionId!, query);
  }

  /** Sends a parked message again, or drops it for good. False when there is none. */
  async settleDeadLetter(dispatchId: number, action: 'replay' | 'discard'): Promise<boolean> {
    const dispatch = this.#storage.dispatch(dispatchId);
    if (!dispatch || dispatch.parkedAt === null) return false;
    if (action === 'discard') {
      this.ctx.storage.transactionSync(() => this.#discard(dispatch));
      return true;
    }
    const nextAt = Date.now() + INBOX_RESEND_AFTER_MS;
    this.ctx.storage.transactionSync(() => {
      this.#storage.setParked(dispatchId, null, nextAt);
      this.#receipts.settle(dispatch.receipt, this.#itemsOf(dispatch, LETTER.queued), LETTER.parked);
    });
    this.#inFlight += dispatch.events;
    this.#deadlines.ensure('resend', nextAt);
    this.ctx.waitUntil(this.#send([dispatch]));
    return true;
  }

  /** The connection is about to change in the directory. */
  async announceChange(): Promise<void> {
    this.#directory.announce();
  }

  /** Takes over what the connection has become, and carries out what else follows its change. */
  async followChanges(): Promise<void> {
    await this.#connection.refresh(this.ctx.id.name!);
    await this.#directory.followNow();
  }

  #identify(connectionId: string): void {
    if (!this.#connectionId) this.#storage.identify(connectionId);
    this.#connectionId = connectionId;
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      resend: () => this.#resend(),
      connection: async () => {
        await this.#connection.refresh(this.ctx.id.name!);
        return this.#directory.look();
      },
    });
  }

  /** Sends unconfirmed messages again, or parks them; returns when to look again. */
  async #resend(): Promise<number | null> {
    const due = this.#storage.overdue(Date.now(), RESEND_BATCH);
    for (const dispatch of due) {
      if (dispatch.sends >= INBOX_MAX_SENDS) {
        await this.park(dispatch.id, `not confirmed after ${dispatch.sends} sends`);
      } else {
        this.#storage.resent(dispatch.id, Date.now() + INBOX_RESEND_AFTER_MS * 2 ** dispatch.sends);
      }
    }
    await this.#send(due.filter((dispatch) => dispatch.sends < INBOX_MAX_SENDS));
    return this.#storage.nextDue();
  }

  /** Drops a message for good; its items are forgotten, so that they may be posted again. */
  #discard(dispatch: DispatchRow): void {
    const { events } = JSON.parse(dispatch.body) as TelemetryMessage;
    const keys = events.map(ingressKey);
    this.#storage.forgetKeys(dispatch.receipt, keys);
    this.#keys.forget(keys);
    this.#receipts.settle(dispatch.receipt, this.#itemsOf(dispatch, LETTER.discarded), LETTER.parked);
    this.#storage.deleteDispatch(dispatch.id);
  }

  #itemsOf(dispatch: DispatchRow, letter: string): [index: number, letter: string][] {
    const message = JSON.parse(dispatch.body) as TelemetryMessage;
    return message.events.map((event) => [indexOfOrigin(event.origin), letter]);
  }

  async #send(dispatches: DispatchRow[]): Promise<void> {
    for (const dispatch of dispatches) {
      try {
        this.#storage.sql.countMessage(dispatch.body.length);
        await this.env.TELEMETRY.send(JSON.parse(dispatch.body) as TelemetryMessage);
      } catch (error) {
        // Not lost: the message stays in this object and the alarm sends it again.
        this.#log('warn', 'dispatch.send_failed', {
          connectionId: this.#connectionId,
          dispatchId: dispatch.id,
          error: errorText(error),
        });
      }
    }
  }
}
