/** Builds the port table from npm `sea-ports` (MIT) with our corrections. Build time only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface SourcePort {
  name: string;
  country: string;
  coordinates?: [number, number];
  timezone?: string;
}

/** UN/LOCODE, name, country, latitude, longitude, IANA zone. */
type PortRow = [string, string, string, number, number, string];

/**
 * Ports the source lacks, places at the city centre, or places inland. Positions are the container
 * terminals', read from nautical charts' harbour entries to about a mile.
 */
const CORRECTIONS: PortRow[] = [
  ['CNSHA', 'Shanghai (Yangshan)', 'China', 30.62, 122.07, 'Asia/Shanghai'],
  ['CNSHG', 'Shanghai (Yangshan)', 'China', 30.62, 122.07, 'Asia/Shanghai'],
  ['CNSGH', 'Shanghai (Yangshan)', 'China', 30.62, 122.07, 'Asia/Shanghai'],
  ['CNNGB', 'Ningbo', 'China', 29.93, 121.85, 'Asia/Shanghai'],
  ['CNYTN', 'Yantian', 'China', 22.57, 114.27, 'Asia/Shanghai'],
  ['CNTAC', 'Taicang', 'China', 31.65, 121.2, 'Asia/Shanghai'],
  ['CNCAN', 'Guangzhou', 'China', 22.65, 113.68, 'Asia/Shanghai'],
  ['CNTSN', 'Tianjin', 'China', 38.98, 117.75, 'Asia/Shanghai'],
  ['CNYIK', 'Yingkou', 'China', 40.3, 122.08, 'Asia/Shanghai'],
  ['VNCMT', 'Cai Mep', 'Viet Nam', 10.52, 107.02, 'Asia/Ho_Chi_Minh'],
  ['NLRTM', 'Rotterdam (Maasvlakte)', 'Netherlands', 51.95, 4.05, 'Europe/Amsterdam'],
  ['DEHAM', 'Hamburg', 'Germany', 53.54, 9.92, 'Europe/Berlin'],
  ['BEANR', 'Antwerpen', 'Belgium', 51.3, 4.28, 'Europe/Brussels'],
  ['USLAX', 'Los Angeles', 'United States', 33.73, -118.26, 'America/Los_Angeles'],
  ['USLGB', 'Long Beach', 'United States', 33.75, -118.21, 'America/Los_Angeles'],
  ['USSEA', 'Seattle', 'United States', 47.58, -122.36, 'America/Los_Angeles'],
  ['USHOU', 'Houston', 'United States', 29.68, -95.0, 'America/Chicago'],
  ['CNDLC', 'Dalian', 'China', 38.95, 121.88, 'Asia/Shanghai'],
];

const round = (degrees: number): number => Math.round(degrees * 1e4) / 1e4;

/** The port table as JSON, one port a line, sorted by UN/LOCODE. */
export function buildPorts(): string {
  const file = createRequire(import.meta.url).resolve('sea-ports/lib/ports.json');
  const source = JSON.parse(readFileSync(file, 'utf8')) as Record<string, SourcePort>;
  const rows = new Map<string, PortRow>();
  for (const [code, port] of Object.entries(source)) {
    if (!/^[A-Z]{2}[A-Z2-9]{3}$/.test(code) || !port.coordinates) continue;
    const [lon, lat] = port.coordinates;
    rows.set(code, [code, port.name, port.country, round(lat), round(lon), port.timezone ?? 'UTC']);
  }
  for (const row of CORRECTIONS) rows.set(row[0], row);
  const sorted = [...rows.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return `[\n${sorted.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}
