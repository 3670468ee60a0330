/** How long boxes stay in a port before a ship takes them on: before the journey, and between two ships. */
import { type Spread, spreadOf } from './spread.ts';
import type { ReachedStage } from './stages.ts';

const HOUR_MS = 3_600_000;
/** Ports one model knows: the busiest. */
const PORTS_MAX = 200;

/** The name of a port's stay: before the first ship, or from one ship to the next. */
export const stayKey = (place: string, isChange: boolean): string => `${isChange ? 'change' : 'before'}@${place}`;

/** The stays that a way may hold: one before each of its legs, given as `FROM>TO`. */
export const staysOfWay = (legs: readonly string[]): string[] =>
  legs.map((leg, i) => stayKey(leg.slice(0, leg.indexOf('>')), i > 0));

/** The stays of a journey's stages, hours by port: from the first thing told of a port to the departure. */
export function staysOf(stages: readonly ReachedStage[]): { key: string; hours: number }[] {
  const found: { key: string; hours: number }[] = [];
  const firstAt = new Map<string, { at: number; isChange: boolean }>();
  for (const { code, place, at } of [...stages].sort((a, b) => a.at - b.at)) {
    if (place === '') continue;
    const first = firstAt.get(place);
    if (code === 'departed') {
      if (first) found.push({ key: stayKey(place, first.isChange), hours: (at - first.at) / HOUR_MS });
      firstAt.delete(place);
    } else if (!first) firstAt.set(place, { at, isChange: code === 'arrived' || code === 'discharged' });
  }
  return found;
}

/** The spread of stays by port, from the stages of many journeys. */
export function trainStays(journeys: readonly { stages: readonly ReachedStage[] }[]): Record<string, Spread> {
  const hours = new Map<string, number[]>();
  for (const { stages } of journeys) {
    for (const stay of staysOf(stages)) hours.set(stay.key, [...(hours.get(stay.key) ?? []), stay.hours]);
  }
  const busiest = [...hours].sort((a, b) => b[1].length - a[1].length).slice(0, PORTS_MAX);
  return Object.fromEntries(busiest.map(([key, list]) => [key, spreadOf(list)!]));
}
