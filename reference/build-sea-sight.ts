/** Whether a ship can go straight from one place to another: along the great circle, with room on both sides. Build time only. */
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import { CELL_NM, PER_DEGREE, WIDTH } from './build-sea-raster.ts';

const RAD = Math.PI / 180;

/** A place as a vector of length 1 from the middle of the globe. */
export type Vector = readonly [x: number, y: number, z: number];

/** The vector of a place. */
export function vectorOf({ lat, lon }: Point): Vector {
  const across = Math.cos(lat * RAD);
  return [across * Math.cos(lon * RAD), across * Math.sin(lon * RAD), Math.sin(lat * RAD)];
}

/** The cell that a vector, of whatever length, points to. */
function cellTowards(x: number, y: number, z: number): number {
  const lat = Math.atan2(z, Math.hypot(x, y)) / RAD;
  const lon = Math.atan2(y, x) / RAD;
  const row = Math.min(180 * PER_DEGREE - 1, Math.floor((lat + 90) * PER_DEGREE));
  return row * WIDTH + (Math.floor((lon + 180) * PER_DEGREE) % WIDTH);
}

/**
 * Whether every point of the great circle between two places is at least `neededNm` from land. Where there is much room the next
 * look is as far ahead as the room reaches (sphere tracing, Hart 1996).
 */
export function isClear(
  clearance: Float32Array,
  [a, from]: [Point, Vector],
  [b, to]: [Point, Vector],
  neededNm: number,
): boolean {
  const total = distanceNm(a, b);
  const angle = total / 3_440.065;
  const sine = Math.sin(angle);
  if (sine === 0) return true;
  for (let nm = 0; nm < total; ) {
    const [u, v] = [Math.sin(angle * (1 - nm / total)) / sine, Math.sin((angle * nm) / total) / sine];
    const room = clearance[cellTowards(from[0] * u + to[0] * v, from[1] * u + to[1] * v, from[2] * u + to[2] * v)]!;
    if (room < neededNm) return false;
    // Half a cell at least: the raster tells nothing finer.
    nm += Math.max(CELL_NM / 2, room - neededNm - CELL_NM);
  }
  return true;
}
