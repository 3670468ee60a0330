/** Where statements happened: one place under one name, however its sources write it. */
import { distanceNm } from '../geo/sphere.ts';
import type { EventLocation, JourneyEvent } from './event.ts';
import type { Standing } from './log.ts';

/** A terminal's coordinates and those of a place that the same container's events name differ by less than this. */
const SAME_PLACE_NM = 8;

/** The name of a place: its UN/LOCODE, else the facility, else its coordinates to about a kilometre; '' for none. */
export function placeName(location: EventLocation | null | undefined): string {
  if (!location) return '';
  const { unLocationCode, facilityCode, lat, lon } = location;
  if (unLocationCode || facilityCode) return unLocationCode ?? facilityCode ?? '';
  return lat === undefined || lon === undefined ? '' : `${lat.toFixed(2)},${lon.toFixed(2)}`;
}

/** Codes that statements tell of places which others name otherwise. */
export interface KnownPlaces {
  /** By transport call and by facility. */
  names: [name: string, code: string][];
  points: { lat: number; lon: number; code: string }[];
}

/** The codes that statements tell, beside those that are known already. */
export function placesOf(standing: readonly Standing[], before: KnownPlaces = { names: [], points: [] }): KnownPlaces {
  const names = new Map(before.names);
  const points = new Map(before.points.map((point) => [`${point.lat},${point.lon},${point.code}`, point]));
  for (const { event } of standing) {
    const { unLocationCode: code, facilityCode, lat, lon } = event.location ?? {};
    if (!code || !isOfPlace(event)) continue;
    if (event.transportCallId) names.set(callOf(event), code);
    if (facilityCode) names.set(`facility|${facilityCode}`, code);
    if (lat === undefined || lon === undefined) continue;
    // To a tenth of a mile: a terminal has a handful of points then, however many were said.
    const point = { lat: Math.round(lat * 500) / 500, lon: Math.round(lon * 500) / 500, code };
    points.set(`${point.lat},${point.lon},${code}`, point);
  }
  return { names: [...names], points: [...points.values()] };
}

/**
 * Statements with the codes of their places, where others of the container tell them: by the same transport call of the
 * same source, by the same facility, or by coordinates close by. `before` is what the archive tells.
 */
export function located(standing: readonly Standing[], before?: KnownPlaces): Standing[] {
  const { names, points } = placesOf(standing, before);
  const known = new Map(names);
  const codeOf = (event: JourneyEvent): string | undefined => {
    const { facilityCode, lat, lon } = event.location ?? {};
    const named = known.get(callOf(event)) ?? (facilityCode && known.get(`facility|${facilityCode}`));
    if (named || lat === undefined || lon === undefined) return named || undefined;
    const near = points
      .map((point) => ({ code: point.code, nm: distanceNm(point, { lat, lon }) }))
      .filter(({ nm }) => nm <= SAME_PLACE_NM)
      .sort((a, b) => a.nm - b.nm || (a.code < b.code ? -1 : 1));
    return near[0]?.code;
  };
  return standing.map((word) => {
    if (word.event.location?.unLocationCode || !isOfPlace(word.event)) return word;
    const unLocationCode = codeOf(word.event);
    if (!unLocationCode) return word;
    return { ...word, event: { ...word.event, location: { ...word.event.location, unLocationCode } } };
  });
}

/** What a device measures happens at a point and marks no place. */
const isOfPlace = ({ family }: JourneyEvent): boolean => family !== 'IOT' && family !== 'REEFER';

const callOf = ({ connectionId, carrierId, transportCallId }: JourneyEvent): string =>
  transportCallId ? `call|${connectionId ?? carrierId}|${transportCallId}` : '';
