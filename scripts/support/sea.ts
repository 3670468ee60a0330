/** The sea network and the port table, as scripts read them. */
import { readFileSync } from 'node:fs';
import { decodeSeaNetwork } from '../../domain/geo/sea-network.ts';
import type { Point } from '../../domain/geo/sphere.ts';

const data = new URL('../../reference/data/', import.meta.url);

/** The decoded network. */
export const network = decodeSeaNetwork(new Uint8Array(readFileSync(new URL('sea-network.bin', data))).buffer);

/** Ports by UN/LOCODE. */
export const ports: ReadonlyMap<string, Point> = new Map(
  (JSON.parse(readFileSync(new URL('ports.json', data), 'utf8')) as [string, string, string, number, number][]).map(
    ([code, , , lat, lon]): [string, Point] => [code, { lat, lon }],
  ),
);
