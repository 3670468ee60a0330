/** From what an adapter read to what the inbox takes: containers named, contracts checked, the rest refused with its reason. */
import { pointerTo } from '../../../contracts/kit/result.ts';
import { canonicalEventSchema, type RejectedItem } from '../../../contracts/tracking/events.ts';
import { isPosition } from '../../../contracts/tracking/position-check.ts';
import { contentKey, shipmentNames } from '../../../domain/journey/event.ts';
import type { IngressEvent } from '../../../durable-objects/carrier-inbox/pack.ts';
import { holds, type Pairing } from '../../../durable-objects/fleet-index/pairings.ts';
import type { Asked, Resolved } from '../../../durable-objects/fleet-index/resolve.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { QUARANTINE_RAW_MAX_CHARS } from '../../../platform/limits.ts';
import type { AdaptedItem, Candidate } from '../adapters/adapter.ts';
import type { Env } from '../env.ts';
import { isKnownTracked, keepTracked } from '../../../durable-objects/container-tracker/tracked.ts';

/** A refused item with its raw text. */
export type Refused = RejectedItem & { raw: string };

/** What the fleet knows of what items name. */
export interface Known {
  /** Containers by the names of their shipments. */
  bookings: ReadonlyMap<string, readonly string[]>;
  pairings: readonly Pairing[];
  /** Numbers that are not tracked: what is said of them waits, and of ignored ones it is dropped. */
  unclaimed: ReadonlySet<string>;
  ignored: ReadonlySet<string>;
  /** Whether what is said of a shipment alone waits for its containers; a whole history comes again with them. */
  awaits: boolean;
}

/** What a booking holds stays in it: it is told once in a while. */
const TOLD_TTL_MS = 60_000;
const told = new Cache<string, true>({ capacity: 50_000, ttlMs: TOLD_TTL_MS });

/** Asks the tenant's fleet about the devices, bookings and numbers of a delivery, as far as they are not known here. */
export async function lookUp(
  env: Env,
  { tenantId, connectionId, now, awaits }: { tenantId: string; connectionId: string; now: number; awaits: boolean },
  items: readonly AdaptedItem[],
): Promise<Known> {
  const named = namesIn(items);
  const nameOf = (...parts: string[]): string => [tenantId, ...parts].join(':');
  const asked: Asked = {
    connectionId,
    now,
    devices: [...named.devices],
    bookings: [...named.bookings],
    awaits,
    told: named.told.filter(([booking, number]) => !told.get(nameOf(booking, number))),
    numbers: [...named.numbers].filter((number) => !isKnownTracked(tenantId, number)),
  };
  const isQuiet = asked.devices.length + asked.bookings.length + asked.told.length + asked.numbers.length === 0;
  const found: Resolved = isQuiet ? NOTHING : await fleetIndex(env, tenantId).resolve(asked);
  keepTracked(tenantId, found.claimed);
  for (const [booking, number] of asked.told) told.set(nameOf(booking, number), true);
  const isTracked = new Set(found.claimed);
  const unknown = [...asked.numbers, ...[...found.bookings, ...found.pairings].map(({ number }) => number)];
  const bookings = new Map<string, string[]>();
  for (const { booking, number } of found.bookings) bookings.set(booking, [...(bookings.get(booking) ?? []), number]);
  for (const [booking, number] of named.told) {
    const list = bookings.get(booking) ?? [];
    if (!list.includes(number)) bookings.set(booking, [...list, number]);
  }
  return {
    bookings,
    pairings: found.pairings,
    unclaimed: new Set(unknown.filter((number) => !isTracked.has(number))),
    ignored: new Set(found.ignored),
    awaits,
  };
}

const NOTHING: Resolved = { bookings: [], pairings: [], claimed: [], ignored: [] };

/** What items name: devices, bookings whose containers are wanted, bookings whose containers they tell, and numbers. */
function namesIn(items: readonly AdaptedItem[]) {
  const [devices, bookings, numbers] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const pairs = new Map<string, [booking: string, number: string]>();
  for (const event of items.flatMap((item) => ('events' in item ? item.events : []))) {
    if ('device' in event) {
      devices.add(event.device);
      continue;
    }
    if (event.container !== undefined) numbers.add(event.container);
    for (const booking of event.kind === 'journey' ? shipmentNames(event) : []) {
      if (event.container === undefined) bookings.add(booking);
      else pairs.set(`${booking}:${event.container}`, [booking, event.container]);
    }
  }
  return { devices, bookings, numbers, told: [...pairs.values()] };
}

