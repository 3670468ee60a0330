/** Reads a page of a container's position series from its closed chunks and the open one. */
import { encodeCursor } from '../../contracts/kit/cursor.ts';
import { POSITIONS_PAGE_MAX } from '../../contracts/kit/limits.ts';
import { after, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { ApiPosition } from '../../contracts/tracking/containers.ts';
import {
  bucketStart,
  byTime,
  downsample,
  isLater,
  type PointTuple,
  type Position,
  receivedAtOf,
  toPosition,
} from '../../domain/positions/chunk.ts';
import type { TrackerStorage } from './storage.ts';
import { positionToApi } from './to-api.ts';

/** Query of a position series; instants in ms. */
export interface PositionQuery extends Paging {
  from?: number | undefined;
  to?: number | undefined;
  resolutionSeconds: number;
  /** Only what had been received by then. */
  asOf?: number | undefined;
}

/** How many points a page may look at: bounds the work of a coarse resolution over years. */
const SCAN_MAX = 20 * POSITIONS_PAGE_MAX;

/**
 * Points in time order from the cursor on. Chunks may overlap (late points), so a point is settled
 * only when no later chunk can begin before it.
 */
export function readSeries(
  storage: Pick<TrackerStorage, 'chunksBetween'>,
  openPoints: PointTuple[],
  query: PositionQuery,
  scanMax = SCAN_MAX,
): Page<ApiPosition> {
  const [afterAt, afterOrigin] = after<[number, number]>(query) ?? [null, 0];
  const from = Math.max(query.from ?? Number.MIN_SAFE_INTEGER, afterAt ?? Number.MIN_SAFE_INTEGER);
  const to = query.to ?? Number.MAX_SAFE_INTEGER;
  const asOf = query.asOf ?? Number.POSITIVE_INFINITY;
  const wanted = ([at, , , , , , origin]: PointTuple): boolean =>
    at >= from && at <= to && (afterAt === null || at > afterAt || origin > afterOrigin);
  const isKnown = (point: PointTuple): boolean => wanted(point) && receivedAtOf(point) <= asOf;
  let buffer = openPoints.filter(isKnown);
  let settledBefore = Number.POSITIVE_INFINITY;
  for (const chunk of storage.chunksBetween(from, to)) {
    // An interval is whole or on the next page: its last point is not known before all of it is.
    const whole = bucketStart(chunk.firstAt, query.resolutionSeconds);
    const settled = buffer.reduce((count, point) => count + Number(point[0] < whole), 0);
    if (settled > scanMax || (query.resolutionSeconds === 0 && settled > query.limit)) {
      settledBefore = whole;
      break;
    }
    buffer = buffer.concat(chunk.points.filter(isKnown));
  }
  const points = buffer.filter((point) => point[0] < settledBefore).sort(byTime);
  const thinned = downsample(points, query.resolutionSeconds);
  const page = thinned.slice(0, query.limit);
  const more = thinned.length > page.length || Number.isFinite(settledBefore);
  const last = page.at(-1);
  return {
    items: page.map((point) => positionToApi(toPosition(point))),
    nextCursor: more && last ? encodeCursor([last[0], last[6]]) : null,
  };
}

/** The newest position that had been received by an instant, or null. */
export function positionAsOf(storage: TrackerStorage, openPoints: PointTuple[], asOf: number): Position | null {
  let newest: PointTuple | null = null;
  const look = (points: readonly PointTuple[]): void => {
    for (const point of points) {
      const isPosition = point[8] === undefined && receivedAtOf(point) <= asOf;
      if (isPosition && isLater(point, newest)) newest = point;
    }
  };
  look(openPoints);
  for (const chunk of storage.chunksBefore(asOf)) {
    if (newest && chunk.lastAt < newest[0]) break;
    look(chunk.points);
  }
  return newest && toPosition(newest);
}
