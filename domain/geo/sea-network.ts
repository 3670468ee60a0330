/**
 * The sea network: an undirected graph of shipping lanes.
 *
 * Packed form (little endian): magic "SEA1", u32 nodeCount, u32 edgeCount, then i32 pairs
 * (lat, lon) in 1e-4 degrees, then per edge u16 from, u16 to, u8 passage + u8 zero.
 * 6,000 nodes take about 90 KB, so the whole ocean rides in a Worker's bundle.
 */
import { distanceNm, type Point, wrapLongitude } from './sphere.ts';

/** Named passages; an edge's `passage` is an index into this list, 0 meaning open sea. */
export const PASSAGES = [
  'none',
  'suez',
  'panama',
  'bab-el-mandeb',
  'malacca',
  'gibraltar',
  'dover',
  'bosporus',
  'kiel',
  'magellan',
  'good-hope',
] as const;

/** A canal, strait or cape that a route may use or avoid. */
export type Passage = (typeof PASSAGES)[number];

const MAGIC = 0x31414553;
const CELL_DEG = 5;

/** The decoded graph in compressed sparse rows, with a grid over its edges for snapping. */
export interface SeaNetwork {
  nodeCount: number;
  lat: Float64Array;
  lon: Float64Array;
  /** Row starts: node n's arcs are `firstArc[n]` up to `firstArc[n + 1]`. */
  firstArc: Uint32Array;
  arcTo: Uint16Array;
  /** Arc length in nautical miles. */
  arcNm: Float64Array;
  arcPassage: Uint8Array;
  edgeFrom: Uint16Array;
  edgeTo: Uint16Array;
  edgePassage: Uint8Array;
  cells: Map<number, number[]>;
}

/** One undirected edge of a network that is being packed. */
export interface EdgeInput {
  from: number;
  to: number;
  passage: number;
}

/** Packs nodes and edges into the binary form. Throws RangeError past 65,535 nodes. */
export function packSeaNetwork(nodes: Point[], edges: EdgeInput[]): Uint8Array {
  if (nodes.length > 65_535) throw new RangeError('sea network: more nodes than u16 can address');
  const bytes = new Uint8Array(12 + nodes.length * 8 + edges.length * 6);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, nodes.length, true);
  view.setUint32(8, edges.length, true);
  let at = 12;
  for (const node of nodes) {
    view.setInt32(at, Math.round(node.lat * 1e4), true);
    view.setInt32(at + 4, Math.round(node.lon * 1e4), true);
    at += 8;
  }
  for (const edge of edges) {
    view.setUint16(at, edge.from, true);
    view.setUint16(at + 2, edge.to, true);
    view.setUint8(at + 4, edge.passage);
    at += 6;
  }
  return bytes;
}

/** Decodes the packed form. Throws when the bytes are not a sea network. */
export function decodeSeaNetwork(buffer: ArrayBuffer): SeaNetwork {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('not a packed sea network');
  const nodeCount = view.getUint32(4, true);
  const edgeCount = view.getUint32(8, true);
  const lat = new Float64Array(nodeCount);
  const lon = new Float64Array(nodeCount);
  let at = 12;
  for (let n = 0; n < nodeCount; n++, at += 8) {
    lat[n] = view.getInt32(at, true) / 1e4;
    lon[n] = view.getInt32(at + 4, true) / 1e4;
  }
  const edgeFrom = new Uint16Array(edgeCount);
  const edgeTo = new Uint16Array(edgeCount);
  const edgePassage = new Uint8Array(edgeCount);
  for (let e = 0; e < edgeCount; e++, at += 6) {
    edgeFrom[e] = view.getUint16(at, true);
    edgeTo[e] = view.getUint16(at + 2, true);
    edgePassage[e] = view.getUint8(at + 4);
  }
  const rows = buildRows(nodeCount, lat, lon, edgeFrom, edgeTo, edgePassage);
  const network = { nodeCount, lat, lon, ...rows, edgeFrom, edgeTo, edgePassage };
  return { ...network, cells: buildCells(network) };
}

function buildRows(
  nodeCount: number,
  lat: Float64Array,
  lon: Float64Array,
  from: Uint16Array,
  to: Uint16Array,
  passage: Uint8Array,
): Pick<SeaNetwork, 'firstArc' | 'arcTo' | 'arcNm' | 'arcPassage'> {
  const firstArc = new Uint32Array(nodeCount + 1);
  for (let e = 0; e < from.length; e++) {
    firstArc[from[e]! + 1]!++;
    firstArc[to[e]! + 1]!++;
  }
  for (let n = 0; n < nodeCount; n++) firstArc[n + 1]! += firstArc[n]!;
  const next = firstArc.slice();
  const arcTo = new Uint16Array(from.length * 2);
  const arcNm = new Float64Array(from.length * 2);
  const arcPassage = new Uint8Array(from.length * 2);
  for (let e = 0; e < from.length; e++) {
    const [a, b] = [from[e]!, to[e]!];
    const nm = distanceNm({ lat: lat[a]!, lon: lon[a]! }, { lat: lat[b]!, lon: lon[b]! });
    for (const [tail, head] of [
      [a, b],
      [b, a],
    ] as const) {
      const arc = next[tail]!++;
      arcTo[arc] = head;
      arcNm[arc] = nm;
      arcPassage[arc] = passage[e]!;
    }
  }
  return { firstArc, arcTo, arcNm, arcPassage };
}

