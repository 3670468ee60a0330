/**
 * FleetIndex: the present line of every container of one tenant, for lists, the map and the live
 * feed. It is derived: each container's own object holds the truth, and a line is replaced only by
 * a newer version of it, so deliveries may repeat and overtake each other.
 */
import { DurableObject } from 'cloudflare:workers';
import { after, cutPage } from '../../contracts/kit/paging.ts';
import type { FleetQuery } from '../../contracts/tracking/containers.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import { wallClock } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { IdempotentRequest, StoredAnswer } from '../kit/idempotency.ts';
import { storeAnswer, storedAnswer } from '../kit/idempotency.ts';
import { framesOf, Live } from '../kit/live.ts';
import { stubOf } from '../kit/stub.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { Bookings, type Joined } from './bookings.ts';
import { Claims, type Unclaimed } from './claims.ts';
import { frameOf, greeting } from './greeting.ts';
import { Joinings, type ShipmentHolder } from './joinings.ts';
import { type Pairing, Pairings } from './pairings.ts';
import { type Asked, type Resolved, resolveNames } from './resolve.ts';
import { FleetStorage, type Retirement, type StoredLine } from './storage.ts';
import { lineToApi } from './to-api.ts';

interface Line extends Omit<StoredLine, 'number'> {
  isArchived: boolean;
}

interface Env {
  CARRIER_INBOX: DurableObjectNamespace;
}

