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

/**
 * Statements with the codes of their places, where others of the container tell them: by the same transport call of the
 * same source, by the same facility, or by coordinates close by.
 */
export function located(standing: readonly Standing[]): Standing[] {
  const known = new Map<string, string>();
  const points: { lat: number; lon: number; code: string }[] = [];
  for (const { event } of standing) {
    const { unLocationCode: code, facilityCode, lat, lon } = event.location ?? {};
    if (!code) continue;
    if (event.transportCallId) known.set(callOf(event), code);
    if (facilityCode) known.set(`facility|${facilityCode}`, code);
    if (lat !== undefined && lon !== undefined) points.push({ lat, lon, code });
  }
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
    if (word.event.location?.unLocationCode) return word;
    const unLocationCode = codeOf(word.event);
    if (!unLocationCode) return word;
    return { ...word, event: { ...word.event, location: { ...word.event.location, unLocationCode } } };
  });
}

const callOf = ({ connectionId, carrierId, transportCallId }: JourneyEvent): string =>
  transportCallId ? `call|${connectionId ?? carrierId}|${transportCallId}` : '';
