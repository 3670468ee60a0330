/** Nodes that ways between ports use, and what keeps the others within reach: the rest makes the network larger and no better. Build time only. */
import { MinHeap } from '../domain/geo/min-heap.ts';
import type { Passage } from '../domain/geo/sea-network.ts';
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import type { SeaEdge } from './build-sea-edges.ts';
import type { SeaNode } from './build-sea-nodes.ts';
import type { PortLink } from './build-sea-ports.ts';
import { centreOf } from './build-sea-raster.ts';
import { PASSAGE_BOXES } from './passages.ts';

/** Squares from this side on, degrees, keep their node: the open ocean, where anybody may be. */
const OPEN_SIDE = 1;
/** No node that is dropped is farther from one that is kept, nm. */
const COVER_NM = 40;
/** Canals that are closed by turns, so that the ways round them stay. */
const CLOSED: readonly (Passage | null)[] = [null, 'suez', 'panama'];

/** The edges of each node. */
export class Adjacency {
  readonly #arcs: { to: number; nm: number; edge: number }[][];

  constructor(count: number, edges: readonly SeaEdge[]) {
    this.#arcs = Array.from({ length: count }, () => []);
    for (const [edge, { a, b, nm }] of edges.entries()) {
      this.#arcs[a]!.push({ to: b, nm, edge });
      this.#arcs[b]!.push({ to: a, nm, edge });
    }
  }

  /** The way from every node to a port, and the node that comes next on it; -1 where there is none. */
  field(links: readonly PortLink[], isClosed: (edge: number) => boolean): { nm: Float64Array; next: Int32Array } {
    const nm = new Float64Array(this.#arcs.length).fill(Number.POSITIVE_INFINITY);
    const next = new Int32Array(this.#arcs.length).fill(-1);
    const heap = new MinHeap();
    for (const link of links) {
      if (link.nm >= nm[link.node]!) continue;
      nm[link.node] = link.nm;
      heap.push(link.nm, link.node);
    }
    while (heap.size > 0) {
      const { priority, value: node } = heap.pop();
      if (priority > nm[node]!) continue;
      for (const { to, nm: length, edge } of this.#arcs[node]!) {
        if (isClosed(edge) || priority + length >= nm[to]!) continue;
        nm[to] = priority + length;
        next[to] = node;
        heap.push(priority + length, to);
      }
    }
    return { nm, next };
  }
}

/** Whether an edge leads through a passage: some point of it lies in its box. */
export function leadsThrough(passage: Passage, a: Point, b: Point): boolean {
  const [, [west, south, east, north]] = PASSAGE_BOXES.find(([name]) => name === passage)!;
  const steps = Math.max(1, Math.ceil(distanceNm(a, b) / 3));
  const dLon = ((b.lon - a.lon + 540) % 360) - 180;
  for (let i = 0; i <= steps; i++) {
    const lat = a.lat + ((b.lat - a.lat) * i) / steps;
    const lon = ((a.lon + (dLon * i) / steps + 540) % 360) - 180;
    if (lon >= west && lon <= east && lat >= south && lat <= north) return true;
  }
  return false;
}

/** The nodes that are kept, by their places in the list. */
export function keptNodes(
  nodes: readonly SeaNode[],
  edges: readonly SeaEdge[],
  ports: readonly (readonly PortLink[])[],
): number[] {
  const adjacency = new Adjacency(nodes.length, edges);
  const used = new Uint8Array(nodes.length);
  for (const closed of CLOSED) {
    const shut = edges.map(
      ({ a, b }) => closed !== null && leadsThrough(closed, centreOf(nodes[a]!.cell), centreOf(nodes[b]!.cell)),
    );
    for (const port of ports) {
      const { nm, next } = adjacency.field(port, (edge) => shut[edge]!);
      const seen = new Uint8Array(nodes.length);
      for (const links of ports) {
        let node = firstOf(links, nm);
        for (; node >= 0 && !seen[node]; node = next[node]!) {
          seen[node] = 1;
          used[node] = 1;
        }
      }
    }
  }
  const kept = nodes.flatMap(({ side, isChannel }, n) => (side >= OPEN_SIDE || isChannel || used[n] ? [n] : []));
  return [...kept, ...cover(nodes, kept)].sort((a, b) => a - b);
}

/** The node by which a port's way goes on. */
function firstOf(links: readonly PortLink[], nm: Float64Array): number {
  let best = { node: -1, total: Number.POSITIVE_INFINITY };
  for (const { node, nm: length } of links) {
    if (length + nm[node]! < best.total) best = { node, total: length + nm[node]! };
  }
  return best.node;
}

/** Of the nodes that are not kept, those without a kept one near. */
function cover(nodes: readonly SeaNode[], kept: readonly number[]): number[] {
  const byRow = new Map<number, Point[]>();
  const add = (at: Point): void => void byRow.set(Math.floor(at.lat), [...(byRow.get(Math.floor(at.lat)) ?? []), at]);
  for (const n of kept) add(centreOf(nodes[n]!.cell));
  const isKept = new Set(kept);
  return nodes.flatMap(({ cell }, n) => {
    if (isKept.has(n)) return [];
    const at = centreOf(cell);
    const near = [-1, 0, 1].flatMap((d) => byRow.get(Math.floor(at.lat) + d) ?? []);
    if (near.some((other) => distanceNm(at, other) <= COVER_NM)) return [];
    add(at);
    return [n];
  });
}
