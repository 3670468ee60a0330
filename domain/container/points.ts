/** What points that come in do to a container: which are believed, and where it is. */
import type { ContainerStatus } from '../journey/milestone.ts';
import { byTime, isLater, type PointTuple, suspect, toPosition } from '../positions/chunk.ts';
import { type Fix, judgeFixes, type Trust } from '../positions/trust.ts';
import type { ContainerState, TrackerMemory } from './state.ts';

/** Where a container is, with the delivery order of the point that tells it. */
export interface Latest {
  position: ContainerState['position'];
  origin: number;
}

/** What came of points. */
export interface TakenPoints {
  /** All of them by time, with why one is no position. */
  points: PointTuple[];
  /** Those that are positions. */
  trusted: PointTuple[];
  trust: Trust;
  confirmed: Fix | null;
  latest: Latest;
}

/** Statuses in which a box is on its way by land: it left a gate, or has not come to one. */
const ON_LAND: ReadonlySet<ContainerStatus> = new Set([
  'registered',
  'empty_picked_up',
  'stuffed',
  'picked_up',
  'gate_out',
  'dropped_off',
  'stripped',
  'empty_returned',
]);

/** Whether a box of a status may be carried by truck or train. */
export const isOnLand = (status: ContainerStatus): boolean => ON_LAND.has(status);

/** Takes in points, in whatever order. */
export function takePoints(
  memory: TrackerMemory,
  news: readonly PointTuple[],
  way: { since: number | null; onLand: boolean },
): TakenPoints {
  const sorted = [...news].sort(byTime);
  const { marks, trust, confirmed } = judgeFixes(memory.trust, sorted, way);
  const points = sorted.map((point, i) => suspect(point, marks[i]!));
  const trusted = points.filter((_, i) => marks[i] === null);
  return { points, trusted, trust, confirmed, latest: latestOf(memory, trusted) };
}

function latestOf({ state, positionOrigin }: TrackerMemory, trusted: readonly PointTuple[]): Latest {
  const { position } = state;
  const last = trusted.at(-1);
  if (!last) return { position, origin: positionOrigin };
  const held: PointTuple | null = position
    ? [position.at, position.lat, position.lon, null, null, null, positionOrigin]
    : null;
  return isLater(last, held) ? { position: toPosition(last), origin: last[6] } : { position, origin: positionOrigin };
}
