/**
 * CarrierInbox: durable before acknowledged. A delivery is stored here in one transaction before the carrier reads 202; its
 * events then travel as queue messages that are sent again until the consumer confirms them. Over the in-flight credit a
 * delivery is refused with the time to wait: that is the back-pressure.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Paging } from '../../contracts/kit/paging.ts';
import { fail, ok, type Page, type Result } from '../../contracts/kit/result.ts';
import type { DeadLetter, IngestAnswer, QuarantinedItem, Receipt } from '../../contracts/tracking/connections.ts';
import { wallClock } from '../../platform/clock.ts';
import { INBOX_RESEND_AFTER_MS } from '../../platform/limits.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import type { Joined } from '../fleet-index/bookings.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { DirectoryChanges } from '../kit/directory-changes.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { Awaiting } from './awaiting.ts';
import { ConnectionState } from './connection-state.ts';
import { DrainRate } from './drain-rate.ts';
import type { Delivery } from './delivery.ts';
import { Held, sortByClaim } from './held.ts';
import { IngressKeys, ingressKey, snapshotsOf } from './ingress-keys.ts';
import { join } from './join.ts';
import { deadLetters } from './lists.ts';
import { type Confirmation, Messages } from './messages.ts';
import { packEvents } from './pack.ts';
import { telemetryQueue, type TelemetryQueues } from './partitions.ts';
import { quarantine, quarantined } from './quarantine.ts';
import { LETTER, Receipts, receiptId, tally } from './receipts.ts';
import { type DispatchRow, dispatchIdOf, InboxStorage } from './storage.ts';

interface Env extends TelemetryQueues {
  DIRECTORY: D1Database;
  AUDIT_TRAIL: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  LOG_LEVEL?: string;
  /** Overrides the in-flight credit; for small installations and tests. */
  INBOX_CREDIT?: string;
}

/** A registration that ran beside a delivery is over by then. */
const HELD_LOOK_MS = 60_000;
/** Deliveries of shipments that are looked at again: what joins later is told by the fleet. */
const HELD_RECENT_MS = 10 * HELD_LOOK_MS;

