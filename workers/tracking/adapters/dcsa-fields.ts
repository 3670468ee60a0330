/** Members of a DCSA event in whichever spelling and place carriers write them. */
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { EventLocation } from '../../../domain/journey/event.ts';
import { portAt, portOf } from '../../../reference/ports.ts';
import { numberOf, recordOf, textOf } from './adapter.ts';

/** The members of an event, or of a part of it. */
export type Fields = Record<string, unknown>;

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

/**
 * The place of an event, by the codes and coordinates of its location and of its transport call. Carriers write several codes
 * for one port, and some none: coordinates that lie at a port are that port.
 */
export function locationOf(
  item: Fields,
  call: Fields,
  aliases: Readonly<Record<string, string>>,
): EventLocation | undefined {
  const sources = [recordOf(item.eventLocation), recordOf(call.location), call, item].filter(
    (source): source is Fields => source !== undefined,
  );
  const location: EventLocation = {};
  for (const source of sources) {
    const written = pick(source, 'UNLocationCode', 'unLocationCode')?.toUpperCase().replaceAll(' ', '');
    const code = written && (Object.hasOwn(aliases, written) ? aliases[written] : written);
    // Carriers write several codes for one port: a visit must not be two for that.
    if (code && /^[A-Z]{2}[A-Z0-9]{3}$/.test(code)) location.unLocationCode ??= portOf(code)?.code ?? code;
    const facility = pick(source, 'facilityCode')?.toUpperCase();
    if (facility && facility.length <= 11) location.facilityCode ??= facility;
    const lat = numberOf(source.latitude);
    const lon = numberOf(source.longitude);
    if (lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
      location.lat ??= lat;
      location.lon ??= lon;
    }
  }
  if (!location.unLocationCode && location.lat !== undefined && location.lon !== undefined) {
    const port = portAt({ lat: location.lat, lon: location.lon });
    if (port) location.unLocationCode = port.code;
  }
  return Object.keys(location).length > 0 ? location : undefined;
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

/** The carrier's numbers of the bookings that an event names, each once. */
export function bookingsOf(item: Fields): string[] {
  const listed = Array.isArray(item.documentReferences) ? item.documentReferences : [];
  const named = listed.flatMap((raw: unknown) => {
    const reference = recordOf(raw);
    const isBooking = upper(reference?.documentReferenceType) === 'BKG';
    return (isBooking && textOf(reference!.documentReferenceValue)) || [];
  });
  const own = upper(item.documentTypeCode) === 'BKG' ? (pick(item, 'documentID', 'documentId') ?? []) : [];
  const all = [...named, ...[own].flat()].map((number) => number.toUpperCase().replaceAll(/\s/g, '').slice(0, 35));
  return [...new Set(all)].slice(0, BOOKINGS_MAX);
}

/** Bookings of an event that are kept: a box is shipped under one, seldom under those of several who share it. */
const BOOKINGS_MAX = 5;
