import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildPorts } from '../../reference/build-ports.ts';
import { buildSeaNetwork } from '../../reference/build-sea-network.ts';
import { decodeSeaNetwork } from './sea-network.ts';
import { distanceField, distanceToGoNm, seaRoute } from './sea-route.ts';
import { interpolate, type Point } from './sphere.ts';

const data = new URL('../../reference/data/', import.meta.url);
const bytes = readFileSync(new URL('sea-network.bin', data));
const network = decodeSeaNetwork(new Uint8Array(bytes).buffer);
const ports = new Map(
  (JSON.parse(readFileSync(new URL('ports.json', data), 'utf8')) as [string, string, string, number, number][]).map(
    ([code, , , lat, lon]): [string, Point] => [code, { lat, lon }],
  ),
);
const port = (code: string): Point => ports.get(code)!;

describe('the committed reference data', () => {
  it('is what the build makes of the sources', () => {
    expect(Buffer.from(buildSeaNetwork().bytes).equals(bytes)).toBe(true);
    expect(buildPorts()).toBe(readFileSync(new URL('ports.json', data), 'utf8'));
  });
});

describe('seaRoute', () => {
  // Published port-to-port distances in nautical miles.
  it.each([
    ['CNSHA', 'NLRTM', 10_560],
    ['CNSHA', 'USLAX', 5_750],
    ['BRSSZ', 'DEHAM', 5_750],
    ['INBOM', 'USNYC', 8_180],
    ['SGSIN', 'ZADUR', 4_960],
  ])('is within 3 %% of the published distance %s-%s', (from, to, publishedNm) => {
    const route = seaRoute(network, port(from), port(to))!;
    expect(Math.abs(route.distanceNm / publishedNm - 1)).toBeLessThan(0.03);
    const back = seaRoute(network, port(to), port(from))!;
    expect(back.distanceNm).toBeCloseTo(route.distanceNm, 6);
  });

  it('goes by Suez, and by the Cape when the canals are closed', () => {
    expect(seaRoute(network, port('CNSHA'), port('NLRTM'))!.passages).toContain('suez');
    const cape = seaRoute(network, port('CNSHA'), port('NLRTM'), ['suez', 'panama'])!;
    expect(cape.passages).toContain('good-hope');
    expect(cape.distanceNm).toBeGreaterThan(13_100);
    expect(cape.distanceNm).toBeLessThan(14_200);
  });
});

describe('distanceToGoNm', () => {
  it('agrees with A* at the port and falls steadily along the route', () => {
    const route = seaRoute(network, port('SGSIN'), port('NLRTM'))!;
    const field = distanceField(network, port('NLRTM'));
    let last = Number.POSITIVE_INFINITY;
    // From the second point on: the first leg joins the port to the network.
    for (let i = 1; i + 2 < route.path.length; i++) {
      for (const fraction of [0.1, 0.5, 0.9]) {
        const nm = distanceToGoNm(network, field, interpolate(route.path[i]!, route.path[i + 1]!, fraction))!;
        expect(nm).toBeLessThan(last + 1);
        last = nm;
      }
    }
    expect(Math.abs(distanceToGoNm(network, field, port('SGSIN'))! / route.distanceNm - 1)).toBeLessThan(0.02);
  });
});