/** What of adapted items is accepted, what is refused, and what was said about them. */
export interface Checked {
  events: IngressEvent[];
  /** What names shipments alone, without a container, and the items of which no container is known yet. */
  shipments: IngressEvent[];
  waiting: Set<number>;
  rejected: Refused[];
  warnings: RejectedItem[];
}

/** Checks adapted items: all of an item's events or none, for half an item would be a lie in the receipt. */
export function checkItems(items: readonly AdaptedItem[], known: Known): Checked {
  const checked: Checked = { events: [], shipments: [], waiting: new Set(), rejected: [], warnings: [] };
  for (const item of items) {
    const { index } = item;
    const outcome = 'fault' in item ? item.fault : eventsOf(item, known);
    if (!('events' in outcome)) {
      checked.rejected.push({ index, ...outcome, raw: rawText(item.raw) });
      continue;
    }
    checked.events.push(...outcome.events);
    checked.shipments.push(...outcome.shipments);
    if (outcome.events.length === 0) {
      checked.waiting.add(index);
      checked.warnings.push({ index, ...WAITING });
    }
    for (const warning of ('warnings' in item && item.warnings) || []) checked.warnings.push({ index, ...warning });
  }
  return checked;
}

type Fault = Omit<RejectedItem, 'index'>;

const WAITING: Fault = {
  pointer: '/documentReferences',
  code: 'booking.waiting',
  detail: 'No container is known of the booking or transport document yet: the event waits until one is',
};

type Taken = Pick<Checked, 'events' | 'shipments'>;

function eventsOf({ index, events }: Extract<AdaptedItem, { events: unknown }>, known: Known): Taken | Fault {
  const taken: Taken = { events: [], shipments: [] };
  for (const candidate of events) {
    const named = nameContainers(candidate, known);
    if (!Array.isArray(named)) return named;
    // Whatever is said of a shipment is checked as said of a container: of those that join it, when there is none yet.
    const isOfShipment = candidate.kind === 'journey' && candidate.container === undefined;
    for (const event of named.length > 0 ? named : [{ ...candidate, container: SOMEBODY }]) {
      const parsed = isPosition(event)
        ? { success: true as const, data: event }
        : canonicalEventSchema.safeParse(event);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return { pointer: pointerTo(...issue!.path), code: 'item.invalid', detail: issue!.message };
      }
      const { data } = parsed;
      const from = { origin: 0, index };
      if (named.length > 0) taken.events.push({ ...data, key: contentKey(data), ...from });
      if (!isOfShipment || !known.awaits || taken.shipments.length > 0) continue;
      const said = { ...data, container: '' };
      taken.shipments.push({ ...said, key: contentKey(said), ...from });
    }
  }
  return taken;
}

/** Stands for a container that is not known yet. */
const SOMEBODY = 'XXXX0000000';

/** A candidate with its container, or with each of its shipment's; of none when these are not known yet. */
function nameContainers(candidate: Candidate, { pairings, bookings, awaits }: Known): object[] | Fault {
  if ('device' in candidate) {
    const { device, ...event } = candidate;
    const own = pairings.filter(({ deviceId }) => deviceId === device);
    const pairing = own.find((each) => holds(each, event.at));
    if (pairing) return [{ ...event, container: pairing.number }];
    const detail =
      own.length > 0 ? 'The device was on no container at the time' : 'The device is not paired with a container';
    return { pointer: '/device', code: own.length > 0 ? 'device.not_paired_then' : 'device.unknown', detail };
  }
  if (candidate.kind === 'position' || candidate.container !== undefined) return [candidate];
  const numbers = new Set(shipmentNames(candidate).flatMap((name) => bookings.get(name) ?? []));
  if (numbers.size > 0 || awaits) return [...numbers].map((container) => ({ ...candidate, container }));
  const detail = 'No container is known of the booking or transport document; it is read when its history comes again';
  return { pointer: '/documentReferences', code: 'booking.unknown', detail };
}

/** An item's raw text, within the bound of the quarantine. */
export function rawText(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  return text.slice(0, QUARANTINE_RAW_MAX_CHARS);
}
