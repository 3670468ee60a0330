/** The ingress: adapter, contract check, device resolution, then the inbox. */
import { type Answer, type Failure, type Fault, fail, pointerTo } from '../../../contracts/kit/result.ts';
import type { IngestAnswer } from '../../../contracts/tracking/connections.ts';
import { canonicalEventSchema, RECEIPT_WARNINGS_MAX, type RejectedItem } from '../../../contracts/tracking/events.ts';
import { contentKey } from '../../../domain/journey/event.ts';
import type { CarrierInbox } from '../../../durable-objects/carrier-inbox/carrier-inbox.ts';
import type { IngressEvent } from '../../../durable-objects/carrier-inbox/pack.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { INGEST_ITEMS_MAX, QUARANTINE_RAW_MAX_CHARS } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { AdaptedItem, AdapterResult, Candidate } from '../adapters/adapter.ts';
import { rawBody, readBodyText } from '../adapters/body-text.ts';
import { ADAPTERS } from '../adapters/registry.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

type Refused = RejectedItem & { raw: string };
/** What the inbox takes. */
type Delivery = Parameters<CarrierInbox['accept']>[0];

/** Pairings change rarely and are never reused for another container within the minute. */
const DEVICE_TTL_MS = 60_000;
const devices = new Cache<string, string>({ capacity: 20_000, ttlMs: DEVICE_TTL_MS });

/** Takes a verified delivery in. 2xx only after the inbox has it durably. */
export async function ingest({ env, scope, input }: For<'ingest'>): Promise<Answer<IngestAnswer>> {
  const { connection, contentType, body } = input;
  if (scope.tenantId !== connection.tenantId || scope.subject !== connection.id) {
    return fail('forbidden', 'Only the connection itself may deliver');
  }
  const fields = { correlationId: scope.correlationId, tenantId: scope.tenantId, connectionId: connection.id };
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const accept = (kept: Pick<Delivery, 'items' | 'events' | 'rejected' | 'warnings'>) =>
    carrierInbox(env, connection.id).accept({ ...fields, securityVersion: connection.securityVersion, ...kept });
  const read = readBodyText(body);
  const encoding = 'warning' in read && read.warning ? [encodingWarning(read.warning)] : [];
  const adapted =
    'unreadable' in read
      ? read
      : ADAPTERS[connection.format].parse(read.text, contentType, {
          carrierId: connection.carrierId,
          now: clockFrom(env.DEMO_CLOCK).now(),
          report: (index, error) => log('error', 'item.defect', { ...fields, index, error: errorText(error) }),
        });
  const items = itemsOf(adapted);
  if (!Array.isArray(items)) {
    // Signed, so it is the carrier's: what it said is kept before it is refused.
    const raw = 'text' in read ? rawText(read.text) : rawBody(body, QUARANTINE_RAW_MAX_CHARS);
    const fault = { index: 0, pointer: '', ...items };
    const kept = await accept({ items: 1, events: [], rejected: [{ ...fault, raw }], warnings: encoding });
    return kept.ok ? refusedWhole('The body cannot be taken', [fault], kept.value.receiptId) : kept;
  }
  const count = items.length;
  const { events, rejected, warnings } = checkItems(items, await resolveDevices(env, scope.tenantId, items));
  const kept = [...encoding, ...warnings].slice(0, RECEIPT_WARNINGS_MAX);
  const answer = await accept({ items: count, events, rejected, warnings: kept });
  const counts = { items: count, rejected: rejected.length, warnings: warnings.length };
  log('info', 'delivery.received', { ...fields, ...counts, outcome: answer.ok ? 'stored' : answer.code });
  if (answer.ok && events.length === 0) {
    return refusedWhole('No item of the delivery is acceptable', rejected, answer.value.receiptId);
  }
  return answer;
}

/** The items of a body, or why nothing of it can be taken. */
function itemsOf(adapted: AdapterResult): AdaptedItem[] | Omit<Fault, 'pointer'> {
  if ('unreadable' in adapted) return { code: 'body.unreadable', detail: adapted.unreadable };
  const count = adapted.items.length;
  if (count === 0) return { code: 'body.empty', detail: 'The delivery holds no items' };
  if (count <= INGEST_ITEMS_MAX) return adapted.items;
  const detail = `A delivery may hold ${INGEST_ITEMS_MAX} items, this one holds ${count}`;
  return { code: 'body.too_many_items', detail };
}

const encodingWarning = (detail: string): RejectedItem => ({ index: 0, pointer: '', code: 'body.encoding', detail });

/** The refusal of a delivery of which nothing could be taken, with where it is kept. */
function refusedWhole(detail: string, rejected: RejectedItem[], receiptId: string): Failure {
  return fail('nothing_acceptable', detail, {
    faults: rejected
      .slice(0, 100)
      .map(({ index, pointer, code, detail: why }) => ({ pointer: `/${index}${pointer}`, code, detail: why })),
    extra: { receiptId },
  });
}

async function resolveDevices(env: Env, tenantId: string, items: AdaptedItem[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const unknown = new Set<string>();
  for (const item of items) {
    for (const event of 'events' in item ? item.events : []) {
      if (!('device' in event)) continue;
      const cached = devices.get(`${tenantId}:${event.device}`);
      if (cached) found.set(event.device, cached);
      else unknown.add(event.device);
    }
  }
  if (unknown.size > 0) {
    const resolved = await fleetIndex(env, tenantId).resolveDevices([...unknown]);
    for (const [device, number] of Object.entries(resolved)) {
      found.set(device, number);
      devices.set(`${tenantId}:${device}`, number);
    }
  }
  return found;
}

function checkItems(
  items: AdaptedItem[],
  numbers: Map<string, string>,
): { events: IngressEvent[]; rejected: Refused[]; warnings: RejectedItem[] } {
  const warnings: RejectedItem[] = [];
  const events: IngressEvent[] = [];
  const rejected: Refused[] = [];
  for (const item of items) {
    const { index } = item;
    const refuse = (pointer: string, code: string, detail: string): void => {
      rejected.push({ index, pointer, code, detail, raw: rawText(item.raw) });
    };
    if ('fault' in item) {
      refuse(item.fault.pointer, item.fault.code, item.fault.detail);
      continue;
    }
    // All of an item's events or none: half an item would be a lie in the receipt.
    const checked: IngressEvent[] = [];
    for (const candidate of item.events) {
      const named = nameContainer(candidate, numbers);
      if (!named) {
        refuse('/device', 'device.unknown', 'The device is not paired with a container');
        break;
      }
      const parsed = canonicalEventSchema.safeParse(named);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        refuse(pointerTo(...issue!.path), 'item.invalid', issue!.message);
        break;
      }
      checked.push({ ...parsed.data, key: contentKey(parsed.data), origin: 0, index });
    }
    if (checked.length < item.events.length) continue;
    events.push(...checked);
    for (const warning of item.warnings ?? []) warnings.push({ index, ...warning });
  }
  return { events, rejected, warnings };
}

function nameContainer(candidate: Candidate, numbers: Map<string, string>): unknown {
  if (!('device' in candidate)) return candidate;
  const { device, ...event } = candidate;
  const container = numbers.get(device);
  return container ? { ...event, container } : null;
}

function rawText(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text.slice(0, QUARANTINE_RAW_MAX_CHARS);
}
