/**
 * FleetIndex: the present line of every container of one tenant, for lists, the map and the live
 * feed. It is derived: each container's own object holds the truth, and a line is replaced only by
 * a newer version of it, so deliveries may repeat and overtake each other.
 */
import { DurableObject } from 'cloudflare:workers';
import type { KeyedRecord, Recorded } from '../../contracts/keyed.ts';
import type { Page } from '../../contracts/result.ts';
import type { FleetIndexApi, FleetQuery, FleetSummary, ObjectUsage } from '../../contracts/tracking.ts';
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { newId } from '../../platform/ids.ts';
import { record, recorded } from '../shared/keyed.ts';
import { framesOf, Live, type LiveCursor } from '../shared/live.ts';
import { FleetStorage } from './storage.ts';

interface Line {
  seq: number;
  summary: FleetSummary;
}

/** The Durable Object class. */
export class FleetIndex extends DurableObject implements FleetIndexApi {
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
    this.#tell(this.ctx.storage.transactionSync(() => this.#takeAll(summaries)));
  }

  /** Takes in the lines of a keyed registration with its answer, in one transaction. */
  async applyKeyed<T>(_tenantId: string, summaries: FleetSummary[], request: KeyedRecord<T>): Promise<Recorded<T>> {
    const known = recorded<T>(this.#storage.sql, request);
    if (known) return known;
    const { lines, answer } = this.ctx.storage.transactionSync(() => ({
      lines: this.#takeAll(summaries),
      answer: record(this.#storage.sql, request, Date.now()),
    }));
    this.#tell(lines);
    return answer;
  }

  /** What is stored of a key, if it was used before. */
  async recorded<T>(request: Omit<KeyedRecord<T>, 'answer'>): Promise<Recorded<T> | null> {
    return recorded(this.#storage.sql, request);
  }

  #takeAll(summaries: FleetSummary[]): Line[] {
    const lines: Line[] = [];
    for (const summary of summaries) {
      // Only lines that are taken get a number: the counter is then always the table's own maximum.
      const seq = this.#seq + lines.length + 1;
      if (this.#take(summary, seq)) lines.push({ seq, summary });
    }
    return lines;
  }

  #tell(taken: Line[]): void {
    if (taken.length === 0) return;
    this.#seq += taken.length;
    if (!this.#live.watched) return;
    for (const lines of framesOf(taken)) {
      const containers = lines.map((line) => line.summary);
      this.#live.broadcast({ type: 'delta', epoch: this.#epoch, seq: lines.at(-1)!.seq, containers });
    }
  }

  /** A page of lines by container number. */
  async list(query: FleetQuery): Promise<Page<FleetSummary>> {
    const [after] = (decodeCursor(query.cursor) as [string] | null) ?? [''];
    const found = this.#storage.list(query, after, query.limit + 1);
    const items = found.slice(0, query.limit);
    const last = items.at(-1);
    return { items, nextCursor: found.length > items.length && last ? encodeCursor([last.number]) : null };
  }

  /** The containers that devices are paired with; unknown devices are absent. */
  async resolveDevices(deviceIds: string[]): Promise<Record<string, string>> {
    return Object.fromEntries(this.#storage.resolve(deviceIds).map((row) => [row.device_id, row.number]));
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  /** Closes the sockets of a session or client that has ended. */
  async closeSockets(holder: string): Promise<void> {
    this.#live.closeSocketsOf(holder);
  }

  /** Opens a live socket. The gateway has redeemed the ticket before it wakes the object. */
  override async fetch(request: Request): Promise<Response> {
    return this.#live.accept(request, (cursor) => this.#greet(cursor));
  }

  #take(summary: FleetSummary, seq: number): boolean {
    const known = this.#storage.version(summary.number);
    if (known && known.epoch === summary.epoch && known.version >= summary.version) return false;
    this.#storage.upsert(summary, seq);
    if (summary.deviceId && summary.deviceId !== known?.deviceId) this.#storage.pair(summary.deviceId, summary.number);
    return true;
  }

  /** A known cursor gets every line that changed since; any other the whole fleet. */
  #greet(cursor: LiveCursor | null): unknown[] {
    const known = cursor && cursor.epoch === this.#epoch && cursor.seq <= this.#seq ? cursor.seq : null;
    const frames = framesOf(this.#storage.changedSince(known ?? 0));
    const at = (seq: number): LiveCursor => ({ epoch: this.#epoch, seq });
    if (frames.length === 0) {
      return known === null
        ? [{ type: 'snapshot', ...at(this.#seq), part: 1, parts: 1, containers: [] }]
        : [{ type: 'resumed', ...at(this.#seq) }];
    }
    // A frame's cursor is that of its last line: a client cut off between frames resumes behind it.
    return frames.map((rows, i) => ({
      ...(known === null ? { type: 'snapshot', part: i + 1, parts: frames.length } : { type: 'delta' }),
      ...at(i + 1 === frames.length ? this.#seq : rows.at(-1)!.seq),
      containers: rows.map((row) => row.summary),
    }));
  }
}
