/** Where countries and coasts are, from npm `world-atlas` (ISC, Natural Earth 1:10m). Build and test time only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import countries from 'i18n-iso-countries';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Point } from '../domain/geo/sphere.ts';

type Ring = [lon: number, lat: number][];
type Polygons = Ring[][];
interface Shapes {
  features: { id?: string | number; geometry: { type: string; coordinates: unknown } }[];
}

/** A kilometre on a great circle is this many degrees of latitude. */
const KM_PER_DEGREE = 111.195;

function shapesOf(file: string, object: string): Shapes {
  const path = createRequire(import.meta.url).resolve(`world-atlas/${file}`);
  const topology = JSON.parse(readFileSync(path, 'utf8')) as Topology;
  return feature(topology, topology.objects[object] as GeometryCollection) as unknown as Shapes;
}

const polygonsOf = ({ geometry: { type, coordinates } }: Shapes['features'][number]): Polygons =>
  type === 'Polygon' ? [coordinates as Ring[]] : (coordinates as Polygons);

let byCountry: Map<string, Polygons> | null = null;
let land: Polygons | null = null;

/** ISO 3166-1: territories that the map draws as parts of another country. */
const DRAWN_WITH: Record<string, string> = { BQ: 'NL', GF: 'FR', GP: 'FR', MQ: 'FR', RE: 'FR', YT: 'FR', SJ: 'NO' };

function countryPolygons(alpha2: string): Polygons | undefined {
  if (!byCountry) {
    byCountry = new Map();
    for (const shape of shapesOf('countries-10m.json', 'countries').features) {
      const id = String(shape.id);
      byCountry.set(id, [...(byCountry.get(id) ?? []), ...polygonsOf(shape)]);
    }
  }
  const numeric = countries.alpha2ToNumeric(DRAWN_WITH[alpha2] ?? alpha2);
  return numeric === undefined ? undefined : byCountry.get(numeric);
}

/** How far the search for the nearest place goes; beyond it the distance no longer matters. */
const FAR_KM = 300;

/** Kilometres from a place to a country (ISO 3166-1 alpha-2), 300 at most: 0 inside; null when the map does not have it. */
export function kmToCountry(place: Point, alpha2: string): number | null {
  const polygons = countryPolygons(alpha2);
  if (!polygons) return null;
  return polygons.some((polygon) => isInside(place, polygon)) ? 0 : kmToEdge(place, polygons);
}

function landPolygons(): Polygons {
  land ??= shapesOf('land-10m.json', 'land').features.flatMap(polygonsOf);
  return land;
}

/** The coasts of land, without those of waters inside of it. */
export const coastRings = (): Ring[] => landPolygons().map(([outer]) => outer!);

/** Kilometres from a place, on land or at sea, to the nearest coast: 300 at most. */
export const kmToCoast = (place: Point): number => kmToEdge(place, landPolygons());

function isInside(place: Point, [outer, ...holes]: Ring[]): boolean {
  return isInRing(place, outer!) && !holes.some((hole) => isInRing(place, hole));
}

/** By the number of edges that a line to the east crosses. */
function isInRing({ lat, lon }: Point, ring: Ring): boolean {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const [[lonA, latA], [lonB, latB]] = [ring[i - 1]!, ring[i]!];
    if (latA > lat !== latB > lat && lon < ((lonB - lonA) * (lat - latA)) / (latB - latA) + lonA) inside = !inside;
  }
  return inside;
}

function kmToEdge(place: Point, polygons: Polygons): number {
  let nearest = FAR_KM;
  for (const ring of polygons.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [a, b] = [ring[i - 1]!, ring[i]!];
      // Cheap, and true of nearly all: the whole segment lies too far to the north or south.
      const apart = Math.max(Math.min(a[1], b[1]) - place.lat, place.lat - Math.max(a[1], b[1]));
      if (apart * KM_PER_DEGREE < nearest) nearest = Math.min(nearest, kmToSegment(place, a, b));
    }
  }
  return nearest;
}

/** On a plane that touches the globe at the place: exact where it matters, which is near. */
function kmToSegment({ lat, lon }: Point, a: Ring[number], b: Ring[number]): number {
  const shrink = Math.cos((lat * Math.PI) / 180);
  const flat = ([lonOf, latOf]: Ring[number]): [number, number] => {
    const east = ((lonOf - lon + 540) % 360) - 180;
    return [east * shrink * KM_PER_DEGREE, (latOf - lat) * KM_PER_DEGREE];
  };
  const [[ax, ay], [bx, by]] = [flat(a), flat(b)];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length));
  return Math.hypot(ax + along * dx, ay + along * dy);
}
