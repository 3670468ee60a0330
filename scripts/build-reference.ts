/**
 * Builds reference/data from npm data packages: `npm run build:reference`.
 * The results are committed, so the product builds without this step; a test rebuilds them and
 * compares the bytes.
 */
import { writeFileSync } from 'node:fs';
import { buildPorts, portsJson } from '../reference/build-ports.ts';
import { buildSeaNetwork } from '../reference/build-sea-network.ts';

const data = new URL('../reference/data/', import.meta.url);
const network = buildSeaNetwork();
writeFileSync(new URL('sea-network.bin', data), network.bytes);
console.log(`sea-network.bin  ${network.nodes} nodes, ${network.edges} edges, ${network.bytes.length} bytes`);
const tables = buildPorts();
writeFileSync(new URL('ports.json', data), portsJson(tables));
console.log(`ports.json  ${tables.ports.length} ports, ${Object.keys(tables.aliases).length} aliases`);