/** The Durable Object class. */
export class FleetIndex extends DurableObject<Env> {
  readonly #storage: FleetStorage;
  readonly #live: Live;
  readonly #pairings: Pairings;
  readonly #claims: Claims;
  readonly #bookings: Bookings;
  readonly #joinings: Joinings;
  readonly #deadlines: Deadlines<'joined'>;
  #epoch: string;
  #seq: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new FleetStorage(ctx.storage);
    this.#live = new Live(ctx);
    this.#pairings = new Pairings(this.#storage.sql);
    this.#claims = new Claims(this.#storage.sql);
    this.#bookings = new Bookings(this.#storage.sql);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, wallClock);
    this.#joinings = new Joinings({
      bookings: this.#bookings,
      claims: this.#claims,
      holderOf: (connectionId) => stubOf<ShipmentHolder>(env.CARRIER_INBOX, connectionId),
      lookAt: (at) => this.#deadlines.ensure('joined', at),
    });
    this.#epoch = this.#storage.epoch(() => newId('ep', Date.now()));
    this.#seq = this.#storage.lastSeq();
  }

  /** Takes in lines; older versions than the known ones are ignored. Answers which are of numbers tracked no more. */
  async apply(_tenantId: string, summaries: FleetSummary[]): Promise<{ number: string; erased: boolean }[]> {
    this.#storage.sql.countRequest();
    this.#publish(this.ctx.storage.transactionSync(() => this.#upsertAll(summaries)));
    return summaries.flatMap(({ number }) => {
      const untracked = this.#storage.version(number) ? null : this.#storage.untracked(number);
      return untracked ? [{ number, ...untracked }] : [];
    });
  }

  /**
   * Takes a container out of what is shown: clients that listen are told, and others begin with a new epoch. False when it is
   * not there.
   */
  async retire(number: string, how: Retirement): Promise<boolean> {
    const epoch = newId('ep', Date.now());
    const change = { seq: this.#seq, epoch, at: Date.now() };
    const isRetired = this.ctx.storage.transactionSync(() => {
      if (how === 'erased') this.#pairings.forget(number);
      return this.#storage.retire(number, how, change);
    });
    if (!isRetired) return false;
    this.#epoch = epoch;
    this.#live.broadcast(JSON.stringify({ type: 'delta', epoch, seq: this.#seq, containers: [], removed: [number] }));
    return true;
  }

  /** Whether something may be stored of a container: it is tracked, or was. */
  async isErasable(number: string): Promise<boolean> {
    return this.#storage.version(number) !== null || this.#storage.untracked(number)?.erased === false;
  }

  /** Numbers are registered, again or for the first time, or taken out of the archive; whether any of them was in it. */
  async track(numbers: string[]): Promise<boolean> {
    const lines = this.ctx.storage.transactionSync(() => this.#storage.restore(numbers, this.#seq + 1));
    this.#publish(lines.map((line) => ({ ...line, isArchived: false })));
    return lines.length > 0;
  }

  /** Takes in the lines of a keyed registration with its answer, in one transaction. */
  async applyWithAnswer<T>(
    _tenantId: string,
    summaries: FleetSummary[],
    request: IdempotentRequest<T>,
  ): Promise<StoredAnswer<T>> {
    const known = storedAnswer<T>(this.#storage.sql, request);
    if (known) return known;
    const { lines, answer } = this.ctx.storage.transactionSync(() => ({
      lines: this.#upsertAll(summaries),
      answer: storeAnswer(this.#storage.sql, request, Date.now()),
    }));
    this.#publish(lines);
    return answer;
  }

  /** What is stored of a key, if it was used before. */
  async storedAnswer<T>(request: Omit<IdempotentRequest<T>, 'answer'>): Promise<StoredAnswer<T> | null> {
    return storedAnswer(this.#storage.sql, request);
  }

  #upsertAll(summaries: FleetSummary[]): Line[] {
    const lines: Line[] = [];
    for (const summary of summaries) {
      // Only lines that are taken get a number: the counter is then always the table's own maximum.
      const seq = this.#seq + lines.length + 1;
      const taken = this.#upsert(summary, seq);
      if (taken) lines.push({ seq, ...taken });
    }
    return lines;
  }

  #publish(taken: Line[]): void {
    this.ctx.waitUntil(this.#joinings.tell());
    if (taken.length === 0) return;
    this.#seq += taken.length;
    if (!this.#live.watched) return;
    const shown = taken.filter(({ isArchived }) => !isArchived);
    for (const lines of framesOf(shown, ({ text }) => text)) {
      this.#live.broadcast(frameOf({ type: 'delta', epoch: this.#epoch, seq: lines.at(-1)!.seq }, lines));
    }
  }

  /** A page of lines by container number, as JSON text (`Page<FleetLine>`). */
  async list(query: FleetQuery): Promise<string> {
    const [last] = after<[string]>(query) ?? [''];
    const found = this.#storage.list(query, last, query.limit + 1);
    const page = cutPage(
      found,
      query.limit,
      ({ text }) => text,
      ({ number }) => [number],
    );
    return `{"items":[${page.items.join(',')}],"nextCursor":${JSON.stringify(page.nextCursor)}}`;
  }

  /** What a delivery needs to know, after learning what it tells. */
  async resolve(asked: Asked): Promise<Resolved> {
    const parts = { bookings: this.#bookings, pairings: this.#pairings, claims: this.#claims };
    const resolved = this.ctx.storage.transactionSync(() => resolveNames(parts, asked));
    this.ctx.waitUntil(this.#joinings.tell());
    return resolved;
  }

  /** The containers of shipments, with whether anybody wants to hear of them. */
  async joinedOf(bookings: string[]): Promise<Joined[]> {
    return this.#joinings.of(bookings);
  }

  /** Which of some numbers are claimed by now, with the connections that hold something of them. */
  async claimedOf(numbers: string[]): Promise<{ claimed: string[]; holders: Unclaimed[] }> {
    const { claimed } = this.#claims.sort(numbers);
    return { claimed, holders: this.#claims.holdersOf(numbers) };
  }

  /** What waits to be claimed, by number. */
  async listUnclaimed(after: [string, string], connectionId: string | undefined, limit: number): Promise<Unclaimed[]> {
    return this.#claims.list(after, connectionId, limit);
  }

  /** A connection holds nothing of some numbers any more. */
  async forgetUnclaimed(numbers: string[], connectionId: string): Promise<void> {
    this.#claims.forget(numbers, connectionId);
  }

  /** Wants nothing of a number, or wants it again. */
  async ignore(number: string, wanted: boolean, now: number): Promise<void> {
    this.#claims.ignore(number, wanted, now);
  }

  /** Notes that a booking was cancelled. */
  async noteCancelled(bookingId: string, at: number): Promise<void> {
    this.#claims.cancel(bookingId, at);
  }

  /** Whether a booking was cancelled. */
  async isCancelled(bookingId: string): Promise<boolean> {
    return this.#claims.isCancelled(bookingId);
  }

  /** Puts a device on a container of the fleet; null where there is no such container. */
  async pair(pairing: Pairing, isFromKnown: boolean): Promise<Pairing | null> {
    if (!this.#storage.version(pairing.number)) return null;
    return this.ctx.storage.transactionSync(() => this.#pairings.pair(pairing, isFromKnown));
  }

  /** Takes a device off the container that it is on at an instant. */
  async unpair(deviceId: string, at: number): Promise<Pairing | null> {
    return this.#pairings.unpair(deviceId, at);
  }

  /** Devices as registrations name them: on their container from an instant on, or where it is null off it. */
  async pairRegistered(
    devices: { number: string; deviceId: string | null; from: number; isFromKnown: boolean }[],
    onlyUnpaired: boolean,
  ): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const { number, deviceId, from, isFromKnown } of devices) {
        if (!this.#storage.version(number)) continue;
        if (deviceId === null) {
          if (!onlyUnpaired) this.#pairings.unpairFrom(number, from);
          continue;
        }
        const isPaired = onlyUnpaired
          ? this.#pairings.ofAll([deviceId]).length > 0
          : this.#pairings.numberAt(deviceId, from) === number;
        if (!isPaired) this.#pairings.pair({ deviceId, number, fromAt: from, untilAt: null }, isFromKnown);
      }
    });
  }

  /** The last pairing of each device, by id. */
  async lastPairings(after: string, limit: number): Promise<Pairing[]> {
    return this.#pairings.last(after, limit);
  }

  /** The pairings of a device, newest first. */
  async pairingsOf(deviceId: string, before: number, limit: number): Promise<Pairing[]> {
    return this.#pairings.of(deviceId, before, limit);
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  /** Closes the sockets of a session or client that has ended. */
  async closeSockets(holder: string, endedAt: number): Promise<void> {
    this.#live.closeSocketsOf(holder, endedAt);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), { joined: () => this.#joinings.drain() });
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#live.closed(socket, code);
  }

  /** Opens a live socket. The gateway has redeemed the ticket before it wakes the object. */
  override async fetch(request: Request): Promise<Response> {
    return this.#live.accept(request, (cursor) =>
      greeting({ storage: this.#storage, epoch: this.#epoch, seq: this.#seq }, cursor),
    );
  }

  #upsert(summary: FleetSummary, seq: number): { text: string; isArchived: boolean } | null {
    const known = this.#storage.version(summary.number);
    if (known && known.epoch === summary.epoch && known.version >= summary.version) return null;
    if (!known && this.#storage.untracked(summary.number)) return null;
    const text = JSON.stringify(lineToApi(summary));
    this.#storage.upsert(summary, text, seq);
    if (summary.booking) this.#bookings.add(summary.booking, summary.number);
    return { text, isArchived: known?.archived_at != null };
  }
}
