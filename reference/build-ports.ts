/**
 * Builds the port table: npm `sea-ports` (MIT) with the corrections in `reference/ports`, and the zone of each place from
 * npm `@photostructure/tz-lookup` (CC0) within its country's (`countries-and-timezones`, MIT). Build time only.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import zoneAt from '@photostructure/tz-lookup';
import { type CountryCode, getCountry } from 'countries-and-timezones';
import type { Point } from '../domain/geo/sphere.ts';
import { kmToCoast } from './build-geography.ts';

interface SourcePort {
  name: string;
  coordinates?: [number, number];
  timezone?: string;
}

/** UN/LOCODE, name, latitude, longitude, IANA zone, and 1 where ships reach it or 0. */
export type PortRow = [code: string, name: string, lat: number, lon: number, zone: string, water: 0 | 1];

/** The code of a port, and the position of one of its terminals. */
export type TerminalRow = [code: string, lat: number, lon: number];

/** The tables of ports. */
export interface PortTables {
  ports: PortRow[];
  /** Other codes of ports, by the code that stands here. */
  aliases: Record<string, string>;
  /** Further positions of ports whose terminals lie apart. */
  terminals: TerminalRow[];
}

/** A place this far from the coast is on the sea to whoever placed it: the map is drawn to some kilometres. */
const NEAR_SEA_KM = 25;
/** Zones that runtimes do not all know yet, and one that has kept the same time since they were split. */
const SAME_TIME: Record<string, string> = { 'America/Coyhaique': 'America/Punta_Arenas' };

/** The lines of a table in `reference/ports`, by the names in its first line. Fields may be quoted. */
export function readTable(name: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(new URL(`ports/${name}.csv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const names = head!.split(',');
  return lines.map((line) => {
    const fields = [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain!);
    return Object.fromEntries(names.map((field, i) => [field, fields[i]!]));
  });
}

const round = (degrees: number): number => Math.round(degrees * 1e4) / 1e4;

/** The zone of a place: by its position if its country has it, else what the source says, else the country's only one. */
function zoneOf(code: string, { lat, lon }: Point, stated: string | undefined, corrected: string | undefined): string {
  if (corrected) return corrected;
  const zones: string[] = getCountry(code.slice(0, 2) as CountryCode, { deprecated: true })?.timezones ?? [];
  const candidates = [zoneAt(lat, lon), stated, zones.length === 1 ? zones[0] : undefined];
  const zone = candidates.find((each) => each !== undefined && zones.includes(each));
  if (!zone) throw new Error(`${code} has no zone of its country: ${candidates.join(', ')} of ${zones.join(', ')}`);
  return SAME_TIME[zone] ?? zone;
}

/** The port tables: ports sorted by UN/LOCODE. */
export function buildPorts(): PortTables {
  const file = createRequire(import.meta.url).resolve('sea-ports/lib/ports.json');
  const source = JSON.parse(readFileSync(file, 'utf8')) as Record<string, SourcePort>;
  const places = new Map<string, { name: string; at: Point; zone?: string }>();
  for (const [code, { name, coordinates, timezone }] of Object.entries(source)) {
    if (!/^[A-Z]{2}[A-Z2-9]{3}$/.test(code) || !coordinates) continue;
    const [lon, lat] = coordinates;
    places.set(code, { name, at: { lat, lon }, ...(timezone ? { zone: timezone } : {}) });
  }
  for (const { code, name, latitude, longitude } of [...readTable('inland'), ...readTable('corrections')]) {
    const before = places.get(code!);
    places.set(code!, { ...before, name: name!, at: { lat: Number(latitude), lon: Number(longitude) } });
  }
  const aliases = Object.fromEntries(readTable('aliases').map(({ alias, code }) => [alias!, code!]));
  for (const alias of Object.keys(aliases)) places.delete(alias);
  const zones = new Map(readTable('zones').map(({ code, zone }) => [code!, zone!]));
  const waterways = new Set(readTable('waterways').map(({ code }) => code!));
  const ports = [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { name, at, zone }]): PortRow => {
      const water = waterways.has(code) || kmToCoast(at) <= NEAR_SEA_KM ? 1 : 0;
      return [code, name, round(at.lat), round(at.lon), zoneOf(code, at, zone, zones.get(code)), water];
    });
  const terminals = readTable('terminals').map(({ code, latitude, longitude }): TerminalRow => {
    return [code!, Number(latitude), Number(longitude)];
  });
  return { ports, aliases, terminals };
}

/** The tables as JSON, one port a line. */
export function portsJson({ ports, aliases, terminals }: PortTables): string {
  const rows = ports.map((row) => JSON.stringify(row)).join(',\n');
  return `{"aliases":${JSON.stringify(aliases)},\n"terminals":${JSON.stringify(terminals)},\n"ports":[\n${rows}\n]}\n`;
}
