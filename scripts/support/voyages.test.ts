import { expect, it } from 'vitest';
import { distanceNm } from '../../domain/geo/sphere.ts';
import { isValidContainerNumber } from '../../domain/identifiers/iso6346.ts';
import { makeContainers, milestonesBetween, stateAt } from './voyages.ts';

const HOUR = 3_600_000;
const now = Date.parse('2026-06-01T00:00:00Z');
const containers = makeContainers(24, now);

it('makes valid, distinct containers that are under way', () => {
  expect(new Set(containers.map((c) => c.number)).size).toBe(24);
  expect(containers.every((c) => isValidContainerNumber(c.number))).toBe(true);
  for (const container of containers) {
    const state = stateAt(container, now);
    expect(state.departureAt).toBeLessThan(now);
    expect(state.arrivalAt).toBeGreaterThan(now);
  }
});

it('moves them no faster than ships of their speed hurry, through arrivals and returns', () => {
  for (const container of containers.slice(0, 12)) {
    let before = stateAt(container, now);
    for (let hour = 6; hour < 24 * 90; hour += 6) {
      const after = stateAt(container, now + hour * HOUR);
      expect(distanceNm(before.position, after.position)).toBeLessThan(container.speedKnots * 6 * 1.35 + 1);
      before = after;
    }
  }
});

it('passes every milestone once, however the time is cut', () => {
  const container = containers[0]!;
  const until = now + 120 * 24 * HOUR;
  const whole = milestonesBetween(container, now, until).map((m) => `${m.kind} ${m.at}`);
  const parts: string[] = [];
  for (let at = now; at < until; at += 7 * HOUR) {
    parts.push(...milestonesBetween(container, at, Math.min(until, at + 7 * HOUR)).map((m) => `${m.kind} ${m.at}`));
  }
  expect(parts).toEqual(whole);
  expect(new Set(whole).size).toBe(whole.length);
  expect(whole.length).toBeGreaterThan(5);
});