/** The Durable Object class. */
export class CarrierInbox extends DurableObject<Env> {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #connection: ConnectionState;
  readonly #deadlines: Deadlines<'resend' | 'connection' | 'held'>;
  readonly #held: Held;
  readonly #awaiting: Awaiting;
  readonly #messages: Messages;
  readonly #log: Logger;
  readonly #rate = new DrainRate();
  readonly #directory: DirectoryChanges;
  readonly #keys: IngressKeys;
  #connectionId: string | null;
  #lastSeq: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('carrier-inbox', env.LOG_LEVEL);
    this.#storage = new InboxStorage(ctx.storage);
    this.#receipts = new Receipts(this.#storage);
    this.#messages = new Messages({
      storage: this.#storage,
      receipts: this.#receipts,
      queueOf: (tenantId) => telemetryQueue(env, tenantId),
      log: (level, event, fields) => this.#log(level, event, { connectionId: this.#connectionId, ...fields }),
    });
    this.#held = new Held(this.#storage, this.#receipts, ctx.id.name!);
    this.#awaiting = new Awaiting(this.#storage, this.#receipts);
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
    this.#connectionId = this.#storage.connectionId();
    this.#keys = new IngressKeys(this.#storage.recentKeys().reverse());
  }

  /** Stores a delivery; its messages leave after the commit. */
  async accept(call: Delivery): Promise<Result<IngestAnswer>> {
    this.#storage.sql.countRequest();
    if (!this.#connection.admits(call.securityVersion)) return fail('unauthenticated', 'The connection has changed');
    const refusal = this.#rate.refusal(this.#messages.inFlight, call.events.length, this.env.INBOX_CREDIT);
    if (refusal) return refusal;
    const seq = this.#lastSeq + 1;
    const letters = new Array<string>(call.items).fill(LETTER.rejected);
    const fresh = this.#keys.sortOut(call, seq, letters);
    const news = call.history === 'full' ? [...fresh, ...snapshotsOf(call, seq)] : fresh;
    const shipments = this.#keys.sortOutShipments(call, seq, letters);
    const { leaving, held } = sortByClaim(news, call, letters);
    // What is not wanted may be wanted one day: it is not remembered.
    const known = [...fresh, ...shipments].filter(({ index }) => letters[index] !== LETTER.discarded);
    const outcomes = letters.join('');
    const now = Date.now();
    const { warnings } = call;
    const rejected = call.rejected.map(({ raw: _raw, ...item }) => item);
    const dispatches = this.ctx.storage.transactionSync(() => {
      this.#identify(call.connectionId);
      this.#storage.insertReceipt(seq, { receivedAt: now, outcomes, rejected, warnings }, known.map(ingressKey));
      quarantine(this.#storage.sql, seq, call.rejected, now);
      const of = { ...call, receipt: seq, at: now };
      this.#keys.forget([...this.#held.put(of, held), ...this.#awaiting.put(of, shipments, call.events)]);
      if (seq % 1_000 === 0) this.#storage.prune();
      return packEvents(leaving).map((events, k) =>
        this.#storage.newDispatch(call, { id: dispatchIdOf(seq, k), receipt: seq, events, now }),
      );
    });
    this.#lastSeq = seq;
    this.#messages.inFlight += leaving.length;
    this.#keys.remember(known);
    if (held.length + shipments.length > 0) this.#deadlines.ensure('held', now + HELD_LOOK_MS);
    this.#sendOn(dispatches);
    return ok({
      receiptId: receiptId(call.connectionId, seq),
      ...tally(outcomes),
      rejected,
      warnings,
    });
  }

  /** Sends on what is held of numbers that are claimed by now; how many events that are. */
  async release(numbers: string[]): Promise<number> {
    const dispatches = this.ctx.storage.transactionSync(() => this.#held.release(numbers, Date.now()));
    const events = dispatches.reduce((sum, dispatch) => sum + dispatch.events, 0);
    this.#messages.inFlight += events;
    this.#sendOn(dispatches);
    return events;
  }

  /** Containers have joined shipments: what was said of these goes on to them; how many events that is. */
  async releaseJoined(joined: Joined[]): Promise<number> {
    const now = Date.now();
    const parts = {
      connectionId: this.ctx.id.name!,
      storage: this.#storage,
      receipts: this.#receipts,
      held: this.#held,
      awaiting: this.#awaiting,
    };
    let events = 0;
    // In parts: a booking may hold a ship's containers, and as many events.
    for (let isDone = false; !isDone; ) {
      const share = this.ctx.storage.transactionSync(() => join(parts, joined, now));
      this.#keys.forget(share.forgotten);
      if (share.isHeld) this.#deadlines.ensure('held', now + HELD_LOOK_MS);
      const sent = share.dispatches.reduce((sum, dispatch) => sum + dispatch.events, 0);
      this.#messages.inFlight += sent;
      this.#sendOn(share.dispatches);
      events += sent;
      isDone = share.isDone;
    }
    return events;
  }

  /** Drops what is held of a number; how many events that were. */
  async purge(number: string): Promise<number> {
    const keys = this.ctx.storage.transactionSync(() => this.#held.purge(number));
    this.#keys.forget(keys);
    return keys.length;
  }

  /**
   * What came before may be posted again, as when a container of it was erased. Containers that still have it recognise it
   * by its key and leave it out.
   */
  async forgetDoorKeys(): Promise<void> {
    this.#storage.forgetKeysBefore(this.#lastSeq);
    this.#keys.clear();
  }

  /** Messages are applied, or shares of them; what failed is tried again by itself. */
  async confirm(confirmations: Confirmation[]): Promise<void> {
    this.#storage.sql.countRequest();
    const now = Date.now();
    const confirmed = this.ctx.storage.transactionSync(() => this.#messages.confirm(confirmations, now));
    if (confirmed > 0) this.#rate.confirmed(confirmed, now);
    if (confirmations.some(({ failed }) => failed?.length)) {
      this.#deadlines.ensure('resend', this.#messages.nextLook(now) ?? now);
    }
  }

  /** Takes a message that keeps failing out of circulation. */
  async park(dispatchId: number, error: string): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#messages.park(dispatchId, error));
  }

  /** What became of a delivery. */
  async receipt(seq: number): Promise<Receipt | null> {
    return this.#receipts.read(this.#connectionId!, seq);
  }

  /** Refused items with their raw text, newest first. */
  async quarantine(query: Paging): Promise<Page<QuarantinedItem>> {
    return quarantined(this.#storage.sql, this.#connectionId!, query);
  }

  /** Parked messages, oldest first. */
  async deadLetters(query: Paging): Promise<Page<DeadLetter>> {
    return deadLetters(this.#storage, this.#connectionId!, query);
  }

  /** Sends a parked message again, or drops it for good. False when there is none. */
  async settleDeadLetter(dispatchId: number, action: 'replay' | 'discard'): Promise<boolean> {
    const settled = this.ctx.storage.transactionSync(() => this.#messages.settle(dispatchId, action));
    if (settled?.dropped) this.#keys.forget(settled.dropped);
    if (settled?.again) this.#sendOn([settled.again]);
    return settled !== null;
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
      resend: () => this.#messages.resend(Date.now(), (id, error) => this.park(id, error)),
      held: () => this.#lookAtHeld(),
      connection: async () => {
        await this.#connection.refresh(this.ctx.id.name!);
        return this.#directory.look();
      },
    });
  }

  /** Numbers may have been registered, and containers may have joined a shipment, while a delivery of theirs came in. */
  async #lookAtHeld(): Promise<null> {
    for (const [tenantId, numbers] of this.#held.numbers()) {
      await this.release((await fleetIndex(this.env, tenantId).claimedOf(numbers)).claimed);
    }
    for (const [tenantId, names] of this.#awaiting.names(Date.now() - HELD_RECENT_MS)) {
      await this.releaseJoined(await fleetIndex(this.env, tenantId).joinedOf(names));
    }
    return null;
  }

  /** After the commit: sends messages, and sees to it that they are sent again until they are confirmed. */
  #sendOn(dispatches: DispatchRow[]): void {
    if (dispatches.length === 0) return;
    this.#deadlines.ensure('resend', Date.now() + INBOX_RESEND_AFTER_MS);
    const look = (): void => {
      const at = this.#messages.nextLook(Date.now());
      if (at !== null) this.#deadlines.ensure('resend', at);
    };
    this.ctx.waitUntil(this.#messages.send(dispatches).then(look));
  }
}
