/**
 * CarrierInbox: durable before acknowledged. A delivery is stored here in one transaction before the carrier reads 202; its
 * events then go to their containers, a small delivery's straight, others' as queue messages that are sent again until the
 * consumer confirms them. Over the in-flight credit a delivery is refused with the time to wait: that is the back-pressure.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Paging } from '../../contracts/kit/paging.ts';
import { fail, ok, type Page, type Result } from '../../contracts/kit/result.ts';
import type { DeadLetter, IngestAnswer, QuarantinedItem, Receipt } from '../../contracts/tracking/connections.ts';
import { wallClock } from '../../platform/clock.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import type { Joined } from '../fleet-index/bookings.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { DirectoryChanges } from '../kit/directory-changes.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { Awaiting } from './awaiting.ts';
import { ConnectionState } from './connection-state.ts';
import type { Delivery } from './delivery.ts';
import { Held, sortByClaim } from './held.ts';
import { IngressKeys, ingressKey, snapshotsOf } from './ingress-keys.ts';
import { join } from './join.ts';
import { deadLetters } from './lists.ts';
import type { Confirmation } from './messages.ts';
import { Outgoing, type OutgoingEnv } from './outgoing.ts';
import { packEvents } from './pack.ts';
import { quarantine, quarantined } from './quarantine.ts';
import { LETTER, Receipts, receiptId, tally } from './receipts.ts';
import { dispatchIdOf, messageOf } from './dispatches.ts';
import { InboxStorage } from './storage.ts';

interface Env extends OutgoingEnv {
  DIRECTORY: D1Database;
  AUDIT_TRAIL: DurableObjectNamespace;
  LOG_LEVEL?: string;
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
  readonly #deadlines: Deadlines<'resend' | 'straight' | 'connection' | 'held'>;
  readonly #held: Held;
  readonly #awaiting: Awaiting;
  readonly #outgoing: Outgoing;
  readonly #log: Logger;
  readonly #directory: DirectoryChanges;
  readonly #transaction = <T>(work: () => T): T => this.ctx.storage.transactionSync(work);
  readonly #keys: IngressKeys;
  #connectionId: string | null;
  #lastSeq: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('carrier-inbox', env.LOG_LEVEL);
    this.#storage = new InboxStorage(ctx.storage);
    this.#receipts = new Receipts(this.#storage);
    this.#connection = new ConnectionState(this.#storage.sql, env.DIRECTORY);
    // Delivery is the platform's own business: it runs on wall time even when the world runs faster.
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, wallClock);
    this.#outgoing = new Outgoing({
      env,
      storage: this.#storage,
      receipts: this.#receipts,
      deadlines: this.#deadlines,
      transaction: this.#transaction,
      waitUntil: (work) => ctx.waitUntil(work),
      log: (level, event, fields) => this.#log(level, event, { connectionId: this.#connectionId, ...fields }),
    });
    this.#held = new Held(this.#storage, this.#receipts, ctx.id.name!);
    this.#awaiting = new Awaiting(this.#storage, this.#receipts);
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
    const refusal = this.#outgoing.refusal(call.events.length);
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
    const messages = packEvents(leaving).map((pack, k) => ({ id: dispatchIdOf(seq, k), receipt: seq, pack, now }));
    const straight = messages.length === 1 && this.#outgoing.isStraight(leaving) ? messageOf(call, messages[0]!) : null;
    const dispatches = this.#transaction(() => {
      this.#identify(call.connectionId);
      const row = { receivedAt: now, outcomes, rejected, warnings };
      this.#storage.insertReceipt(seq, row, known.map(ingressKey), straight?.body ?? null);
      quarantine(this.#storage.sql, seq, call.rejected, now);
      const of = { ...call, receipt: seq, at: now };
      this.#keys.forget([...this.#held.put(of, held), ...this.#awaiting.put(of, shipments, call.events)]);
      if (seq % 1_000 === 0) this.#storage.prune();
      return straight ? [] : messages.map((message) => this.#storage.dispatches.add(call, message));
    });
    this.#lastSeq = seq;
    this.#keys.remember(known);
    if (held.length + shipments.length > 0) this.#deadlines.ensure('held', now + HELD_LOOK_MS);
    if (straight) this.#outgoing.sendStraight(straight, now);
    else this.#outgoing.send(dispatches);
    return ok({
      receiptId: receiptId(call.connectionId, seq),
      ...tally(outcomes),
      rejected,
      warnings,
    });
  }

  /** Sends on what is held of numbers that are claimed by now; how many events that are. */
  async release(numbers: string[]): Promise<number> {
    return this.#outgoing.send(this.#transaction(() => this.#held.release(numbers, Date.now())));
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
      transaction: this.#transaction,
    };
    let events = 0;
    for (const { forgotten, isHeld, dispatches } of join(parts, joined, now)) {
      this.#keys.forget(forgotten);
      if (isHeld) this.#deadlines.ensure('held', now + HELD_LOOK_MS);
      events += this.#outgoing.send(dispatches);
    }
    return events;
  }

  /** Drops what is held of a number; how many events that were. */
  async purge(number: string): Promise<number> {
    const keys = this.#transaction(() => this.#held.purge(number));
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
    this.#outgoing.confirm(confirmations);
  }

  /** Takes a message that keeps failing out of circulation. */
  async park(dispatchId: number, error: string): Promise<void> {
    this.#outgoing.park(dispatchId, error);
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
    const dropped = this.#outgoing.settle(dispatchId, action);
    if (dropped) this.#keys.forget(dropped);
    return dropped !== null;
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
      resend: () => this.#outgoing.resend(),
      straight: async () => this.#outgoing.lookAtStraight(),
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
}
