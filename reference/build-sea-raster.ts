/**
 * A raster of the world, 0.05 degrees a cell: where land is, and how far it is to the nearest. Land is of Natural Earth
 * 1:10m (npm `world-atlas`). Build time only.
 */
import { coastRings } from './build-geography.ts';
import { type Point, wrapLongitude } from '../domain/geo/sphere.ts';

/** Cells of a degree, of a row round the world, and of a column from pole to pole. */
export const PER_DEGREE = 20;
export const WIDTH = 360 * PER_DEGREE;
export const HEIGHT = 180 * PER_DEGREE;
/** Nautical miles from one row to the next. */
export const CELL_NM = 60 / PER_DEGREE;

const RAD = Math.PI / 180;

/** The column of a longitude, degrees. */
export const columnOf = (lon: number): number =>
  Math.min(WIDTH - 1, Math.floor((wrapLongitude(lon) + 180) * PER_DEGREE));
/** The row of a latitude, degrees, from the south. */
export const rowOf = (lat: number): number => Math.max(0, Math.min(HEIGHT - 1, Math.floor((lat + 90) * PER_DEGREE)));
/** The cell of a place. */
export const cellOf = ({ lat, lon }: Point): number => rowOf(lat) * WIDTH + columnOf(lon);
/** The centre of a cell. */
export const centreOf = (cell: number): Point => ({
  lat: (Math.floor(cell / WIDTH) + 0.5) / PER_DEGREE - 90,
  lon: ((cell % WIDTH) + 0.5) / PER_DEGREE - 180,
});

/** Where land is: 1 for cells inside of a coast, and for every cell that a coast touches. */
export function landRaster(): Uint8Array {
  const land = new Uint8Array(WIDTH * HEIGHT);
  for (const ring of coastRings()) {
    const line = unwrapped(ring);
    fill(land, line);
    draw(land, line, 1);
  }
  return land;
}

/** Sets the cells that a line of [lon, lat] touches. */
export function draw(raster: Uint8Array, line: readonly (readonly [lon: number, lat: number])[], value: number): void {
  for (let i = 1; i < line.length; i++) {
    const [[lonA, latA], [lonB, latB]] = [line[i - 1]!, line[i]!];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(lonB - lonA), Math.abs(latB - latA)) * PER_DEGREE * 3));
    for (let k = 0; k <= steps; k++) {
      const at = { lat: latA + ((latB - latA) * k) / steps, lon: lonA + ((lonB - lonA) * k) / steps };
      raster[cellOf(at)] = value;
    }
  }
}

/** A ring whose longitudes go on beyond 180 where it crosses the antimeridian, as its neighbours do. */
function unwrapped(ring: readonly [number, number][]): [number, number][] {
  const line: [number, number][] = [];
  let last = ring[0]![0];
  for (const [lon, lat] of ring) {
    last += wrapLongitude(lon - last);
    line.push([last, lat]);
  }
  return line;
}

/** Fills a ring by rows: between every second and the next of the places where it crosses a row's middle. */
function fill(land: Uint8Array, ring: readonly [number, number][]): void {
  const crossings = new Map<number, number[]>();
  for (let i = 1; i < ring.length; i++) {
    const [[lonA, latA], [lonB, latB]] = [ring[i - 1]!, ring[i]!];
    const [low, high] = latA < latB ? [latA, latB] : [latB, latA];
    const first = Math.ceil((low + 90) * PER_DEGREE - 0.5);
    for (let row = first; (row + 0.5) / PER_DEGREE - 90 < high; row++) {
      const lat = (row + 0.5) / PER_DEGREE - 90;
      const lon = lonA + ((lonB - lonA) * (lat - latA)) / (latB - latA);
      const own = crossings.get(row);
      if (own) own.push(lon);
      else crossings.set(row, [lon]);
    }
  }
  for (const [row, lons] of crossings) {
    if (row < 0 || row >= HEIGHT) continue;
    lons.sort((a, b) => a - b);
    for (let i = 0; i + 1 < lons.length; i += 2) {
      const [from, to] = [Math.ceil((lons[i]! + 180) * PER_DEGREE - 0.5), (lons[i + 1]! + 180) * PER_DEGREE - 0.5];
      for (let column = from; column <= to; column++) {
        land[row * WIDTH + (((column % WIDTH) + WIDTH) % WIDTH)] = 1;
      }
    }
  }
}

/** Beyond this, nm, it no longer matters how far the land is. */
const FAR_NM = 400;

/**
 * Nautical miles from every cell to the nearest land, 400 at most: two passes of a chamfer of eight neighbours (Borgefors
 * 1986) with the cells' own widths, each row twice, since it goes round the world.
 */
export function clearanceOf(land: Uint8Array): Float32Array {
  const nm = new Float32Array(WIDTH * HEIGHT);
  for (let cell = 0; cell < nm.length; cell++) nm[cell] = land[cell] ? 0 : FAR_NM;
  for (let row = 0; row < HEIGHT; row++) sweep(nm, row, row - 1, 1);
  for (let row = HEIGHT - 1; row >= 0; row--) sweep(nm, row, row + 1, -1);
  return nm;
}

function sweep(nm: Float32Array, row: number, before: number, step: 1 | -1): void {
  const across = CELL_NM * Math.cos(((row + 0.5) / PER_DEGREE - 90) * RAD);
  const aslant = Math.hypot(across, CELL_NM);
  const hasBefore = before >= 0 && before < HEIGHT;
  const [own, other] = [row * WIDTH, before * WIDTH];
  for (let turn = 0; turn < 2 * WIDTH; turn++) {
    const column = (step === 1 ? turn : 2 * WIDTH - 1 - turn) % WIDTH;
    const [west, east] = [(column + WIDTH - 1) % WIDTH, (column + 1) % WIDTH];
    let least = Math.min(nm[own + column]!, nm[own + (step === 1 ? west : east)]! + across);
    if (hasBefore) {
      least = Math.min(least, nm[other + column]! + CELL_NM, nm[other + west]! + aslant, nm[other + east]! + aslant);
    }
    nm[own + column] = least;
  }
}
