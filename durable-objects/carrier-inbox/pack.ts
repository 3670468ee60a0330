/** Packs accepted events into queue messages: whole containers together, within the size limit. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { hash64, type TrackedEvent } from '../../domain/journey/event.ts';
import { QUEUE_MESSAGE_MAX_BYTES, QUEUE_MESSAGE_MAX_CONTAINERS } from '../../platform/limits.ts';

/** A canonical event with the index of the delivery's item that held it. */
export type IngressEvent = TrackedEvent & { index: number };

/** Events of one message, with their JSON text: made once, however often it is stored and sent. */
export interface Pack {
  events: TelemetryMessage['events'];
  json: string;
}

/** Events that have been a pack. */
export const packOf = (json: string): Pack => ({ events: JSON.parse(json) as Pack['events'], json });

/** The envelope's share of a message, generously. */
const ENVELOPE_BYTES = 1_000;

/**
 * Orders the events by container partition (a hash, so that one busy container does not always end
 * up in the first message), keeps each container's order of arrival, and cuts at the size limit.
 */
export function packEvents(events: IngressEvent[], maxBytes = QUEUE_MESSAGE_MAX_BYTES): Pack[] {
  const byContainer = new Map<string, IngressEvent[]>();
  for (const event of events) {
    const list = byContainer.get(event.container);
    if (list) list.push(event);
    else byContainer.set(event.container, [event]);
  }
  const containers = [...byContainer].map(([container, list]) => ({ partition: hash64(container), list }));
  containers.sort((a, b) => (a.partition < b.partition ? -1 : 1));
  const packs: Pack[] = [];
  let message: TelemetryMessage['events'] = [];
  let texts: string[] = [];
  let bytes = ENVELOPE_BYTES;
  let held = 0;
  const cut = (): void => {
    if (message.length > 0) packs.push({ events: message, json: `[${texts.join(',')}]` });
    message = [];
    texts = [];
    bytes = ENVELOPE_BYTES;
    held = 0;
  };
  for (const { list } of containers) {
    if (++held > QUEUE_MESSAGE_MAX_CONTAINERS) {
      cut();
      held = 1;
    }
    for (const { index: _index, ...event } of list) {
      const text = JSON.stringify(event);
      const size = sizeOf(text);
      if (bytes + size > maxBytes) {
        cut();
        held = 1;
      }
      message.push(event);
      texts.push(text);
      bytes += size;
    }
  }
  cut();
  return packs;
}

/** Bytes of an event's text in a message. JSON leaves non-ASCII unescaped: three bytes a character is safe. */
function sizeOf(text: string): number {
  return (/^[\x20-\x7e]*$/.test(text) ? text.length : text.length * 3) + 1;
}

/** Bits of an origin that hold the item's index: 2^13 items, above INGEST_ITEMS_MAX. */
const INDEX_SPAN = 8_192;
const SEQ_SPAN = 2 ** 26;
const CONNECTION_SPAN = 2 ** 14;

/**
 * Where an event came from, as one safe integer: 14 bits of the connection's hash, 26 bits of the
 * receipt's number, 13 bits of the item's index. Within a connection it grows with delivery.
 */
export function originOf(connectionId: string, receiptSeq: number, index: number): number {
  const connection = Number.parseInt(hash64(connectionId).slice(0, 8), 16) % CONNECTION_SPAN;
  return (connection * SEQ_SPAN + (receiptSeq % SEQ_SPAN)) * INDEX_SPAN + index;
}

/** The item's index of an origin. */
export function indexOfOrigin(origin: number): number {
  return origin % INDEX_SPAN;
}
