/** What was delivered before: the content keys by which an inbox knows an event again. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { hash64 } from '../../domain/journey/event.ts';
import { INBOX_INGRESS_KEYS } from '../../platform/limits.ts';
import { type IngressEvent, originOf } from './pack.ts';
import { LETTER } from './receipts.ts';

/**
 * The key of an event. A carrier's newer statement of the same content is news (an estimate may return to an earlier value), so
 * for journey events the time of the statement is part of it; where the source does not tell it, its id for the statement is.
 */
export function ingressKey(event: TelemetryMessage['events'][number]): string {
  if (event.kind !== 'journey') return event.key;
  return hash64(`${event.key}|${event.createdAt ?? `null|${event.carrierEventId ?? ''}`}`);
}

/** A delivery as the inbox has it. */
interface Delivered {
  connectionId: string;
  receivedAt: number;
  history: 'events' | 'full';
  events: readonly IngressEvent[];
}

/** A carrier that tries again does so within minutes. */
const AGAIN_WITHIN_MS = 10 * 60_000;
/** The index of what is no item: beyond those that a delivery may hold. */
const NO_ITEM = 8_191;

/** What a delivery of full history says of each of its containers, as the truth is folded from. */
export function snapshotsOf({ events, connectionId, receivedAt }: Delivered, receipt: number): IngressEvent[] {
  const rows = new Map<string, [key: string, id: string | null, createdAt: number | null][]>();
  for (const event of events) {
    if (event.kind !== 'journey') continue;
    const list = rows.get(event.container) ?? [];
    list.push([event.key, event.carrierEventId ?? null, event.createdAt]);
    rows.set(event.container, list);
  }
  return [...rows].map(([container, list]): IngressEvent => {
    const key = hash64(`S|${connectionId}|${receipt}|${container}`);
    const origin = originOf(connectionId, receipt, NO_ITEM);
    return {
      v: 1,
      kind: 'snapshot',
      container,
      connectionId,
      receipt,
      rows: list,
      key,
      origin,
      receivedAt,
      index: NO_ITEM,
    };
  });
}

/** Names what the source speaks of by its id, where it does not tell when: for each container, and each kind of event. */
function idOf(event: IngressEvent): string | null {
  if (event.kind !== 'journey' || event.createdAt !== null || event.carrierEventId === undefined) return null;
  return `${event.container}|${event.carrierEventId}|${event.family}|${event.code}`;
}

/** The keys of the newest events of a connection. */
export class IngressKeys {
  readonly #keys: Map<string, number>;
  /** What was said last under an id, where the source does not tell when. */
  readonly #last = new Map<string, string>();

  /** `recent` are the keys that storage holds with when they came, oldest first. */
  constructor(recent: readonly (readonly [key: string, at: number])[]) {
    this.#keys = new Map(recent);
  }

  /** The events of a delivery that are new, each with its origin; sets the letters of the items they come from. */
  sortOut({ events, connectionId, receivedAt, history }: Delivered, seq: number, letters: string[]): IngressEvent[] {
    const fresh: IngressEvent[] = [];
    const seen = new Set<string>();
    for (const event of events) {
      const key = ingressKey(event);
      if (this.#isKnown(key, event, receivedAt, seen.has(key))) {
        if (letters[event.index] !== LETTER.queued) letters[event.index] = LETTER.duplicate;
        continue;
      }
      seen.add(key);
      this.#noteLast(event, key);
      letters[event.index] = LETTER.queued;
      const origin = originOf(connectionId, seq, event.index);
      fresh.push({ ...event, origin, receivedAt, ...(history === 'full' ? { history } : {}) });
    }
    return fresh;
  }

  /**
   * What of shipments is new: of those whose containers are known, what is new of any of these. An item of which no container
   * is known waits; sets its letter.
   */
  sortOutShipments(
    call: Delivered & { shipments?: readonly IngressEvent[]; waiting?: ReadonlySet<number> },
    seq: number,
    letters: string[],
  ): IngressEvent[] {
    const { shipments = [], waiting } = call;
    if (shipments.length === 0) return [];
    const own = letters.map(() => LETTER.rejected);
    const fresh = this.sortOut({ ...call, events: shipments }, seq, own);
    for (const index of waiting ?? [])
      letters[index] = own[index] === LETTER.queued ? LETTER.unclaimed : LETTER.duplicate;
    return fresh.filter(({ index }) => waiting?.has(index) || letters[index] === LETTER.queued);
  }

  /**
   * What has no time of its word is said anew whenever it comes again, unless it comes again at once; and at once, too, when
   * something else was said under its id in between, as where a retraction is taken back.
   */
  #isKnown(key: string, event: IngressEvent, now: number, isSeen: boolean): boolean {
    const at = isSeen ? now : this.#keys.get(key);
    if (at === undefined) return false;
    if (event.kind !== 'journey' || event.createdAt !== null) return true;
    const id = idOf(event);
    const last = id === null ? undefined : this.#last.get(id);
    return now - at <= AGAIN_WITHIN_MS && (last === undefined || last === key);
  }

  #noteLast(event: IngressEvent, key: string): void {
    const id = idOf(event);
    if (id === null) return;
    // Behind the newest of the map, so that the oldest make room.
    this.#last.delete(id);
    this.#last.set(id, key);
    if (this.#last.size > INBOX_INGRESS_KEYS) this.#last.delete(this.#last.keys().next().value!);
  }

  /** Remembers events that were stored; the oldest beyond the number kept are forgotten. */
  remember(events: readonly IngressEvent[]): void {
    for (const event of events) this.#keys.set(ingressKey(event), event.receivedAt ?? 0);
    for (const key of this.#keys.keys()) {
      if (this.#keys.size <= INBOX_INGRESS_KEYS) break;
      this.#keys.delete(key);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#keys.clear();
    this.#last.clear();
  }

  /** Forgets events, so that they may be posted again. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#keys.delete(key);
  }
}
