/** Which column of a file means what: by flags, by a mapping file, or by the names that such files use. */
import { PlainError } from '../support/terminal.ts';

/** What a column may mean, with the names it goes by (lower case, letters and digits only). */
const ROLES = {
  // A column `id` is often the row's own number: whatever names a ship or a box comes first.
  id: [
    'mmsi',
    'imo',
    'vesselid',
    'shipid',
    'vessel',
    'container',
    'containernumber',
    'containerno',
    'shipment',
    'shipmentid',
    'equipmentreference',
    'caseid',
    'trackid',
    'id',
    'nr',
  ],
  journey: ['journey', 'journeyid', 'voyage', 'voyageid', 'voyagenumber', 'trip', 'tripid', 'transitid'],
  time: [
    'time',
    'timestamp',
    'datetime',
    'basedatetime',
    'aispostimestamp',
    'postime',
    'date',
    'eventtime',
    'eventdatetime',
    'actualtime',
    'actual',
    'positiontime',
    'receivedtimeutc',
    't',
  ],
  lat: ['lat', 'latitude', 'y', 'poslat'],
  lon: ['lon', 'long', 'lng', 'longitude', 'x', 'poslon'],
  speed: ['speed', 'sog', 'speedoverground', 'speedknots', 'velocity'],
  from: ['from', 'origin', 'departureport', 'portofloading', 'pol', 'originport', 'startport'],
  to: ['to', 'destination', 'destinationport', 'arrivalport', 'portofdischarge', 'pod', 'endport'],
  arrival: ['arrival', 'arrivaltime', 'actualarrival', 'ata', 'arrivedat'],
  scheduled: ['eta', 'scheduledarrival', 'scheduled', 'carriereta', 'estimatedarrival', 'plannedarrival', 'sta'],
  milestone: [
    'milestone',
    'event',
    'eventcode',
    'eventtype',
    'activity',
    'status',
    'eventtypecode',
    'eventname',
    'move',
    'description',
  ],
  place: [
    'place',
    'location',
    'port',
    'unlocode',
    'unlocationcode',
    'locode',
    'facility',
    'locationcode',
    'locationname',
    'airport',
  ],
  classifier: ['classifier', 'eventclassifiercode', 'eventclassifier', 'kind', 'isactual', 'acttype'],
  planned: ['planned', 'plannedtime', 'planneddatetime', 'scheduledtime', 'plan'],
  recorded: [
    'recorded',
    'recordedat',
    'created',
    'createdat',
    'eventcreateddatetime',
    'reported',
    'reportedat',
    'publishedat',
    'messagetime',
  ],
  carrier: ['carrier', 'carrierid', 'scac', 'line', 'shippingline', 'carriercode', 'airline'],
  mode: ['mode', 'transportmode', 'modeoftransport'],
} as const;

/** The meaning of a column. */
export type Role = keyof typeof ROLES;

/** The roles that a flag `--<role>-column` can set. */
export const COLUMN_ROLES = Object.keys(ROLES) as Role[];

/** A file's mapping, as a small JSON file may hold it; flags go before it. */
export interface MappingFile {
  columns?: Partial<Record<Role, string>>;
  timeFormat?: TimeFormat;
  speedUnit?: 'knots' | 'kmh' | 'ms';
  delimiter?: string;
  /** Other words for milestones, such as `"Vessel departure": "departed"`. */
  milestones?: Record<string, string>;
  /** The milestone that ends a journey. */
  target?: string;
  /** Files with one row a journey: which columns hold which milestone. */
  wide?: { milestone: string; actual: string; planned?: string; place?: string; placeColumn?: string }[];
}

