/** Ended journeys for tests of the ledger. */
import type { JourneyRecord } from '../../domain/eta/ledger.ts';
import { LINES } from '../../domain/eta/leg.ts';

const HOUR = 3_600_000;

/** A journey from Shanghai to Rotterdam that arrived on a day of 2026; everybody's words were off by so many hours. */
export function endedJourney(
  n: number,
  off: { ours?: number; carrier?: number; hours?: number; carrierId?: string } = {},
): JourneyRecord {
  const arrival = Date.UTC(2026, 0, 10) + n * 6 * HOUR;
  const hours = off.hours ?? 600 + (n % 7);
  const word = (source: 'ours' | 'carrier' | 'schedule', before: number, offHours: number) => ({
    target: 'vessel_arrival' as const,
    source,
    location: 'NLRTM',
    at: arrival - before * HOUR,
    p10: source === 'ours' ? arrival + (offHours - 10) * HOUR : null,
    p50: arrival + offHours * HOUR,
    p90: source === 'ours' ? arrival + (offHours + 10) * HOUR : null,
  });
  const departed = arrival - hours * HOUR;
  return {
    container: `TEST${String(n).padStart(7, '0')}`,
    journey: 1,
    carrierId: off.carrierId ?? 'car_1',
    origin: 'CNSHA',
    destination: 'NLRTM',
    reached: { vessel_arrival: arrival },
    promisedAt: null,
    said: [
      word('schedule', 640, -48),
      word('carrier', 640, off.carrier ?? -40),
      word('ours', 600, off.ours ?? 5),
      word('carrier', 100, (off.carrier ?? -40) / 2),
    ],
    legs: [
      {
        from: 'CNSHA',
        to: 'NLRTM',
        carrierId: off.carrierId ?? 'car_1',
        distanceNm: 10_500,
        startedAt: departed,
        endedAt: arrival,
        passed: Array.from({ length: LINES + 1 }, (_, line) => (hours * line) / LINES),
        calls: [],
      },
    ],
    stages: [
      { code: 'loaded', place: 'CNSHA', at: departed - 10 * HOUR },
      { code: 'departed', place: 'CNSHA', at: departed },
      { code: 'arrived', place: 'NLRTM', at: arrival },
    ],
    calls: [],
  };
}
