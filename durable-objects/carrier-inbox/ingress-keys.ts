/** What was delivered before: the content keys by which an inbox knows an event again. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { hash64 } from '../../domain/journey/event.ts';
import { INBOX_INGRESS_KEYS } from '../../platform/limits.ts';
import { type IngressEvent, originOf } from './pack.ts';
import { LETTER } from './receipts.ts';

/**
 * The key of an event. A carrier's newer statement of the same content is news (an estimate may return to an
 * earlier value), so for journey events the time of the statement is part of it.
 */
export function ingressKey(event: TelemetryMessage['events'][number]): string {
  return event.kind === 'position' ? event.key : hash64(`${event.key}|${event.createdAt}`);
}

/** The keys of the newest events of a connection. */
export class IngressKeys {
  readonly #keys: Set<string>;

  /** `recent` are the keys that storage holds, oldest first. */
  constructor(recent: readonly string[]) {
    this.#keys = new Set(recent);
  }

  /** The events that are new, each with its origin; sets the letters of the items they come from. */
  sortOut(events: readonly IngressEvent[], seq: number, connectionId: string, letters: string[]): IngressEvent[] {
    const fresh: IngressEvent[] = [];
    const seen = new Set<string>();
    for (const event of events) {
      const key = ingressKey(event);
      if (this.#keys.has(key) || seen.has(key)) {
        if (letters[event.index] !== LETTER.queued) letters[event.index] = LETTER.duplicate;
        continue;
      }
      seen.add(key);
      letters[event.index] = LETTER.queued;
      fresh.push({ ...event, origin: originOf(connectionId, seq, event.index) });
    }
    return fresh;
  }

  /** Remembers events that were stored; the oldest beyond the number kept are forgotten. */
  remember(events: readonly IngressEvent[]): void {
    for (const event of events) this.#keys.add(ingressKey(event));
    for (const key of this.#keys) {
      if (this.#keys.size <= INBOX_INGRESS_KEYS) break;
      this.#keys.delete(key);
    }
  }

  /** Forgets events, so that they may be posted again. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#keys.delete(key);
  }
}
