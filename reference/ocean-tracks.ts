/**
 * Tracks that the lane file lacks. It crosses the North Pacific along the 40th parallel, leaves the
 * Sea of Japan by the Bering Sea, goes from the Canaries to the Channel by way of Madeira, and draws the Suez Canal as one straight line that Port Said is not
 * on. Each track is a list of turning points [lat, lon]; between two of them runs the great circle.
 * Ends that are nodes of the lane file join it there.
 * A test holds every ocean track clear of land (Natural Earth, 1:50 million).
 */
import { distanceNm, type Point, wrapLongitude } from '../domain/geo/sphere.ts';

type Turn = [lat: number, lon: number];

const TSUGARU_WEST: Turn = [41.2, 139.4];
/** Off Cape Erimo, the corner of Hokkaido. */
const ERIMO: Turn = [41.7, 143.4];
const TOKYO_BAY: Turn = [35.2011, 140.4029];
const OSUMI: Turn = [31, 130.9];
const TAIWAN_SOUTH: Turn = [22.1, 120];
const BASHI: Turn = [21.2, 121.3];
/** South-east of Okinawa. */
const OKINAWA: Turn = [25.6, 128.7];
const JUAN_DE_FUCA: Turn = [48.5, -125];
const SAN_FRANCISCO: Turn = [37.7, -122.9];
const SANTA_BARBARA: Turn = [34.3, -120.9];
const CABO_SAN_LUCAS: Turn = [22.3104, -111.0067];

/** Between Tenerife and Fuerteventura; off Cape Finisterre; off Ushant. */
const CANARIES: Turn = [28.3, -15.3];
const FINISTERRE: Turn = [43.4198, -10.0729];
const USHANT: Turn = [48.6667, -5.5];

/** The tracks. Ships bound for the north-west coast keep south of the Aleutians: hence the turn at 50.6° N. */
export const OCEAN_TRACKS: readonly Turn[][] = [
  [TSUGARU_WEST, [41.33, 140.22], [41.47, 140.6], [41.62, 140.96], ERIMO],
  [ERIMO, [50.6, -178], JUAN_DE_FUCA],
  [ERIMO, SAN_FRANCISCO],
  [ERIMO, SANTA_BARBARA],
  [TOKYO_BAY, [50.6, -172], JUAN_DE_FUCA],
  [TOKYO_BAY, SAN_FRANCISCO],
  [TOKYO_BAY, SANTA_BARBARA],
  [OSUMI, [34.4, 139.9], TOKYO_BAY],
  [TAIWAN_SOUTH, BASHI, OKINAWA, SANTA_BARBARA],
  [OKINAWA, [50.6, -172], JUAN_DE_FUCA],
  [TOKYO_BAY, CABO_SAN_LUCAS],
  [BASHI, [20.15, -108.2]],
  [CANARIES, FINISTERRE, USHANT],
];

/** The Suez Canal's centre line, from Port Said by the Bitter Lakes to the Gulf of Suez. */
export const SUEZ_CANAL: readonly Turn[] = [
  [31.2981, 32.3872],
  [31.25, 32.351],
  [31.15, 32.322],
  [31.08, 32.309],
  [30.85, 32.316],
  [30.75, 32.328],
  [30.65, 32.34],
  [30.58, 32.314],
  [30.54, 32.322],
  [30.48, 32.347],
  [30.42, 32.36],
  [30.35, 32.38],
  [30.3, 32.425],
  [30.25, 32.53],
  [30.2, 32.566],
  [30.1, 32.571],
  [30, 32.582],
  [29.93, 32.56],
  [29.7, 32.6],
];

/** Turning points and the points between them, at most `spacingNm` apart along the great circle. */
export function densify(track: readonly Turn[], spacingNm = 200): Point[] {
  const points: Point[] = [];
  for (const [lat, lon] of track) {
    const [from, to] = [points.at(-1), { lat, lon }];
    if (!from) {
      points.push(to);
      continue;
    }
    const steps = Math.max(1, Math.ceil(distanceNm(from, to) / spacingNm));
    for (let step = 1; step <= steps; step++) points.push(greatCirclePoint(from, to, step / steps));
  }
  return points;
}

const RAD = Math.PI / 180;

/** The point at a fraction of the great circle from a to b (spherical linear interpolation). */
function greatCirclePoint(a: Point, b: Point, fraction: number): Point {
  if (fraction === 1) return b;
  const [u, v] = [vector(a), vector(b)];
  const angle = Math.acos(u[0] * v[0] + u[1] * v[1] + u[2] * v[2]);
  const [p, q] = [Math.sin((1 - fraction) * angle), Math.sin(fraction * angle)];
  const [x, y, z] = [p * u[0] + q * v[0], p * u[1] + q * v[1], p * u[2] + q * v[2]];
  return { lat: Math.atan2(z, Math.hypot(x, y)) / RAD, lon: wrapLongitude(Math.atan2(y, x) / RAD) };
}

function vector({ lat, lon }: Point): [number, number, number] {
  const cos = Math.cos(lat * RAD);
  return [cos * Math.cos(lon * RAD), cos * Math.sin(lon * RAD), Math.sin(lat * RAD)];
}