const cellKey = (latCell: number, lonCell: number): number => latCell * 1000 + (((lonCell % 72) + 72) % 72);

function buildCells(network: Omit<SeaNetwork, 'cells'>): Map<number, number[]> {
  const cells = new Map<number, number[]>();
  for (let e = 0; e < network.edgeFrom.length; e++) {
    const a = nodePoint(network, network.edgeFrom[e]!);
    const b = nodePoint(network, network.edgeTo[e]!);
    const lonSpan = wrapLongitude(b.lon - a.lon);
    const west = lonSpan >= 0 ? a.lon : a.lon + lonSpan;
    const south = Math.min(a.lat, b.lat);
    const north = Math.max(a.lat, b.lat);
    for (let y = Math.floor(south / CELL_DEG); y <= Math.floor(north / CELL_DEG); y++) {
      const last = Math.floor((west + Math.abs(lonSpan)) / CELL_DEG);
      for (let x = Math.floor(west / CELL_DEG); x <= last; x++) {
        const key = cellKey(y, x);
        const list = cells.get(key);
        if (list) list.push(e);
        else cells.set(key, [e]);
      }
    }
  }
  return cells;
}

/** The position of node n. */
export function nodePoint(network: Pick<SeaNetwork, 'lat' | 'lon'>, n: number): Point {
  return { lat: network.lat[n]!, lon: network.lon[n]! };
}

/** A point joined to the network: the nearest edge, where on it, and how far off it in nm. */
export interface Snap {
  from: number;
  to: number;
  fraction: number;
  offNm: number;
  edgeNm: number;
}

/**
 * Joins a point to its nearest edge. The search widens ring by ring of 5-degree cells and
 * stops one ring after the first hit, since a nearer edge can hide just over a cell's border.
 */
export function snapToNetwork(network: SeaNetwork, point: Point, maxRings = 6): Snap | null {
  const y0 = Math.floor(point.lat / CELL_DEG);
  const x0 = Math.floor(point.lon / CELL_DEG);
  const best = { edge: -1, fraction: 0, off2: Number.POSITIVE_INFINITY };
  let stopAt = maxRings;
  for (let ring = 0; ring <= stopAt; ring++) {
    for (let dy = -ring; dy <= ring; dy++) {
      const step = Math.abs(dy) === ring ? 1 : Math.max(1, 2 * ring);
      for (let dx = -ring; dx <= ring; dx += step) {
        const edges = network.cells.get(cellKey(y0 + dy, x0 + dx));
        if (edges) nearest(network, point, edges, best);
      }
    }
    if (best.edge >= 0 && stopAt === maxRings) stopAt = Math.min(maxRings, ring + 1);
  }
  if (best.edge < 0) return null;
  const [from, to] = [network.edgeFrom[best.edge]!, network.edgeTo[best.edge]!];
  const edgeNm = distanceNm(nodePoint(network, from), nodePoint(network, to));
  return { from, to, fraction: best.fraction, offNm: Math.sqrt(best.off2), edgeNm };
}

const RAD = Math.PI / 180;

/**
 * Projects the point on each edge and keeps the nearest. On a local equirectangular plane at the
 * point (the edges are short enough for it), in plain numbers, because every position of every ship
 * passes here.
 */
function nearest(
  network: SeaNetwork,
  point: Point,
  edges: readonly number[],
  best: { edge: number; fraction: number; off2: number },
): void {
  const { lat, lon, edgeFrom, edgeTo } = network;
  const kx = Math.cos(point.lat * RAD) * 60;
  for (const edge of edges) {
    const [a, b] = [edgeFrom[edge]!, edgeTo[edge]!];
    const ax = wrap(lon[a]! - point.lon) * kx;
    const ay = (lat[a]! - point.lat) * 60;
    const dx = wrap(lon[b]! - lon[a]!) * kx;
    const dy = (lat[b]! - lat[a]!) * 60;
    const length2 = dx * dx + dy * dy;
    const along = length2 === 0 ? 0 : -(ax * dx + ay * dy) / length2;
    const fraction = along < 0 ? 0 : along > 1 ? 1 : along;
    const [x, y] = [ax + dx * fraction, ay + dy * fraction];
    const off2 = x * x + y * y;
    if (off2 >= best.off2) continue;
    best.edge = edge;
    best.fraction = fraction;
    best.off2 = off2;
  }
}

/** A difference of two longitudes on the shorter way round. */
const wrap = (degrees: number): number => (degrees >= 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees);
