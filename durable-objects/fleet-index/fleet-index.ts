/**
 * FleetIndex: the present line of every container of one tenant, for lists, the map and the live
 * feed. It is derived: each container's own object holds the truth, and a line is replaced only by
 * a newer version of it, so deliveries may repeat and overtake each other.
 */
import { DurableObject } from 'cloudflare:workers';
import { after, cutPage } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { FleetLine, FleetQuery } from '../../contracts/tracking/containers.ts';
import type { FleetFrame } from '../../contracts/tracking/live.ts';
import type { FleetSummary } from '../../domain/container/state.ts';
import { wallClock } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { IdempotentRequest, StoredAnswer } from '../kit/idempotency.ts';
import { storeAnswer, storedAnswer } from '../kit/idempotency.ts';
import { framesOf, Live, type LiveCursor } from '../kit/live.ts';
import { stubOf } from '../kit/stub.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { Bookings, type Joined } from './bookings.ts';
import { Claims, type Unclaimed } from './claims.ts';
import { Joinings, type ShipmentHolder } from './joinings.ts';
import { type Pairing, Pairings } from './pairings.ts';
import { type Asked, type Resolved, resolveNames } from './resolve.ts';
import { FleetStorage } from './storage.ts';
import { lineToApi } from './to-api.ts';

interface Line {
  seq: number;
  summary: FleetSummary;
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
  async apply(_tenantId: string, summaries: FleetSummary[]): Promise<string[]> {
    this.#storage.sql.countRequest();
    this.#publish(this.ctx.storage.transactionSync(() => this.#upsertAll(summaries)));
    return summaries.map(({ number }) => number).filter((number) => this.#isUntracked(number));
  }

  /** Stops tracking a container: clients that listen are told, and others begin with a new epoch. False when it is not tracked. */
  async untrack(number: string): Promise<boolean> {
    const epoch = newId('ep', Date.now());
    const change = { seq: this.#seq, epoch, at: Date.now() };
    if (!this.ctx.storage.transactionSync(() => this.#storage.untrack(number, change))) return false;
    this.#epoch = epoch;
    this.#live.broadcast({ type: 'delta', epoch, seq: this.#seq, containers: [], removed: [number] });
    return true;
  }

  /** Numbers are registered, again or for the first time: their lines are taken in from now on. */
  async track(numbers: string[]): Promise<void> {
    this.#storage.track(numbers);
  }

  #isUntracked(number: string): boolean {
    return this.#storage.version(number) === null && this.#storage.isUntracked(number);
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
      if (this.#upsert(summary, seq)) lines.push({ seq, summary });
    }
    return lines;
  }

  #publish(taken: Line[]): void {
    this.ctx.waitUntil(this.#joinings.tell());
    if (taken.length === 0) return;
    this.#seq += taken.length;
    if (!this.#live.watched) return;
    for (const lines of framesOf(taken)) {
      const containers = lines.map((line) => lineToApi(line.summary));
      this.#live.broadcast({ type: 'delta', epoch: this.#epoch, seq: lines.at(-1)!.seq, containers });
    }
  }

  /** A page of lines by container number. */
  async list(query: FleetQuery): Promise<Page<FleetLine>> {
    const [last] = after<[string]>(query) ?? [''];
    const found = this.#storage.list(query, last, query.limit + 1);
    return cutPage(found, query.limit, lineToApi, ({ number }) => [number]);
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
  ): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const { number, deviceId, from, isFromKnown } of devices) {
        if (deviceId === null) this.#pairings.unpairFrom(number, from);
        else if (this.#pairings.numberAt(deviceId, from) !== number) {
          this.#pairings.pair({ deviceId, number, fromAt: from, untilAt: null }, isFromKnown);
        }
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
    return this.#live.accept(request, (cursor) => this.#onConnect(cursor));
  }

  #upsert(summary: FleetSummary, seq: number): boolean {
    const known = this.#storage.version(summary.number);
    if (known && known.epoch === summary.epoch && known.version >= summary.version) return false;
    if (!known && this.#storage.isUntracked(summary.number)) return false;
    this.#storage.upsert(summary, seq);
    if (summary.booking) this.#bookings.add(summary.booking, summary.number);
    return true;
  }

  /** A known cursor gets every line that changed since; any other the whole fleet. */
  #onConnect(cursor: LiveCursor | null): FleetFrame[] {
    const known = cursor && cursor.epoch === this.#epoch && cursor.seq <= this.#seq ? cursor.seq : null;
    const frames = framesOf(this.#storage.changedSince(known ?? 0));
    const at = (seq: number): LiveCursor => ({ epoch: this.#epoch, seq });
    if (frames.length === 0) {
      return known === null
        ? [{ type: 'snapshot', ...at(this.#seq), part: 1, parts: 1, containers: [] }]
        : [{ type: 'resumed', ...at(this.#seq) }];
    }
    // A frame's cursor is that of its last line: a client cut off between frames resumes behind it.
    return frames.map((rows, i): FleetFrame => {
      const cursorOfFrame = at(i + 1 === frames.length ? this.#seq : rows.at(-1)!.seq);
      const containers = rows.map((row) => lineToApi(row.summary));
      return known === null
        ? { type: 'snapshot', part: i + 1, parts: frames.length, ...cursorOfFrame, containers }
        : { type: 'delta', ...cursorOfFrame, containers };
    });
  }
}
