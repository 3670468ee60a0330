import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildPorts, portsJson } from '../../reference/build-ports.ts';
import { buildSeaNetwork } from '../../reference/build-sea-network.ts';
import { portOf } from '../../reference/ports.ts';
import { decodeSeaNetwork, nodePoint, snapToNetwork } from './sea-network.ts';
import { distanceField, distanceToGoNm, seaRoute } from './sea-route.ts';
import { distanceNm, interpolate, type Point } from './sphere.ts';

const data = new URL('../../reference/data/', import.meta.url);
const bytes = readFileSync(new URL('sea-network.bin', data));
const network = decodeSeaNetwork(new Uint8Array(bytes).buffer);
const port = (code: string): Point => portOf(code)!;

describe('the committed reference data', () => {
  it('is what the build makes of the sources', () => {
    expect(Buffer.from(buildSeaNetwork().bytes).equals(bytes)).toBe(true);
    expect(portsJson(buildPorts())).toBe(readFileSync(new URL('ports.json', data), 'utf8'));
  }, 60_000);
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

  // The largest container lanes, with distances as printed in port distance tables, rounded to 10 nm.
  it.each([
    ['CNSHA', 'USLAX', 5_750],
    ['CNYTN', 'USLGB', 6_350],
    ['KRPUS', 'USLAX', 5_230],
    ['HKHKG', 'USLAX', 6_360],
    ['JPYOK', 'USLAX', 4_840],
    ['KRPUS', 'USSEA', 4_600],
    ['SGSIN', 'USLAX', 7_670],
    ['CNSHA', 'USNYC', 10_570],
    ['CNSHA', 'NLRTM', 10_560],
    ['HKHKG', 'NLRTM', 9_750],
    ['SGSIN', 'NLRTM', 8_290],
    ['INBOM', 'USNYC', 8_180],
    ['BRSSZ', 'DEHAM', 5_750],
    ['CNSHA', 'SGSIN', 2_240],
    ['HKHKG', 'SGSIN', 1_460],
  ])('is within 5 %% on the lane %s-%s', (from, to, printedNm) => {
    const { distanceNm } = seaRoute(network, port(from), port(to))!;
    expect(Math.abs(distanceNm / printedNm - 1)).toBeLessThan(0.05);
  });

  it('goes by Suez, and by the Cape when the canals are closed', () => {
    expect(seaRoute(network, port('CNSHA'), port('NLRTM'))!.passages).toContain('suez');
    const cape = seaRoute(network, port('CNSHA'), port('NLRTM'), ['suez', 'panama'])!;
    expect(cape.passages).toContain('good-hope');
    // Printed: 13,500 to 13,800 nm.
    expect(cape.distanceNm).toBeGreaterThan(13_500 * 0.97);
    expect(cape.distanceNm).toBeLessThan(13_800 * 1.03);
  });
});

describe('a closed canal', () => {
  it('leaves the ports at its mouths open to their own sea, and far from the other', () => {
    const nm = (from: string, to: string): number =>
      seaRoute(network, port(from), port(to), ['suez', 'panama'])!.distanceNm;
    expect(nm('EGPSD', 'NLRTM')).toBeLessThan(3_400);
    expect(nm('EGSUZ', 'SGSIN')).toBeLessThan(5_100);
    expect(nm('EGPSD', 'EGSUZ')).toBeGreaterThan(10_000);
    expect(nm('PACTB', 'USNYC')).toBeLessThan(2_100);
    expect(nm('PAPTY', 'PACTB')).toBeGreaterThan(9_000);
  });

  it('is as long as it is: Port Said to Suez', () => {
    // The Suez Canal Authority gives 193.3 km; the ports lie some miles off its ends.
    const { distanceNm } = seaRoute(network, port('EGPSD'), port('EGSUZ'))!;
    expect(distanceNm).toBeGreaterThan(193.3 / 1.852 - 25);
    expect(distanceNm).toBeLessThan(193.3 / 1.852);
  });
});

describe('snapToNetwork', () => {
  it('finds the edge that is nearest of all', () => {
    const off = (p: Point, edge: number): number => {
      const [a, b] = [nodePoint(network, network.edgeFrom[edge]!), nodePoint(network, network.edgeTo[edge]!)];
      const nearest = Array.from({ length: 41 }, (_, i) => distanceNm(p, interpolate(a, b, i / 40)));
      return Math.min(...nearest);
    };
    for (const p of [
      port('SGSIN'),
      port('EGPSD'),
      { lat: 40.2, lon: -179.9 },
      { lat: -35, lon: 20 },
      { lat: 35, lon: 18 },
    ]) {
      const snap = snapToNetwork(network, p)!;
      const best = Math.min(...[...network.edgeFrom.keys()].map((edge) => off(p, edge)));
      expect(snap.offNm).toBeLessThan(best * 1.05 + 1);
    }
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
