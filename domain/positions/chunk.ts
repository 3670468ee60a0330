/**
 * Position time series in chunks. A point is a short tuple, a chunk an array of them in order of
 * arrival, and a chunk belongs to one UTC month: old months can be dropped or moved whole.
 */
import type { PositionEvent, Sensors } from '../journey/event.ts';

/** Why a fix is no position: the box cannot have got there, there was no fix at all, or it is from long before its journey. */
export const SUSPICIONS = ['unreachable', 'no_fix', 'too_old'] as const;
/** Why a fix is no position. */
export type Suspicion = (typeof SUSPICIONS)[number];

/**
 * [at ms, lat, lon, speed kn | null, course deg | null, sensors | null, origin, received ms, why it is no position]; points of
 * releases before lack the last two, and trusted ones the last.
 */
export type PointTuple = [
  at: number,
  lat: number,
  lon: number,
  speedKnots: number | null,
  courseDeg: number | null,
  sensors: Sensors | null,
  origin: number,
  receivedAt?: number,
  suspicion?: Suspicion,
];

/** A position as the API shows it. */
export interface Position {
  at: number;
  lat: number;
  lon: number;
  speedKnots: number | null;
  courseDeg: number | null;
  sensors: Sensors | null;
  /** Why it is no position, or null. */
  suspect: Suspicion | null;
}

/** The UTC month of an instant, `2026-11`. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** Packs an event. */
export function toTuple(event: PositionEvent & { origin: number; receivedAt?: number | undefined }): PointTuple {
  const received: [] | [number] = event.receivedAt === undefined ? [] : [event.receivedAt];
  return [
    event.at,
    event.lat,
    event.lon,
    event.speedKnots ?? null,
    event.courseDeg ?? null,
    event.sensors ?? null,
    event.origin,
    ...received,
  ];
}

/** Unpacks a point. */
export function toPosition(point: PointTuple): Position {
  const [at, lat, lon, speedKnots, courseDeg, sensors, , , suspicion = null] = point;
  return { at, lat, lon, speedKnots, courseDeg, sensors, suspect: suspicion };
}

/** A point with why it is no position, or without. */
export function suspect(point: PointTuple, suspicion: Suspicion | null): PointTuple {
  const [at, lat, lon, speed, course, sensors, origin] = point;
  if (suspicion === null)
    return point[8] === undefined ? point : [at, lat, lon, speed, course, sensors, origin, receivedAtOf(point)];
  return [at, lat, lon, speed, course, sensors, origin, receivedAtOf(point), suspicion];
}

/** When a point was received, ms; points of releases before do not tell, and count as seen when they were made. */
export const receivedAtOf = (point: PointTuple): number => point[7] ?? point[0];

/** Whether a is the later observation; of two at one instant the later delivered one counts, in a delivery the later named. */
export function isLater(a: PointTuple, b: PointTuple | null): boolean {
  return !b || a[0] > b[0] || (a[0] === b[0] && a[6] >= b[6]);
}

/** Orders points by time, then delivery. */
export function byTime(a: PointTuple, b: PointTuple): number {
  return a[0] - b[0] || a[6] - b[6];
}

/** Keeps the last point of every `resolutionSeconds` bucket; points must be in time order. */
export function downsample(points: PointTuple[], resolutionSeconds: number): PointTuple[] {
  if (resolutionSeconds <= 0) return points;
  const bucket = (at: number): number => bucketStart(at, resolutionSeconds);
  return points.filter((point, i) => i + 1 === points.length || bucket(points[i + 1]![0]) !== bucket(point[0]));
}

/** When the interval of a resolution begins that an instant lies in, ms; of none, the instant itself. */
export function bucketStart(at: number, resolutionSeconds: number): number {
  const width = resolutionSeconds * 1_000;
  return width > 0 ? Math.floor(at / width) * width : at;
}
