/** Members of a DCSA event in whichever spelling and place carriers write them. */
import type { Fault } from '../../../contracts/kit/result.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { EventLocation } from '../../../domain/journey/event.ts';
import { portAt, portOf } from '../../../reference/ports.ts';
import { numberOf, recordOf, textOf } from './adapter.ts';

/** The members of an event, or of a part of it. */
export type Fields = Record<string, unknown>;

/** Hears of what was left out of an item, or read otherwise than it is written. */
export type Remark = (fault: Fault) => void;

/** A code in capital letters. */
export const upper = (value: unknown): string | undefined => textOf(value)?.toUpperCase();

/** The first of several spellings that holds a text. */
export function pick(fields: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const text = textOf(fields[name]);
    if (text) return text;
  }
  return undefined;
}

/** A text within its bound; that it was cut is remarked. */
export function bounded(value: string | undefined, max: number, pointer: string, remark: Remark): string | undefined {
  if (value === undefined || value.length <= max) return value;
  remark({ pointer, code: 'text.cut', detail: `was cut to ${max} characters` });
  return value.slice(0, max);
}

const UN_LOCODE = /^[A-Z]{2}[A-Z0-9]{3}$/;
/** Codes of terminals (SMDG, BIC) are no longer than this, the UN/LOCODE before them included. */
const FACILITY_MAX = 11;

/**
 * The place of an event, by the codes and coordinates of its location and of its transport call. Carriers write several codes
 * for one port, and some none: coordinates that lie at a port are that port.
 */
export function locationOf(
  item: Fields,
  call: Fields,
  aliases: Readonly<Record<string, string>>,
  remark: Remark,
): EventLocation | undefined {
  const sources: [pointer: string, source: Fields | undefined][] = [
    ['/eventLocation', recordOf(item.eventLocation)],
    ['/transportCall/location', recordOf(call.location)],
    ['/transportCall', call],
    ['', item],
  ];
  const location: EventLocation = {};
  for (const [pointer, source] of sources) {
    if (!source) continue;
    const written = pick(source, 'UNLocationCode', 'unLocationCode')?.toUpperCase().replaceAll(' ', '');
    if (written)
      readCode(location, written, aliases, (detail) => {
        remark({ pointer: `${pointer}/UNLocationCode`, code: 'location.code_unread', detail });
      });
    const facility = pick(source, 'facilityCode')?.toUpperCase();
    if (facility && facility.length <= FACILITY_MAX) location.facilityCode ??= facility;
    else if (facility) {
      const detail = `"${facility.slice(0, 40)}" is longer than a code of a terminal: it was left out`;
      remark({ pointer: `${pointer}/facilityCode`, code: 'location.facility_unread', detail });
    }
    readPoint(location, source, pointer, remark);
  }
  if (!location.unLocationCode && location.lat !== undefined && location.lon !== undefined) {
    const port = portAt({ lat: location.lat, lon: location.lon });
    if (port) location.unLocationCode = port.code;
  }
  return Object.keys(location).length > 0 ? location : undefined;
}

/** Reads a code where a UN/LOCODE belongs: some write the terminal's there, which begins with that of its port. */
function readCode(
  location: EventLocation,
  written: string,
  aliases: Readonly<Record<string, string>>,
  remark: (detail: string) => void,
): void {
  const code = Object.hasOwn(aliases, written) ? aliases[written]! : written;
  // Carriers write several codes for one port: a visit must not be two for that.
  if (UN_LOCODE.test(code)) {
    location.unLocationCode ??= portOf(code)?.code ?? code;
    return;
  }
  const port = code.length <= FACILITY_MAX ? portOf(code.slice(0, 5)) : undefined;
  if (port) {
    location.unLocationCode ??= port.code;
    location.facilityCode ??= code;
    remark(`"${code}" was read as a terminal at ${port.code}`);
  } else remark(`"${code.slice(0, 40)}" is no UN/LOCODE: it was left out`);
}

function readPoint(location: EventLocation, source: Fields, pointer: string, remark: Remark): void {
  const [lat, lon] = [numberOf(source.latitude), numberOf(source.longitude)];
  if (lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
    location.lat ??= lat;
    location.lon ??= lon;
  } else if (textOf(source.latitude) ?? textOf(source.longitude)) {
    const detail = 'latitude and longitude are no point on the earth: they were left out';
    remark({ pointer: `${pointer}/latitude`, code: 'location.point_unread', detail });
  }
}

/** The container named directly, else every equipment reference (a transport event may hold many). */
export function containersOf(item: Fields): string[] {
  const direct = pick(item, 'equipmentReference');
  const references = Array.isArray(item.references) ? item.references : [];
  const named = direct
    ? [direct]
    : references.flatMap((raw: unknown) => {
        const reference = recordOf(raw);
        const isEquipment = upper(reference?.referenceType) === 'EQ';
        const value = reference && isEquipment ? textOf(reference.referenceValue) : undefined;
        return value ? [value] : [];
      });
  return [...new Set(named.map(normalizeContainerNumber))];
}

/** Documents of one kind that an event may name: a box is shipped under one, seldom under those of several who share it. */
const DOCUMENTS_MAX = 5;
const DOCUMENT_NUMBER_MAX = 35;

/** The carrier's numbers of the bookings (BKG) or transport documents (TRD) that an event names, each once. */
export function documentsOf(item: Fields, type: 'BKG' | 'TRD', remark: Remark): string[] {
  const listed = Array.isArray(item.documentReferences) ? item.documentReferences : [];
  const named = listed.flatMap((raw: unknown) => {
    const reference = recordOf(raw);
    const isOne = upper(reference?.documentReferenceType) === type;
    return (isOne && textOf(reference!.documentReferenceValue)) || [];
  });
  const own = upper(item.documentTypeCode) === type ? (pick(item, 'documentID', 'documentId') ?? []) : [];
  const pointer = '/documentReferences';
  const all = [...named, ...[own].flat()].map(
    (number) => bounded(number.toUpperCase().replaceAll(/\s/g, ''), DOCUMENT_NUMBER_MAX, pointer, remark)!,
  );
  const numbers = [...new Set(all)];
  if (numbers.length > DOCUMENTS_MAX) {
    const detail = `names ${numbers.length} documents of one kind, of which the first ${DOCUMENTS_MAX} were taken`;
    remark({ pointer, code: 'documents.too_many', detail });
  }
  return numbers.slice(0, DOCUMENTS_MAX);
}
