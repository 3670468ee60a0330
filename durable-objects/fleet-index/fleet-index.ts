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
import { newId } from '../../platform/ids.ts';
import type { IdempotentRequest, StoredAnswer } from '../kit/idempotency.ts';
import { storeAnswer, storedAnswer } from '../kit/idempotency.ts';
import { framesOf, Live, type LiveCursor } from '../kit/live.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { FleetStorage } from './storage.ts';
import { lineToApi } from './to-api.ts';

interface Line {
  seq: number;
  summary: FleetSummary;
}

/** The Durable Object class. */
export class FleetIndex extends DurableObject {
  readonly #storage: FleetStorage;
  readonly #live: Live;
  readonly #epoch: string;
  #seq: number;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    this.#storage = new FleetStorage(ctx.storage);
    this.#live = new Live(ctx);
    this.#epoch = this.#storage.epoch(() => newId('ep', Date.now()));
    this.#seq = this.#storage.lastSeq();
  }

  /** Takes in lines; older versions than the known ones are ignored. */
  async apply(_tenantId: string, summaries: FleetSummary[]): Promise<void> {
    this.#storage.sql.countRequest();
    this.#publish(this.ctx.storage.transactionSync(() => this.#upsertAll(summaries)));
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

  /** The containers by the names `device/ID` and `booking/NUMBER`; unknown ones are absent. `told` is learned first. */
  async resolveNames(names: string[], told: [name: string, number: string][]): Promise<Record<string, string[]>> {
    this.ctx.storage.transactionSync(() => {
      for (const [name, number] of told) this.#storage.addToBooking(name.slice('booking/'.length), number);
    });
    const found: Record<string, string[]> = {};
    for (const { name, number } of this.#storage.resolve(names)) (found[name] ??= []).push(number);
    return found;
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  /** Closes the sockets of a session or client that has ended. */
  async closeSockets(holder: string, endedAt: number): Promise<void> {
    this.#live.closeSocketsOf(holder, endedAt);
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
    this.#storage.upsert(summary, seq);
    if (summary.booking) this.#storage.addToBooking(summary.booking, summary.number);
    if (summary.deviceId && summary.deviceId !== known?.deviceId) this.#storage.pair(summary.deviceId, summary.number);
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
