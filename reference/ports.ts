/**
 * Ports by UN/LOCODE: position and time zone. Data from npm `sea-ports` (MIT) with the corrections in `reference/ports`,
 * which say why, built by `npm run build:reference`.
 */
import zoneAt from '@photostructure/tz-lookup';
import tables from './data/ports.json' with { type: 'json' };
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import type { EventLocation } from '../domain/journey/event.ts';

/** A port or inland place of the table. */
export interface Port extends Point {
  /** Its UN/LOCODE; the one that stands for all when carriers write several. */
  code: string;
  name: string;
  /** IANA time zone. */
  zone: string;
  /** Whether ships reach it, by sea, river or lake. */
  water: boolean;
}

const rows = tables.ports as [code: string, name: string, lat: number, lon: number, zone: string, water: number][];
const aliases = tables.aliases as Record<string, string>;
const table = new Map<string, Port>(
  rows.map(([code, name, lat, lon, zone, water]) => [code, { code, name, lat, lon, zone, water: water === 1 }]),
);

/** The port of a code or of another code for it, or undefined when the table has neither: unknown codes are data, not errors. */
export function portOf(code: string | null | undefined): Port | undefined {
  return code ? (table.get(code) ?? table.get(aliases[code] ?? '')) : undefined;
}

/** A terminal lies this close to a position of its port. */
const AT_PORT_NM = 12;
const positions = [
  ...[...table.values()].map((port) => ({ port, at: port as Point })),
  ...(tables.terminals as [code: string, lat: number, lon: number][]).map(([code, lat, lon]) => {
    return { port: table.get(code)!, at: { lat, lon } };
  }),
];

/** The port at which coordinates lie, or undefined: the nearest within reach of a terminal. */
export function portAt(point: Point): Port | undefined {
  let best: { port: Port; nm: number } | undefined;
  for (const { port, at } of positions) {
    // A degree of latitude is 60 nm: most of the table is out of reach without any trigonometry.
    if (Math.abs(at.lat - point.lat) * 60 > AT_PORT_NM) continue;
    const nm = distanceNm(at, point);
    if (nm <= AT_PORT_NM && nm < (best?.nm ?? Number.POSITIVE_INFINITY)) best = { port, nm };
  }
  return best?.port;
}

/** The time zone of a place, by its code or else by its coordinates; null where neither tells. */
export function zoneOf(place: EventLocation | undefined): string | null {
  const { unLocationCode, lat, lon } = place ?? {};
  const zone = portOf(unLocationCode)?.zone;
  return zone ?? (lat === undefined || lon === undefined ? null : zoneAt(lat, lon));
}
