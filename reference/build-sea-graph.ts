/** Builds the sea network from land, lanes and ports: nodes, edges, and how ports are joined to them. Build time only. */
import type { Point } from '../domain/geo/sphere.ts';
import { type SeaEdge, seaEdges } from './build-sea-edges.ts';
import { carve, drawBarriers, openChannels, openLanes, spaced } from './build-sea-lanes.ts';
import { LineNodes, type SeaNode, squareNodes } from './build-sea-nodes.ts';
import { type PortLink, PortLinks } from './build-sea-ports.ts';
import { keptNodes, leadsThrough } from './build-sea-prune.ts';
import { centreOf, clearanceOf, landRaster } from './build-sea-raster.ts';

/** Lanes have nodes of their own where they pass so near to land, nm, and so far apart. */
const [NARROW_NM, LANE_SPACING_NM, CHANNEL_SPACING_NM] = [2.5, 8, 5];
/** Ports that show which ways are used: one in a square of so many degrees. */
const SAMPLE_DEGREES = 2;

/** The graph, and each port's links to it. */
export interface SeaGraph {
  nodes: SeaNode[];
  edges: SeaEdge[];
  links: Map<string, PortLink[]>;
}

/** A port with its place. */
export interface PlacedPort extends Point {
  code: string;
}

/** Builds the graph for ports; `log` is told of each step. */
export function buildSeaGraph(ports: readonly PlacedPort[], log: (line: string) => void = () => {}): SeaGraph {
  const land = landRaster();
  drawBarriers(land);
  const clearance = clearanceOf(land);
  const room = Float32Array.from(clearance);
  const [lanes, channels] = [openLanes(land), openChannels()];
  carve(room, lanes);
  carve(room, channels);
  const all = squareNodes(clearance);
  const along = new LineNodes(all);
  for (const line of spaced(channels, CHANNEL_SPACING_NM, () => true)) along.add(line, true);
  const isNarrow = (cell: number): boolean => clearance[cell]! <= NARROW_NM;
  for (const line of spaced(lanes, LANE_SPACING_NM, isNarrow)) along.add(line, false);
  all.push(...along.nodes);
  log(`${all.length} nodes`);
  const sea = joinedNodes(all, seaEdges(room, all, along.chained));
  const first = seaEdges(room, sea, along.chained);
  log(`${sea.length} nodes of one sea, ${first.length} edges`);
  const joined = new PortLinks(room, sea);
  const sample = sampleOf(ports).map((port) => joined.of(port));
  const kept = keptNodes(sea, first, sample).map((n) => sea[n]!);
  const used = joinedNodes(kept, seaEdges(room, kept, along.chained));
  const edges = seaEdges(room, used, along.chained);
  log(`${used.length} nodes kept, ${edges.length} edges`);
  const last = new PortLinks(room, used);
  return { nodes: used, edges, links: new Map(ports.map((port) => [port.code, last.of(port)])) };
}

/** The nodes that can be reached from one another without the canal that no container ship uses: others are lakes and rivers. */
function joinedNodes(nodes: readonly SeaNode[], edges: readonly SeaEdge[]): SeaNode[] {
  const parent = nodes.map((_, n) => n);
  const find = (n: number): number => {
    let root = n;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = n; parent[at] !== root; ) [at, parent[at]] = [parent[at]!, root];
    return root;
  };
  const placeOf = (n: number): Point => centreOf(nodes[n]!.cell);
  const [canal, open] = [edges.filter(isCanal), edges.filter((edge) => !isCanal(edge))];
  for (const { a, b } of open) parent[find(a)] = find(b);
  const sizes = new Map<number, number>();
  for (const n of nodes.keys()) sizes.set(find(n), (sizes.get(find(n)) ?? 0) + 1);
  const [sea] = [...sizes].sort(([, x], [, y]) => y - x)[0]!;
  // The canal itself stays: it is a passage like others, for who wants it.
  for (const { a, b } of canal) parent[find(a)] = find(b);
  return nodes.filter((_, n) => find(n) === find(sea));

  function isCanal({ a, b }: SeaEdge): boolean {
    return leadsThrough('kiel', placeOf(a), placeOf(b));
  }
}

/** One port of each square of the globe. */
function sampleOf(ports: readonly PlacedPort[]): PlacedPort[] {
  const bySquare = new Map<string, PlacedPort>();
  for (const port of ports) {
    const square = `${Math.floor(port.lat / SAMPLE_DEGREES)}/${Math.floor(port.lon / SAMPLE_DEGREES)}`;
    if (!bySquare.has(square)) bySquare.set(square, port);
  }
  return [...bySquare.values()];
}
