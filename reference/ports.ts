/** Ports by UN/LOCODE: position and time zone. Data from npm `sea-ports` (MIT) with corrections. */
import rows from './data/ports.json' with { type: 'json' };
import type { Point } from '../domain/geo/sphere.ts';

/** A port of the table. */
export interface Port extends Point {
  code: string;
  name: string;
  country: string;
  /** IANA time zone. */
  zone: string;
}

const table = new Map<string, Port>(
  (rows as [string, string, string, number, number, string][]).map(([code, name, country, lat, lon, zone]) => [
    code,
    { code, name, country, lat, lon, zone },
  ]),
);

/** The port, or undefined when the table does not have it: unknown codes are data, not errors. */
export function portOf(code: string | null | undefined): Port | undefined {
  return code ? table.get(code) : undefined;
}
