/** The sea network of this isolate, decoded on first use, with the fields of recent destinations. */
import type { Sea } from '../../domain/eta/state.ts';
import {
  decodeSeaNetwork,
  type Passage,
  type SeaNetwork,
  type Snap,
  snapToNetwork,
} from '../../domain/geo/sea-network.ts';
import {
  type DistanceField,
  distanceField,
  distanceToGoNm,
  type SeaRoute,
  seaRoute,
} from '../../domain/geo/sea-route.ts';
import type { Point } from '../../domain/geo/sphere.ts';
import { Cache } from '../../platform/cache.ts';
import packed from '../../reference/data/sea-network.bin';
import { portOf } from '../../reference/ports.ts';

/** Where an object keeps its distance fields, so that waking needs no search of the network. */
export interface FieldStore {
  load(name: string): ArrayBuffer | null;
  save(name: string, bytes: ArrayBuffer): void;
}

/** Canals whose closing leaves another way, in the order in which they are looked for. */
const CANALS = ['suez', 'panama'] as const;
/** Not used by container ships: it would shorten every way to the Baltic. */
const NEVER: readonly Passage[] = ['kiel'];

let decoded: SeaNetwork | null = null;
let stamp = '';
// A field is 23 KB: all destinations a busy isolate meets stay within 3 MB.
const fields = new Cache<string, DistanceField>({ capacity: 128, ttlMs: Number.POSITIVE_INFINITY });

function network(): SeaNetwork {
  decoded ??= decodeSeaNetwork(packed);
  return decoded;
}

/** Tells one network from another (FNV-1a): a stored field of another one is void. */
function networkStamp(): string {
  if (stamp === '') {
    let hash = 0x811c9dc5;
    for (const byte of new Uint8Array(packed)) hash = Math.imul(hash ^ byte, 0x01000193);
    stamp = (hash >>> 0).toString(16);
  }
  return stamp;
}

function fieldOf(destination: string, closed: Passage | null, store: FieldStore | null): DistanceField | null {
  const name = `${destination}/${closed ?? ''}`;
  const known = fields.get(name);
  if (known) return known;
  const port = portOf(destination);
  if (!port) return null;
  const stored = store?.load(`${name}/${networkStamp()}`);
  let field: DistanceField;
  if (stored && stored.byteLength === network().nodeCount * 4) {
    field = { destination: port, nodeNm: new Float32Array(stored) };
  } else {
    const found = distanceField(network(), port, closed ? [...NEVER, closed] : NEVER);
    // The search needs double precision, its result does not.
    const nodeNm = Float32Array.from(found.nodeNm);
    store?.save(`${name}/${networkStamp()}`, nodeNm.buffer);
    field = { destination: port, nodeNm };
  }
  fields.set(name, field);
  return field;
}

/** The sea as ETAs need it; with a store, fields survive the isolate. */
export function seaWith(store: FieldStore | null): Sea {
  // Two fields are asked about one position: it is joined to the network once.
  let last: { lat: number; lon: number; snap: Snap | null } | null = null;
  const snapOf = (lat: number, lon: number): Snap | null => {
    if (last?.lat !== lat || last.lon !== lon) last = { lat, lon, snap: snapToNetwork(network(), { lat, lon }) };
    return last.snap;
  };
  return {
    toGo(destination, closed, lat, lon) {
      const field = fieldOf(destination, closed, store);
      return field && distanceToGoNm(network(), field, { lat, lon }, snapOf(lat, lon));
    },
    port: portOf,
    canalAhead(destination, lat, lon) {
      const to = portOf(destination);
      const route = to && routeBySea({ lat, lon }, to, []);
      return (route && CANALS.find((canal) => route.passages.includes(canal))) ?? null;
    },
  };
}

/** The shortest open sea route; null when there is none. */
export function routeBySea(from: Point, to: Point, avoid: readonly Passage[]): SeaRoute | null {
  return seaRoute(network(), from, to, [...NEVER, ...avoid]);
}
