/** Routes over the sea network: A* between two points and the distance-to-go field of a destination. */
import { MinHeap } from './min-heap.ts';
import { nodePoint, PASSAGES, type Passage, type SeaNetwork, type Snap, snapToNetwork } from './sea-network.ts';
import { distanceNm, type Point } from './sphere.ts';

/** A sea route: its length in nautical miles, its line, and the passages it uses, in order. */
export interface SeaRoute {
  distanceNm: number;
  path: Point[];
  passages: Passage[];
}

const closedSet = (avoid: readonly Passage[]): Set<number> => new Set(avoid.map((name) => PASSAGES.indexOf(name)));

/**
 * The shortest route between two points, or null when every way is closed. A* with the
 * great-circle distance as heuristic: admissible, because every arc is a great circle too.
 */
export function seaRoute(
  network: SeaNetwork,
  from: Point,
  to: Point,
  avoid: readonly Passage[] = ['kiel'],
): SeaRoute | null {
  const start = snapToNetwork(network, from);
  const goal = snapToNetwork(network, to);
  if (!start || !goal) return null;
  const closed = closedSet(avoid);
  const cost = new Float64Array(network.nodeCount).fill(Number.POSITIVE_INFINITY);
  const arcIn = new Int32Array(network.nodeCount).fill(-1);
  const parent = new Int32Array(network.nodeCount).fill(-1);
  const heap = new MinHeap();
  const ends = new Map(snapEnds(network, goal, to));
  for (const [node, nm] of snapEnds(network, start, from)) {
    cost[node] = nm;
    heap.push(nm + distanceNm(nodePoint(network, node), to), node);
  }
  let best = { total: Number.POSITIVE_INFINITY, node: -1 };
  while (heap.size > 0) {
    const { priority, value: node } = heap.pop();
    if (priority >= best.total) break;
    const tail = ends.get(node);
    if (tail !== undefined && cost[node]! + tail < best.total) {
      best = { total: cost[node]! + tail, node };
    }
    for (let arc = network.firstArc[node]!; arc < network.firstArc[node + 1]!; arc++) {
      if (closed.has(network.arcPassage[arc]!)) continue;
      const head = network.arcTo[arc]!;
      const next = cost[node]! + network.arcNm[arc]!;
      if (next >= cost[head]!) continue;
      cost[head] = next;
      parent[head] = node;
      arcIn[head] = arc;
      heap.push(next + distanceNm(nodePoint(network, head), to), head);
    }
  }
  if (best.node < 0) return null;
  return trace(network, from, to, best, parent, arcIn);
}

function trace(
  network: SeaNetwork,
  from: Point,
  to: Point,
  best: { total: number; node: number },
  parent: Int32Array,
  arcIn: Int32Array,
): SeaRoute {
  const path: Point[] = [to];
  const passages: Passage[] = [];
  for (let node = best.node; node >= 0; node = parent[node]!) {
    path.push(nodePoint(network, node));
    const passage = arcIn[node]! >= 0 ? PASSAGES[network.arcPassage[arcIn[node]!]!]! : 'none';
    if (passage !== 'none' && passages.at(-1) !== passage) passages.push(passage);
  }
  path.push(from);
  return { distanceNm: best.total, path: path.reverse(), passages: passages.reverse() };
}

/** Both ends of the snapped edge with the direct distance from the point to each. */
function snapEnds(network: SeaNetwork, snap: { from: number; to: number }, point: Point): [number, number][] {
  return [snap.from, snap.to].map((node) => [node, distanceNm(point, nodePoint(network, node))]);
}

/** Distance to go from every node to one destination; Infinity where no way is open. */
export interface DistanceField {
  destination: Point;
  /** Searched in double precision; kept in single. */
  nodeNm: Float64Array | Float32Array;
}

/**
 * One reverse Dijkstra from the destination. Float64 on purpose: with Float32 labels rounding
 * makes a settled node look improvable and leaves others at infinity.
 */
export function distanceField(
  network: SeaNetwork,
  destination: Point,
  avoid: readonly Passage[] = ['kiel'],
): DistanceField {
  const nodeNm = new Float64Array(network.nodeCount).fill(Number.POSITIVE_INFINITY);
  const snap = snapToNetwork(network, destination);
  const heap = new MinHeap();
  for (const [node, nm] of snap ? snapEnds(network, snap, destination) : []) {
    nodeNm[node] = nm;
    heap.push(nm, node);
  }
  const closed = closedSet(avoid);
  while (heap.size > 0) {
    const { priority, value: node } = heap.pop();
    if (priority > nodeNm[node]!) continue;
    for (let arc = network.firstArc[node]!; arc < network.firstArc[node + 1]!; arc++) {
      if (closed.has(network.arcPassage[arc]!)) continue;
      const head = network.arcTo[arc]!;
      const next = priority + network.arcNm[arc]!;
      if (next >= nodeNm[head]!) continue;
      nodeNm[head] = next;
      heap.push(next, head);
    }
  }
  return { destination, nodeNm };
}

/**
 * Distance to go from a position, in nm, or null off the network. Only the two ends of the one
 * nearest edge are asked: taking the best of all nearby nodes would leak across land at canals.
 * Who asks several fields about one position hands in its snap.
 */
export function distanceToGoNm(
  network: SeaNetwork,
  field: DistanceField,
  position: Point,
  snap: Snap | null = snapToNetwork(network, position),
): number | null {
  if (!snap) return null;
  const viaFrom = field.nodeNm[snap.from]! + snap.fraction * snap.edgeNm;
  const viaTo = field.nodeNm[snap.to]! + (1 - snap.fraction) * snap.edgeNm;
  const alongNm = Math.min(viaFrom, viaTo) + snap.offNm;
  const directNm = distanceNm(position, field.destination);
  // In sight of the destination the lane graph is coarser than the sea: the direct line is truer.
  const nm = directNm < 30 ? Math.min(alongNm, directNm) : alongNm;
  return Number.isFinite(nm) ? nm : null;
}
