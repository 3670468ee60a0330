/** The sea network of this isolate, decoded on first use, with the fields of recent destinations. */
import { type DistanceField, distanceField, distanceToGoNm, type SeaRoute, seaRoute } from '../domain/geo/sea-route.ts';
import { decodeSeaNetwork, type Passage, type SeaNetwork } from '../domain/geo/sea-network.ts';
import type { Point } from '../domain/geo/sphere.ts';
import { Lru } from '../platform/lru.ts';
import packed from './data/sea-network.bin';
import { portOf } from './ports.ts';

let decoded: SeaNetwork | null = null;
// A field is 45 KB: all destinations a busy isolate meets stay within 6 MB.
const fields = new Lru<string, DistanceField>(128);

function network(): SeaNetwork {
  decoded ??= decodeSeaNetwork(packed);
  return decoded;
}

/** Distance to go by sea to a port, nm; null for unknown ports and positions off the network. */
export function distanceToGo(destination: string, lat: number, lon: number): number | null {
  let field = fields.get(destination);
  if (!field) {
    const port = portOf(destination);
    if (!port) return null;
    field = distanceField(network(), port);
    fields.set(destination, field);
  }
  return distanceToGoNm(network(), field, { lat, lon });
}

/** The shortest open sea route; null when there is none. */
export function routeBySea(from: Point, to: Point, avoid: readonly Passage[]): SeaRoute | null {
  return seaRoute(network(), from, to, ['kiel', ...avoid]);
}
