/**
 * Tables of milestones and positions that a tenant keeps itself, as CSV or NDJSON, read by the mapping of its connection.
 * Each row is written as an event of DCSA 2.2, or as a position, and read as such.
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import type { TableOptions } from '../../../contracts/tracking/table-options.ts';
import { type AdaptedItem, type Adapter, type AdapterContext, adaptEach } from './adapter.ts';
import { CLASSIFIERS, codeOf, EVENTS } from './dcsa-3-words.ts';
import { adaptEvent, type Dialect } from './dcsa-event.ts';
import { adaptPosition } from './positions.ts';
import { type Row, rowsOf } from './table-rows.ts';

/** The adapter of the `milestones_table` format. */
export const milestonesTable: Adapter = {
  parse: (text, _contentType, context) =>
    rowsOfTable(text, context, ['container', 'event', 'time'], (row, index) => adaptMilestone(row, index, context)),
};

/** Numbers of a position, in which a comma may stand for the point. */
const NUMBERS = ['latitude', 'longitude', 'speed', 'course', 'temperature', 'humidity', 'shock'] as const;

/** The adapter of the `positions_table` format. */
export const positionsTable: Adapter = {
  parse: (text, _contentType, context) =>
    rowsOfTable(text, context, ['time', 'latitude', 'longitude'], ({ raw, fields }, index) => {
      const numbers = Object.fromEntries(NUMBERS.map((name) => [name, point(fields[name])]));
      const time = dated(fields.time, context.options.table);
      return withDay(adaptPosition({ ...fields, ...numbers, time }, index, context, raw), fields.time);
    }),
};

function rowsOfTable(
  text: string,
  context: AdapterContext,
  required: Parameters<typeof rowsOf>[2],
  adapt: (row: Row, index: number) => AdaptedItem,
): ReturnType<Adapter['parse']> {
  const read = rowsOf(text, context.options.table, required);
  if ('unreadable' in read) return read;
  return {
    items: adaptEach(read.rows, context, (row, index) => {
      const { raw, fault } = row as Row;
      return fault
        ? { index, raw, fault: { pointer: '', code: 'row.unreadable', detail: fault } }
        : adapt(row as Row, index);
    }),
  };
}

const DIALECT: Dialect = {
  codes: { TRANSPORT: 'transportEventTypeCode', EQUIPMENT: 'equipmentEventTypeCode' },
  code: /^[A-Z]{4}$/,
  codeWords: 'a four-letter code',
  read: new Set(),
};

/** What a value of an event column means. */
type Meaning = { code: string; empty?: boolean | undefined; classifier?: string | undefined };

/** The names of our milestones that are no words of DCSA. */
const MILESTONES: Readonly<Record<string, Meaning>> = {
  empty_picked_up: { code: 'GTOT', empty: true },
  gate_in: { code: 'GTIN', empty: false },
  gate_out: { code: 'GTOT', empty: false },
  empty_returned: { code: 'GTIN', empty: true },
};
/** Codes of DCSA that mark a milestone. */
const CODES = new Set(['ARRI', 'DEPA', 'LOAD', 'DISC', 'GTIN', 'GTOT', 'STUF', 'STRP', 'PICK', 'DROP']);

/** The fields of rows by the members of 2.2 as which they are read: a row knows only the former. */
const FIELD_OF: Readonly<Record<string, string>> = {
  '/eventID': '/id',
  '/eventDateTime': '/time',
  '/eventCreatedDateTime': '/said',
  '/eventClassifierCode': '/classifier',
  '/equipmentReference': '/container',
  '/references': '/container',
  '/documentReferences': '/booking',
  '/eventLocation/UNLocationCode': '/place',
  '/eventLocation/facilityCode': '/facility',
  '/eventLocation/latitude': '/latitude',
  '/transportCall/vessel/vesselName': '/vessel',
  '/transportCall/vessel/vesselIMONumber': '/imo',
  '/transportCall/exportVoyageNumber': '/voyage',
};

/** Faults and warnings by the fields of a row. */
function inColumns(adapted: AdaptedItem): AdaptedItem {
  const named = (fault: Fault): Fault => {
    const pointer = FIELD_OF[fault.pointer] ?? fault.pointer;
    return { ...fault, pointer, detail: fault.detail.replace(/^event(Created)?DateTime |^eventClassifierCode /, '') };
  };
  if ('fault' in adapted) return { ...adapted, fault: named(adapted.fault) };
  return adapted.warnings ? { ...adapted, warnings: adapted.warnings.map(named) } : adapted;
}

/** What an event is called, in small letters with one underscore between words. */
const nameOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '_');

