/** Journeys for tests of the records. */
import type { JourneyEvent } from '../../domain/journey/event.ts';
import { event, HOUR } from '../../domain/journey/test-log.ts';

const DAY = 24 * HOUR;

/** A journey from Shanghai to Rotterdam of some weeks, as its events tell it. */
export function voyage(n: number, over: Partial<JourneyEvent> = {}): JourneyEvent[] {
  const at = (code: string, day: number, place: string, more: Partial<JourneyEvent> = {}) =>
    event({
      code,
      at: (n * 60 + day) * DAY,
      createdAt: (n * 60 + day) * DAY,
      family: code === 'DEPA' || code === 'ARRI' ? 'TRANSPORT' : 'EQUIPMENT',
      location: { unLocationCode: place },
      ...more,
      ...over,
    });
  return [
    at('GTOT', 1, 'CNSHA', { empty: true }),
    at('GTIN', 3, 'CNSHA', { empty: false }),
    at('ARRI', 35, 'NLRTM', { classifier: 'EST', createdAt: (n * 60 + 3) * DAY }),
    at('LOAD', 5, 'CNSHA'),
    at('DEPA', 6, 'CNSHA'),
    at('ARRI', 36, 'NLRTM'),
    at('DISC', 37, 'NLRTM'),
    at('GTOT', 40, 'NLRTM', { empty: false }),
    at('GTIN', 45, 'NLRTM', { empty: true }),
  ];
}
