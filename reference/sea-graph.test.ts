import { beforeAll, describe, expect, it } from 'vitest';
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import { drawBarriers, openChannels } from './build-sea-lanes.ts';
import { cellOf, centreOf, clearanceOf, landRaster } from './build-sea-raster.ts';
import { isClear, vectorOf } from './build-sea-sight.ts';

let land: Uint8Array;
let clearance: Float32Array;
const placed = (at: Point): [Point, ReturnType<typeof vectorOf>] => [at, vectorOf(at)];
const sees = (a: Point, b: Point, neededNm = 1): boolean => isClear(clearance, placed(a), placed(b), neededNm);

beforeAll(() => {
  land = landRaster();
  drawBarriers(land);
  clearance = clearanceOf(land);
});

describe('the raster', () => {
  it.each([
    ['Paris', 48.85, 2.35, 1],
    ['the Caspian Sea, which no ship of the sea reaches', 42, 50.5, 1],
    ['the land on both sides of the antimeridian', 68, 179.9, 1],
    ['the North Pacific', 40, -170, 0],
    ['the Strait of Gibraltar', 35.95, -5.6, 0],
    ['the Bering Strait', 66.2, -169, 0],
    ['Adam’s Bridge, which is too shallow', 9.17, 79.63, 1],
  ])('knows %s', (_name, lat, lon, expected) => {
    expect(land[cellOf({ lat, lon })]).toBe(expected);
  });

  it('says how far land is, to a cell', () => {
    // The middle of the Channel between Dover and Cap Gris-Nez, 18 nm apart.
    const middle = clearance[cellOf({ lat: 51.0, lon: 1.47 })]!;
    expect(middle).toBeGreaterThan(5);
    expect(middle).toBeLessThan(12);
    expect(clearance[cellOf({ lat: 0, lon: -150 })]).toBeGreaterThan(100);
  });

  it('finds the cell of its own centre', () => {
    for (const cell of [0, 7_199, 7_200, 12_345_678, 7_200 * 3_600 - 1]) expect(cellOf(centreOf(cell))).toBe(cell);
  });
});

describe('sight', () => {
  it('leads over water and not over land', () => {
    expect(sees({ lat: 50, lon: -20 }, { lat: 45, lon: -50 })).toBe(true);
    expect(sees({ lat: 36, lon: -10 }, { lat: 36, lon: 3 })).toBe(false);
    expect(sees({ lat: 43, lon: 5 }, { lat: 47, lon: -5 })).toBe(false);
  });

  it('goes round the globe the shorter way', () => {
    expect(sees({ lat: 45, lon: 175 }, { lat: 45, lon: -175 })).toBe(true);
  });

  it('wants room on both sides', () => {
    const strait: [Point, Point] = [
      { lat: 50.75, lon: 1.2 },
      { lat: 51.35, lon: 1.9 },
    ];
    expect(sees(...strait, 3)).toBe(true);
    expect(sees(...strait, 15)).toBe(false);
  });
});

it('draws channels in steps that leave no cell out', () => {
  for (const channel of openChannels()) {
    for (let i = 1; i < channel.length; i++) expect(distanceNm(channel[i - 1]!, channel[i]!)).toBeLessThan(3);
  }
});
