/** Bounded load from this process against loopback, and the arithmetic of its figures. */

/** How often each side of a ratio is measured, in turns. */
export const ROUNDS = 5;

/** Operations a second of `work`, run by `lanes` callers until `ms` have passed or `max` were done. */
export async function rate(
  lanes: number,
  ms: number,
  max: number,
  work: (n: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < ms && next < max) {
      await work(next++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done / ((performance.now() - startedAt) / 1000);
}

/** The q-quantile of samples (nearest rank). */
export function quantile(samples: number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;
}

/** The median. */
export const median = (samples: number[]): number => quantile(samples, 0.5);

/** Rounds to three significant digits, as a noisy machine deserves. */
export const round3 = (value: number): number => Number(value.toPrecision(3));

/**
 * Ours against the floor, in turns, so that a machine that slows down slows both: the median of the
 * rounds' ratios, with the medians of both sides.
 */
export async function inTurns(
  rounds: number,
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<{ ratio: number; ours: number; floor: number }> {
  await floor();
  await ours();
  const pairs: [number, number][] = [];
  for (let i = 0; i < rounds; i++) pairs.push([await ours(), await floor()]);
  return {
    ratio: round3(median(pairs.map(([a, b]) => a / b))),
    ours: round3(median(pairs.map(([a]) => a))),
    floor: round3(median(pairs.map(([, b]) => b))),
  };
}