function meaningOf(value: string, { events }: TableOptions): Meaning | null {
  const mapped = Object.keys(events).find((name) => nameOf(name) === nameOf(value));
  if (mapped !== undefined) return events[mapped]!;
  const name = nameOf(value);
  if (Object.hasOwn(MILESTONES, name)) return MILESTONES[name]!;
  const code = codeOf(EVENTS, name);
  return code !== undefined && CODES.has(code) ? { code } : null;
}

function adaptMilestone({ raw, fields, others }: Row, index: number, context: AdapterContext): AdaptedItem {
  const meaning = meaningOf(fields.event ?? '', context.options.table);
  if (!meaning) {
    const detail = `"${(fields.event ?? '').slice(0, 60)}" is no event that is known: the mapping can say what it means`;
    return { index, raw, fault: { pointer: '/event', code: 'row.event_unknown', detail } };
  }
  const isEmpty = fields.empty === undefined ? meaning.empty : emptyOf(fields.empty);
  if (fields.empty !== undefined && isEmpty === undefined) {
    const detail = `"${fields.empty.slice(0, 60)}" says neither empty nor laden`;
    return { index, raw, fault: { pointer: '/empty', code: 'row.empty_unknown', detail } };
  }
  const { code } = meaning;
  const isTransport = code === 'ARRI' || code === 'DEPA';
  const { latitude, longitude } = fields;
  const place = {
    UNLocationCode: fields.place,
    facilityCode: fields.facility,
    latitude: point(latitude),
    longitude: point(longitude),
  };
  const documents = [
    ['BKG', fields.booking],
    ['TRD', fields.transportDocument],
  ].flatMap(([type, value]) => (value ? [{ documentReferenceType: type, documentReferenceValue: value }] : []));
  const item = {
    eventID: fields.id,
    eventType: isTransport ? 'TRANSPORT' : 'EQUIPMENT',
    [isTransport ? 'transportEventTypeCode' : 'equipmentEventTypeCode']: code,
    eventClassifierCode: codeOf(CLASSIFIERS, fields.classifier) ?? meaning.classifier ?? 'ACT',
    eventDateTime: dated(fields.time, context.options.table),
    eventCreatedDateTime: dated(fields.said, context.options.table),
    equipmentReference: fields.container,
    emptyIndicatorCode: isEmpty === undefined ? undefined : isEmpty ? 'EMPTY' : 'LADEN',
    eventLocation: place,
    transportCall: {
      modeOfTransport: fields.mode,
      importVoyageNumber: fields.voyage,
      exportVoyageNumber: fields.voyage,
      vessel: { vesselName: fields.vessel, vesselIMONumber: fields.imo },
    },
    documentReferences: documents,
  };
  const adapted = adaptEvent(item, { raw: others, index }, context, DIALECT);
  return withDay({ ...inColumns(adapted), raw }, fields.time);
}

/** Whether a box is empty, as tables say it: E or F as terminals write it, MT, yes or no. */
function emptyOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (/^(e|mt|mty|empty|true|yes|y|1)$/.test(word)) return true;
  return /^(f|l|full|laden|loaded|false|no|n|0)$/.test(word) ? false : undefined;
}

/** A number; half of the world writes a comma for the point. */
const point = (text: string | undefined): string | undefined => text?.replace(/^([+-]?\d+),(\d+)$/, '$1.$2');

const isDay = (text: string | undefined): boolean =>
  /^(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})$/.test(text ?? '');

/** Says of a row that its day was read as the beginning of it. */
function withDay(adapted: AdaptedItem, time: string | undefined): AdaptedItem {
  if (!isDay(time) || !('events' in adapted)) return adapted;
  const detail = 'names a day alone: it was read as its beginning';
  return { ...adapted, warnings: [...(adapted.warnings ?? []), { pointer: '/time', code: 'time.day_only', detail }] };
}

/** Dates with day or month first, with a time of 24 or of twice 12 hours. */
const DATE = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?)?\s*(.*)$/i;

/** An instant as RFC 3339 has it, of a date that is written day or month first; a day alone is its beginning. */
function dated(text: string | undefined, { dates }: TableOptions): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text ?? '')) return `${text}T00:00`;
  const match = dates === 'iso' || text === undefined ? null : DATE.exec(text);
  if (!match) return text;
  const [, first, second, year, hour = '0', minute = '00', sec = '00', half, zone = ''] = match;
  const [day, month] = dates === 'dmy' ? [first!, second!] : [second!, first!];
  const two = (value: string | number): string => String(value).padStart(2, '0');
  // Of twice twelve hours there is no 0th and no 13th: what is none stays as it was written, and is refused.
  if (half && (Number(hour) < 1 || Number(hour) > 12)) return text;
  const hours = half ? (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : Number(hour);
  return `${year}-${two(month)}-${two(day)}T${two(hours)}:${minute}:${sec}${zone}`;
}
