/** From what an adapter read to what the inbox takes: containers named, contracts checked, the rest refused with its reason. */
import { pointerTo } from '../../../contracts/kit/result.ts';
import { canonicalEventSchema, type RejectedItem } from '../../../contracts/tracking/events.ts';
import { contentKey } from '../../../domain/journey/event.ts';
import type { IngressEvent } from '../../../durable-objects/carrier-inbox/pack.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { QUARANTINE_RAW_MAX_CHARS } from '../../../platform/limits.ts';
import type { AdaptedItem, Candidate } from '../adapters/adapter.ts';
import type { Env } from '../env.ts';

/** A refused item with its raw text. */
export type Refused = RejectedItem & { raw: string };

/** Containers by the names that items use instead: `device/ID` and `booking/NUMBER`. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** Pairings change rarely and are never reused for another container within the minute. */
const NAMES_TTL_MS = 60_000;
const names = new Cache<string, readonly string[]>({ capacity: 20_000, ttlMs: NAMES_TTL_MS });

/**
 * The containers that items name by device or booking. What the items themselves tell of bookings counts at once, and the
 * tenant's index learns it.
 */
export async function resolveNames(env: Env, tenantId: string, items: readonly AdaptedItem[]): Promise<Names> {
  const { found, wanted } = namesIn(items);
  const told = [...found].flatMap(([name, numbers]) => numbers.map((number): [string, string] => [name, number]));
  const news = told.filter(([name, number]) => !names.get(`${tenantId}:${name}`)?.includes(number));
  const unknown = wanted.filter((name) => {
    const kept = names.get(`${tenantId}:${name}`);
    for (const number of kept ?? []) add(found, name, number);
    return !kept;
  });
  if (news.length + unknown.length === 0) return found;
  const resolved = await fleetIndex(env, tenantId).resolveNames(unknown, news);
  for (const [name, numbers] of Object.entries(resolved)) for (const number of numbers) add(found, name, number);
  for (const [name, numbers] of found) names.set(`${tenantId}:${name}`, numbers);
  return found;
}

/** The bookings whose containers the items tell, and the names whose containers are wanted. */
function namesIn(items: readonly AdaptedItem[]): { found: Map<string, string[]>; wanted: string[] } {
  const found = new Map<string, string[]>();
  const wanted = new Set<string>();
  for (const event of items.flatMap((item) => ('events' in item ? item.events : []))) {
    if ('device' in event) wanted.add(`device/${event.device}`);
    if (event.kind !== 'journey') continue;
    for (const booking of event.bookings ?? []) {
      if (event.container === undefined) wanted.add(`booking/${booking}`);
      else add(found, `booking/${booking}`, event.container);
    }
  }
  return { found, wanted: [...wanted] };
}

function add(map: Map<string, string[]>, name: string, number: string): void {
  const list = map.get(name);
  if (!list) map.set(name, [number]);
  else if (!list.includes(number)) list.push(number);
}

/** What of adapted items is accepted, what is refused, and what was said about them. */
export interface Checked {
  events: IngressEvent[];
  rejected: Refused[];
  warnings: RejectedItem[];
}

/** Checks adapted items: all of an item's events or none, for half an item would be a lie in the receipt. */
export function checkItems(items: readonly AdaptedItem[], found: Names): Checked {
  const checked: Checked = { events: [], rejected: [], warnings: [] };
  for (const item of items) {
    const { index } = item;
    const outcome = 'fault' in item ? item.fault : eventsOf(item, found);
    if (!Array.isArray(outcome)) {
      checked.rejected.push({ index, ...outcome, raw: rawText(item.raw) });
      continue;
    }
    checked.events.push(...outcome);
    for (const warning of ('warnings' in item && item.warnings) || []) checked.warnings.push({ index, ...warning });
  }
  return checked;
}

type Fault = Omit<RejectedItem, 'index'>;

function eventsOf({ index, events }: Extract<AdaptedItem, { events: unknown }>, found: Names): IngressEvent[] | Fault {
  const checked: IngressEvent[] = [];
  for (const candidate of events) {
    const named = nameContainers(candidate, found);
    if (!Array.isArray(named)) return named;
    for (const event of named) {
      const parsed = canonicalEventSchema.safeParse(event);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return { pointer: pointerTo(...issue!.path), code: 'item.invalid', detail: issue!.message };
      }
      checked.push({ ...parsed.data, key: contentKey(parsed.data), origin: 0, index });
    }
  }
  return checked;
}

function nameContainers(candidate: Candidate, found: Names): object[] | Fault {
  if ('device' in candidate) {
    const { device, ...event } = candidate;
    const numbers = found.get(`device/${device}`);
    if (numbers) return numbers.map((container) => ({ ...event, container }));
    return { pointer: '/device', code: 'device.unknown', detail: 'The device is not paired with a container' };
  }
  if (candidate.kind === 'position' || candidate.container !== undefined) return [candidate];
  const numbers = new Set((candidate.bookings ?? []).flatMap((booking) => found.get(`booking/${booking}`) ?? []));
  if (numbers.size > 0) return [...numbers].map((container) => ({ ...candidate, container }));
  return { pointer: '/documentReferences', code: 'booking.unknown', detail: 'No container is known of the booking' };
}

/** An item's raw text, within the bound of the quarantine. */
export function rawText(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text.slice(0, QUARANTINE_RAW_MAX_CHARS);
}
