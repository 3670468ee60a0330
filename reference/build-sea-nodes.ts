/**
 * Nodes of the sea: few on the open ocean, many along coasts. A square of four degrees is divided where land is near compared
 * with its side; each square has one node, where it is clearest of land and nearest to its middle.
 */
import type { Point } from '../domain/geo/sphere.ts';
import { cellOf, centreOf, columnOf, HEIGHT, PER_DEGREE, rowOf, WIDTH } from './build-sea-raster.ts';

/** A node, with the side of its square in degrees; nodes of lanes and channels count as of the smallest. */
export interface SeaNode {
  cell: number;
  side: number;
  /** Kept whoever passes it: of a channel. */
  isChannel: boolean;
}

const COARSE = 4;
/** Squares with a coast in them are divided so far: ways bend round capes. */
const COASTAL = 0.5;
/** A square is divided down to one degree where its least clearance is below this share of its side. */
const OPEN_SHARE = 0.35;
/** Squares whose best place is nearer to land than this, nm, are divided further. */
const TIGHT_NM = 5;
const FINEST = 0.25;
/** More room than this, nm, makes a place no better. */
const ROOM_NM = 8;
/** What distance from the middle of its square costs a place, nm for a whole side. */
const OFF_CENTRE_NM = 3;

/** Whether container ships go there: not beyond the ice, nor into inland seas that no channel opens. */
export function isSailed({ lat, lon }: Point): boolean {
  if (lat < -57 || lat > 73.5) return false;
  if (lat > 66 && lon > -100 && lon < -75) return false;
  if (lat > 70 && (lon < -26 || lon > 60)) return false;
  return true;
}

/** The nodes of the squares. */
export function squareNodes(clearance: Float32Array): SeaNode[] {
  const nodes: SeaNode[] = [];
  for (let south = -60; south < 76; south += COARSE) {
    for (let west = -180; west < 180; west += COARSE) divide(clearance, { south, west, side: COARSE }, nodes);
  }
  return nodes;
}

interface Square {
  south: number;
  west: number;
  side: number;
}

function divide(clearance: Float32Array, square: Square, nodes: SeaNode[]): void {
  const found = bestIn(clearance, square);
  if (!found) return;
  const { side } = square;
  const isNearLand = found.least < OPEN_SHARE * side * 60;
  const isTight = found.clearest < TIGHT_NM;
  if ((isNearLand && side > (found.least === 0 ? COASTAL : 1)) || (isTight && side > FINEST)) {
    const half = side / 2;
    for (const south of [square.south, square.south + half]) {
      for (const west of [square.west, square.west + half]) divide(clearance, { south, west, side: half }, nodes);
    }
    return;
  }
  nodes.push({ cell: found.cell, side, isChannel: false });
}

/** The best place of a square, with the least and the most clearance in it, nm; null where it is all land or not sailed. */
function bestIn(
  clearance: Float32Array,
  { south, west, side }: Square,
): { cell: number; least: number; clearest: number } | null {
  const [firstRow, firstColumn] = [rowOf(south + 1e-6), columnOf(west + 1e-6)];
  const span = Math.round(side * PER_DEGREE);
  const middle = (span - 1) / 2;
  let best = { cell: -1, score: Number.NEGATIVE_INFINITY };
  let [least, clearest] = [Number.POSITIVE_INFINITY, 0];
  for (let row = firstRow; row < Math.min(HEIGHT, firstRow + span); row++) {
    for (let column = firstColumn; column < firstColumn + span; column++) {
      const cell = row * WIDTH + (column % WIDTH);
      const nm = clearance[cell]!;
      if (nm < least) least = nm;
      if (nm > clearest) clearest = nm;
      if (nm === 0 || !isSailed(centreOf(cell))) continue;
      const off = Math.max(Math.abs(row - firstRow - middle), Math.abs(column - firstColumn - middle)) / span;
      const score = Math.min(nm, ROOM_NM) - OFF_CENTRE_NM * off;
      if (score > best.score) best = { cell, score };
    }
  }
  return best.cell < 0 ? null : { cell: best.cell, least, clearest };
}

/** Nodes along lines, and which of them follow one another there: these see each other whatever the raster shows between. */
export class LineNodes {
  readonly nodes: SeaNode[] = [];
  /** Cells of nodes that follow one another on a line. */
  readonly chained: [cell: number, cell: number][] = [];
  readonly #taken: Set<number>;

  constructor(known: readonly SeaNode[]) {
    this.#taken = new Set(known.map(({ cell }) => cell));
  }

  /** Adds a line's places, in their order. */
  add(line: readonly Point[], isChannel: boolean): void {
    let before: number | null = null;
    for (const place of line) {
      if (!isSailed(place)) {
        before = null;
        continue;
      }
      const cell = cellOf(place);
      if (!this.#taken.has(cell)) {
        this.#taken.add(cell);
        this.nodes.push({ cell, side: FINEST, isChannel });
      }
      if (before !== null && before !== cell) this.chained.push([before, cell]);
      before = cell;
    }
  }
}
