/**
 * Edges between nodes that see each other: in each direction to the nearest, so that ways bend little wherever they lead. Build
 * time only.
 */
import { bearingDeg, distanceNm, type Point } from '../domain/geo/sphere.ts';
import { type SeaNode } from './build-sea-nodes.ts';
import { centreOf } from './build-sea-raster.ts';
import { isClear, type Vector, vectorOf } from './build-sea-sight.ts';

/** An edge between two nodes by their places in the list, the lesser first, with its length. */
export interface SeaEdge {
  a: number;
  b: number;
  nm: number;
}

/** Directions in which a node of a small and of a large square looks, and how far, in sides of its square. */
const [SECTORS, SECTORS_COARSE] = [16, 24];
const [REACH_SIDES, REACH_SIDES_COARSE] = [2.6, 3.4];
const COARSE_FROM = 2;
/** Along coasts at least so far, degrees. */
const REACH_LEAST = 1.3;
/** A way keeps so far from land, nm, or half as far as the narrower of its ends. */
const ROOM_NM = 5;
/** An edge that is hardly shorter than two others is none. */
const DETOUR = 1.004;

interface Placed {
  at: Point;
  vector: Vector;
  room: number;
}

/** The edges of nodes; of those that are chained by their cells, whatever lies between. */
export function seaEdges(
  clearance: Float32Array,
  nodes: readonly SeaNode[],
  chained: readonly (readonly [cell: number, cell: number])[],
): SeaEdge[] {
  const placed = nodes.map(({ cell }): Placed => {
    const at = centreOf(cell);
    return { at, vector: vectorOf(at), room: clearance[cell]! };
  });
  const grid = new Grid(placed.map(({ at }) => at));
  const edges = new Map<number, SeaEdge>();
  for (const [a, { side }] of nodes.entries()) {
    for (const { b, nm } of seenFrom(clearance, placed, grid, a, side)) {
      const [first, second] = a < b ? [a, b] : [b, a];
      edges.set(first * nodes.length + second, { a: first, b: second, nm });
    }
  }
  const indexOf = new Map(nodes.map(({ cell }, n) => [cell, n]));
  for (const [from, to] of chained) {
    const [x, y] = [indexOf.get(from), indexOf.get(to)];
    if (x === undefined || y === undefined) continue;
    const [a, b] = x < y ? [x, y] : [y, x];
    edges.set(a * nodes.length + b, { a, b, nm: distanceNm(placed[a]!.at, placed[b]!.at) });
  }
  return withoutDetours(nodes.length, [...edges.values()]);
}

/** The nearest visible node in each direction. */
function seenFrom(
  clearance: Float32Array,
  placed: readonly Placed[],
  grid: Grid,
  a: number,
  side: number,
): { b: number; nm: number }[] {
  const own = placed[a]!;
  const isCoarse = side >= COARSE_FROM;
  const sectors = isCoarse ? SECTORS_COARSE : SECTORS;
  const reachNm = 60 * Math.max(REACH_LEAST, side * (isCoarse ? REACH_SIDES_COARSE : REACH_SIDES));
  const near = grid
    .within(own.at, reachNm)
    .filter((b) => b !== a)
    .map((b) => ({ b, nm: distanceNm(own.at, placed[b]!.at) }))
    .filter(({ nm }) => nm <= reachNm)
    .sort((x, y) => x.nm - y.nm);
  const taken = new Set<number>();
  return near.filter(({ b }) => {
    const sector = Math.floor((bearingDeg(own.at, placed[b]!.at) / 360) * sectors);
    if (taken.has(sector)) return false;
    const other = placed[b]!;
    const needed = Math.min(ROOM_NM, own.room / 2, other.room / 2);
    if (!isClear(clearance, [own.at, own.vector], [other.at, other.vector], needed)) return false;
    taken.add(sector);
    return true;
  });
}

/** Edges that two others replace are dropped, the longest first. */
function withoutDetours(count: number, edges: SeaEdge[]): SeaEdge[] {
  const lengths = Array.from({ length: count }, () => new Map<number, number>());
  for (const { a, b, nm } of edges) {
    lengths[a]!.set(b, nm);
    lengths[b]!.set(a, nm);
  }
  return edges
    .toSorted((x, y) => y.nm - x.nm)
    .filter(({ a, b, nm }) => {
      const [few, many] = lengths[a]!.size < lengths[b]!.size ? [lengths[a]!, lengths[b]!] : [lengths[b]!, lengths[a]!];
      for (const [middle, first] of few) {
        const second = many.get(middle);
        if (second === undefined || first + second > nm * DETOUR) continue;
        lengths[a]!.delete(b);
        lengths[b]!.delete(a);
        return false;
      }
      return true;
    });
}

/** Places by the degree that they lie in. */
class Grid {
  readonly #cells = new Map<number, number[]>();

  constructor(places: readonly Point[]) {
    for (const [n, { lat, lon }] of places.entries()) {
      const key = keyOf(Math.floor(lat), Math.floor(lon));
      const own = this.#cells.get(key);
      if (own) own.push(n);
      else this.#cells.set(key, [n]);
    }
  }

  /** Places that may lie within a distance, and some beyond. */
  within({ lat, lon }: Point, nm: number): number[] {
    const found: number[] = [];
    const high = Math.ceil(nm / 60);
    const most = Math.min(89, Math.abs(lat) + nm / 60);
    const wide = Math.min(180, Math.ceil(nm / 60 / Math.cos((most * Math.PI) / 180)));
    for (let dLat = -high; dLat <= high; dLat++) {
      for (let dLon = -wide; dLon <= wide; dLon++) {
        found.push(...(this.#cells.get(keyOf(Math.floor(lat) + dLat, Math.floor(lon) + dLon)) ?? []));
      }
    }
    return [...new Set(found)];
  }
}

const keyOf = (lat: number, lon: number): number => lat * 1_000 + ((((lon + 180) % 360) + 360) % 360);
