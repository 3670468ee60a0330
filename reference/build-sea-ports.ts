/**
 * How ports are joined to the sea: by water over the raster to the nodes around, whose ways go on from there. A port is no
 * node, so that no way leads through it. Build time only.
 */
import { MinHeap } from '../domain/geo/min-heap.ts';
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import { type SeaNode } from './build-sea-nodes.ts';
import { cellOf, centreOf, HEIGHT, WIDTH } from './build-sea-raster.ts';

/** Nodes that a port is joined to, at most, and how far off they may lie, degrees. */
const LINKS = 6;
const REACH_DEGREES = 1.8;
/** What land and tight water count, beside open water. */
const [ON_LAND, IN_NARROWS] = [8, 2];
const NARROW_NM = 1;
/** Nodes that cost more than twice the nearest and this, nm, are of another water, behind land. */
const FARTHER_NM = 60;
/** A way by the raster's sixteen directions is so much longer than the ship's at most. */
const RASTER_EXCESS = 0.985;

/** A node that a port is joined to, with the way there. */
export interface PortLink {
  node: number;
  nm: number;
}

/** Sixteen ways out of a cell: the eight neighbours, and the knight's moves between them. */
const MOVES = [-2, -1, 0, 1, 2].flatMap((dRow) =>
  [-2, -1, 0, 1, 2].flatMap((dColumn): [number, number][] => {
    const [high, wide] = [Math.abs(dRow), Math.abs(dColumn)];
    const isKnight = high + wide === 3;
    return Math.max(high, wide) === 1 || isKnight ? [[dRow, dColumn]] : [];
  }),
);

/** Joins ports to nodes. */
export class PortLinks {
  readonly #clearance: Float32Array;
  readonly #nodeAt: ReadonlyMap<number, number>;
  readonly #nodes: readonly SeaNode[];

  constructor(clearance: Float32Array, nodes: readonly SeaNode[]) {
    this.#clearance = clearance;
    this.#nodes = nodes;
    this.#nodeAt = new Map(nodes.map(({ cell }, n) => [cell, n]));
  }

  /** The nodes around a place, nearest by water first. */
  of(place: Point): PortLink[] {
    const start = cellOf(place);
    const cost = new Map<number, number>([[start, 0]]);
    // The way itself, without what land and narrows count for.
    const way = new Map<number, number>([[start, 0]]);
    const heap = new MinHeap();
    heap.push(0, start);
    const links: PortLink[] = [];
    let most = Number.POSITIVE_INFINITY;
    while (heap.size > 0 && links.length < LINKS) {
      const { priority, value: cell } = heap.pop();
      if (priority > cost.get(cell)!) continue;
      if (priority > most) break;
      const node = this.#nodeAt.get(cell);
      if (node !== undefined) {
        if (links.length === 0) most = 2 * priority + FARTHER_NM;
        const direct = distanceNm(place, centreOf(this.#nodes[node]!.cell));
        links.push({ node, nm: Math.max(direct, way.get(cell)! * RASTER_EXCESS) });
      }
      for (const [dRow, dColumn] of MOVES) {
        const next = cell + dRow * WIDTH + dColumn;
        if (next < 0 || next >= WIDTH * HEIGHT) continue;
        const at = centreOf(next);
        if (Math.abs(at.lat - place.lat) > REACH_DEGREES) continue;
        const nm = distanceNm(centreOf(cell), at);
        const room = this.#clearance[next]!;
        const factor = room === 0 ? ON_LAND : room < NARROW_NM ? IN_NARROWS : 1;
        const total = priority + nm * factor;
        if (total >= (cost.get(next) ?? Number.POSITIVE_INFINITY) || total > REACH_DEGREES * 60 * ON_LAND) continue;
        cost.set(next, total);
        way.set(next, way.get(cell)! + nm);
        heap.push(total, next);
      }
    }
    return links;
  }
}