/** Ways to write a time. */
export const TIME_FORMATS = ['auto', 'iso', 'dmy', 'mdy', 'epoch'] as const;
/** A way to write a time. */
export type TimeFormat = (typeof TIME_FORMATS)[number];

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Finds each role's column in a header; a flagged name that is not there is refused. */
export function resolveColumns(
  header: readonly string[],
  named: Partial<Record<Role, string | undefined>>,
): Partial<Record<Role, string>> {
  const found: Partial<Record<Role, string>> = {};
  const taken = new Set<string>();
  for (const role of COLUMN_ROLES) {
    const name = named[role];
    if (name === undefined) continue;
    const columns = (header.includes(name) ? [name] : name.split('+')).map((part) => {
      const column = header.find((other) => other === part) ?? header.find((other) => plain(other) === plain(part));
      if (column) return column;
      throw new PlainError(`The file has no column "${part}" (for ${role}); it has: ${header.join(', ')}.`);
    });
    found[role] = columns.join('+');
    for (const column of columns) taken.add(column);
  }
  for (const role of COLUMN_ROLES) {
    if (found[role] !== undefined) continue;
    const names: readonly string[] = ROLES[role];
    const column = names
      .map((name) => header.find((other) => plain(other) === name && !taken.has(other)))
      .find(Boolean);
    if (!column) continue;
    found[role] = column;
    taken.add(column);
  }
  // A file that tells voyages apart need not name the ship as well.
  const isRowNumber = named.id === undefined && (found.id === undefined || ['id', 'nr'].includes(plain(found.id)));
  if (isRowNumber && found.journey !== undefined) found.id = found.journey;
  return found;
}

/** The text of a column in a row; of several (`date+time`) with a blank between them. */
export function cellOf(row: Record<string, string>, column: string | undefined): string | undefined {
  if (column === undefined) return undefined;
  if (column in row || !column.includes('+')) return row[column];
  return column
    .split('+')
    .map((part) => row[part] ?? '')
    .join(' ')
    .trim();
}

/** Refuses a mapping that lacks what a format cannot do without. */
export function requireRoles(
  columns: Partial<Record<Role, string>>,
  roles: readonly Role[],
  header: readonly string[],
): void {
  const missing = roles.filter((role) => columns[role] === undefined);
  if (missing.length === 0) return;
  const flags = missing.map((role) => `--${role}-column NAME`).join(' ');
  throw new PlainError(
    `No column was found for ${missing.join(', ')}. The file has: ${header.join(', ')}.\nName them: ${flags}`,
  );
}

const SLASHED = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?\s*(Z|UTC)?$/;

/**
 * Decides the format from a sample of texts: which of day and month comes first shows by a number
 * above 12; when none does, the day is taken to come first.
 */
export function detectTimeFormat(sample: readonly string[]): Exclude<TimeFormat, 'auto'> {
  if (sample.every((text) => /^-?\d+(\.\d+)?$/.test(text))) return 'epoch';
  const slashed = sample.map((text) => SLASHED.exec(text)).filter((match) => match !== null && match[1]!.length <= 2);
  if (slashed.length < sample.length / 2) return 'iso';
  return slashed.some((match) => Number(match![2]) > 12) ? 'mdy' : 'dmy';
}

/** Reads a time; without a zone it is UTC. NaN when it is none. */
export function parseTime(text: string, format: Exclude<TimeFormat, 'auto'>): number {
  const trimmed = text.trim();
  if (trimmed === '') return Number.NaN;
  if (format === 'epoch') {
    const value = Number(trimmed);
    // Seconds until the year 5138, milliseconds above.
    return Math.abs(value) < 1e11 ? value * 1000 : value;
  }
  const match = SLASHED.exec(trimmed);
  if (match && match[1]!.length <= 2) {
    const [day, month] = format === 'mdy' ? [match[2], match[1]] : [match[1], match[2]];
    return utc(Number(match[3]), Number(month), Number(day), match);
  }
  if (match) return utc(Number(match[1]), Number(match[2]), Number(match[3]), match);
  return Date.parse(
    /(Z|[+-]\d{2}:?\d{2})$/.test(trimmed) ? trimmed.replace(' ', 'T') : `${trimmed.replace(' ', 'T')}Z`,
  );
}

function utc(year: number, month: number, day: number, match: RegExpExecArray): number {
  if (month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN;
  const at = Date.UTC(year, month - 1, day, Number(match[4] ?? 0), Number(match[5] ?? 0));
  return at + Number(match[6] ?? 0) * 1000;
}
