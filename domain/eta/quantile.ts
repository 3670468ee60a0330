/** Quantiles of small samples. */

/** The q-quantile of ascending values by linear interpolation (Hyndman and Fan 1996, type 7); NaN of none. */
export function quantileOfSorted(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * Math.min(1, Math.max(0, q));
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(sorted.length - 1, below + 1)]!;
  return low + (high - low) * (place - below);
}

/** The q-quantile of values in any order. */
export function quantile(values: readonly number[], q: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    q,
  );
}

/** The median of values in any order; NaN of none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * The smallest value at which the weights of it and all smaller ones reach the share q of the sum.
 * `order` lists the indices of `values` ascending.
 */
export function weightedQuantile(values: readonly number[], weights: readonly number[], q: number): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  let total = 0;
  for (const weight of weights) total += weight;
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= q * total) return values[i]!;
  }
  return order.length > 0 ? values[order.at(-1)!]! : Number.NaN;
}

/**
 * Split-conformal bound of a sample of scores: the ceil((n + 1) q)-th smallest (Vovk et al. 2005;
 * Lei et al. 2018). With too few scores for the level it is the largest one.
 */
export function conformalQuantile(sorted: readonly number[], q: number): number {
  const rank = Math.ceil((sorted.length + 1) * q);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? Number.NaN;
}
