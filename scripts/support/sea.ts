/** The sea network and the port table, as scripts read them. */
import { readFileSync } from 'node:fs';
import { decodeSeaNetwork } from '../../domain/geo/sea-network.ts';
import type { Point } from '../../domain/geo/sphere.ts';
import type { PortTables } from '../../reference/build-ports.ts';

const data = new URL('../../reference/data/', import.meta.url);

/** The decoded network. */
export const network = decodeSeaNetwork(new Uint8Array(readFileSync(new URL('sea-network.bin', data))).buffer);

/** Ports by UN/LOCODE. */
export const ports: ReadonlyMap<string, Point> = new Map(
  (JSON.parse(readFileSync(new URL('ports.json', data), 'utf8')) as PortTables).ports.map(
    ([code, , lat, lon]): [string, Point] => [code, { lat, lon }],
  ),
);
