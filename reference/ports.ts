/**
 * Ports by UN/LOCODE: position and time zone. Data from npm `sea-ports` (MIT) with the corrections in `reference/ports`,
 * which say why, built by `npm run build:reference`.
 */
import tables from './data/ports.json' with { type: 'json' };
import type { Point } from '../domain/geo/sphere.ts';

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
