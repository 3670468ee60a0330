import type { Fault } from '../../../contracts/kit/result.ts';
import type { ConnectionOptions } from '../../../contracts/tracking/connection-options.ts';
import type { CanonicalEvent, JourneyEvent } from '../../../domain/journey/event.ts';

/** What an adapter knows beside the body. */
export interface AdapterContext {
  carrierId: string;
  connectionId: string;
  /** How the connection's deliveries are read. */
  options: ConnectionOptions;
  /** The present instant, ms. */
  now: number;
  /** Hears of a defect of ours in an item. */
  report: (index: number, error: unknown) => void;
}

/**
 * A canonical event before its contract check: a position may still name a device, and a journey event nothing but the
 * bookings whose containers it is about.
 */
export type Candidate =
  | CanonicalEvent
  | (Omit<Extract<CanonicalEvent, { kind: 'position' }>, 'container'> & {
      device: string;
    })
  | (Omit<JourneyEvent, 'container'> & { container?: undefined });

/** One item of a delivery, turned into events or refused with the reason. */
export type AdaptedItem =
  | { index: number; raw: unknown; events: Candidate[]; warnings?: Fault[] }
  | { index: number; raw: unknown; fault: Fault };

/** The items of a body, or why the body as a whole cannot be read. */
export type AdapterResult = { items: AdaptedItem[] } | { unreadable: string };

/** Turns one carrier format into canonical events. Adapters never throw on input. */
export interface Adapter {
  parse(text: string, contentType: string, context: AdapterContext): AdapterResult;
}

/**
 * The items of a list, each turned by itself: a defect of ours in one costs that item alone. `report` hears of it.
 */
export function adaptEach(
  list: readonly unknown[],
  context: AdapterContext,
  adapt: (raw: unknown, index: number, context: AdapterContext) => AdaptedItem,
): AdaptedItem[] {
  return list.map((raw, index) => {
    if (isDeep(raw, DEPTH_MAX)) {
      const detail = `Its members are nested more than ${DEPTH_MAX} deep`;
      return { index, raw: '', fault: { pointer: '', code: 'item.too_deep', detail } };
    }
    try {
      return adapt(raw, index, context);
    } catch (error) {
      context.report(index, error);
      const detail = 'We failed at this item. It is kept, and will be looked at';
      return { index, raw, fault: { pointer: '', code: 'item.defect', detail } };
    }
  });
}

/** No feed nests deeper; what does cannot be written again by a recursive writer. */
const DEPTH_MAX = 50;

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((each) => isDeep(each, left - 1));
}

/** Parses JSON without throwing. */
export function parseJson(text: string): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** A non-empty string, trimmed, from a feed's string or number; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}

/** A finite number from a feed's number or numeric string (feeds quote coordinates). */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !value.trim()) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A plain object, or undefined. */
export function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
