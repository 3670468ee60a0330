/** How a duration is spread, as a dozen quantiles: small, mergeable in meaning, and nobody's single journey. */
import { quantileOfSorted } from './quantile.ts';

/** Hours at 10 %, 50 % and 90 %. */
export interface Part {
  p10: number;
  p50: number;
  p90: number;
}

/** Shares at which a spread keeps its quantiles. */
const SHARES = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1] as const;

/** A spread of durations: how many it rests on, and its quantiles in hours. */
export interface Spread {
  n: number;
  q: number[];
}

/** Summarizes durations; null of none. */
export function spreadOf(hours: readonly number[]): Spread | null {
  if (hours.length === 0) return null;
  const sorted = [...hours].sort((a, b) => a - b);
  return { n: hours.length, q: SHARES.map((share) => Math.round(quantileOfSorted(sorted, share) * 10) / 10) };
}

/** The q-quantile of a spread, linear between the kept ones. */
export function quantileAt({ q }: Spread, share: number): number {
  const next = SHARES.findIndex((known) => known >= share);
  if (next <= 0) return q[next < 0 ? q.length - 1 : 0]!;
  const [a, b] = [SHARES[next - 1]!, SHARES[next]!];
  return q[next - 1]! + ((q[next]! - q[next - 1]!) * (share - a)) / (b - a);
}

/** The share of durations that are over after so many hours. */
export function shareBelow({ q }: Spread, hours: number): number {
  if (hours < q[0]!) return 0;
  for (let i = 1; i < q.length; i++) {
    if (hours > q[i]!) continue;
    const span = q[i]! - q[i - 1]!;
    return SHARES[i - 1]! + (span > 0 ? ((hours - q[i - 1]!) / span) * (SHARES[i]! - SHARES[i - 1]!) : 0);
  }
  return 1;
}

/** What is left of a duration that has lasted so long already; null when none was ever longer. */
export function leftOf(spread: Spread, elapsedHours: number): Part | null {
  const over = shareBelow(spread, elapsedHours);
  if (over > 0.98) return null;
  const left = (share: number): number => Math.max(0, quantileAt(spread, over + share * (1 - over)) - elapsedHours);
  return { p10: left(0.1), p50: left(0.5), p90: left(0.9) };
}

/** Journeys that the more general knowledge is worth when a more special one is mixed in. */
const CALM = 4;

/**
 * What is left by several spreads, the most general first: each more special one counts by the
 * number of durations behind it. Past everything known, as long again as it has lasted.
 */
export function leftByLevels(levels: readonly (Spread | undefined)[], elapsedHours: number, fallback: Part): Part {
  let part: Part | null = null;
  for (const spread of levels) {
    const left = spread ? leftOf(spread, elapsedHours) : null;
    if (!spread || !left) continue;
    const weight: number = part ? spread.n / (spread.n + CALM) : 1;
    const before: Part = part ?? left;
    const mix = (name: keyof Part): number => (1 - weight) * before[name] + weight * left[name];
    part = { p10: mix('p10'), p50: mix('p50'), p90: mix('p90') };
  }
  if (part) return part;
  if (levels.some(Boolean)) return { p10: 0.1 * elapsedHours, p50: 0.5 * elapsedHours, p90: 2 * elapsedHours };
  const left = (hours: number): number => Math.max(0.25 * hours, hours - elapsedHours);
  return { p10: Math.max(0, fallback.p10 - elapsedHours), p50: left(fallback.p50), p90: left(fallback.p90) };
}

/** Independent parts one after the other: medians add, and so do the squares of the half-widths. */
export function addParts(parts: readonly Part[]): Part {
  let [p50, low, high] = [0, 0, 0];
  for (const part of parts) {
    p50 += part.p50;
    low += (part.p50 - part.p10) ** 2;
    high += (part.p90 - part.p50) ** 2;
  }
  return { p10: Math.max(0, p50 - Math.sqrt(low)), p50, p90: p50 + Math.sqrt(high) };
}
