import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoBounds, geoContains } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { expect, it } from 'vitest';
import { densify, OCEAN_TRACKS } from './ocean-tracks.ts';

const file = createRequire(import.meta.url).resolve('world-atlas/land-50m.json');
const atlas = JSON.parse(readFileSync(file, 'utf8')) as Topology<{ land: GeometryCollection }>;
const land = feature(atlas, atlas.objects.land).features.flatMap(({ geometry }) =>
  geometry.type === 'MultiPolygon'
    ? geometry.coordinates.map((coordinates) => ({ type: 'Polygon' as const, coordinates }))
    : [],
);
const boxed = land.map((polygon) => ({ polygon, bounds: geoBounds(polygon) }));

function isOnLand(lat: number, lon: number): boolean {
  return boxed.some(({ polygon, bounds: [[west, south], [east, north]] }) => {
    if (lat < south || lat > north || (west <= east && (lon < west || lon > east))) return false;
    return geoContains(polygon, [lon, lat]);
  });
}

it('finds land where there is land, and none along any track', () => {
  expect(isOnLand(36.2, 138.3)).toBe(true);
  expect(OCEAN_TRACKS.length).toBeGreaterThan(0);
  for (const track of OCEAN_TRACKS) {
    const onLand = densify(track, 25).filter(({ lat, lon }) => isOnLand(lat, lon));
    expect(onLand, `the track from ${track[0]!.join(', ')}`).toEqual([]);
  }
}, 60_000);
