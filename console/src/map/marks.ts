import { age, words } from '../format.ts';
import type { FleetLine } from '../types.ts';
import type { Mark } from './world-map.tsx';

/** The marks of all containers that have a position. */
export function marksOf(containers: Iterable<FleetLine>, now: number): Mark[] {
  const marks: Mark[] = [];
  for (const c of containers) {
    if (c.lat === null || c.lon === null) continue;
    const seen = c.asOf === null ? '' : ` · seen ${age((now - Date.parse(c.asOf)) / 1000)} ago`;
    marks.push({
      id: c.number,
      lat: c.lat,
      lon: c.lon,
      courseDeg: c.courseDeg,
      tone: c.openAlerts > 0 ? 'alert' : (c.speedKnots ?? 0) < 0.5 ? 'still' : 'normal',
      label: `${c.number} · ${c.vesselName ?? words(c.status)} · ${c.origin ?? '?'} → ${c.destination ?? '?'}${seen}`,
    });
  }
  return marks;
}
