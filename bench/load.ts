/** Bounded load from this process against loopback, and the arithmetic of its figures. */

/** How often each side of a ratio is measured, in turns. */
export const ROUNDS = 3;
/** Turns that are not measured: code of any side is compiled by what it has run, and goes on getting faster for seconds. */
const WARM_ROUNDS = 3;

/** Runs `work` by `lanes` callers until `ms` have passed or `max` were done; resolves to how many were. */
export async function work(
  lanes: number,
  ms: number,
  max: number,
  once: (n: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < ms && next < max) {
      await once(next++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
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

/** One of those that are measured side by side. */
export interface Side {
  /** Processor time that its processes have used, in milliseconds; null where the kernel does not tell. */
  cpuMs(): number | null;
  /** What is done before and after a turn, and is not measured. */
  before?(): Promise<void>;
  after?(): Promise<void>;
  /** Works for a turn; resolves to the operations done. */
  turn(): Promise<number>;
}

/** What a side did, by the median of its turns. */
export interface Figure {
  perSecond: number;
  /** Processor time an operation, in milliseconds. */
  cpuMs: number | null;
}

/** Sides beside one another: their figures, and the median of the rounds' ratios of the first to each other one. */
export interface Comparison {
  figures: Record<string, Figure>;
  ratios: Record<string, number>;
}

/**
 * Measures sides in turns, so that a machine that slows down slows all of them. Each works some turns unmeasured first. The
 * first side is the one that ratios are of.
 */
export async function inTurns(rounds: number, sides: Record<string, Side>): Promise<Comparison> {
  const names = Object.keys(sides);
  for (let i = 0; i < WARM_ROUNDS; i++) for (const name of names) await measured(sides[name]!);
  const found: Record<string, Figure>[] = [];
  for (let i = 0; i < rounds; i++) {
    const round: Record<string, Figure> = {};
    for (const name of names) round[name] = await measured(sides[name]!);
    found.push(round);
  }
  const [first, ...others] = names;
  const of = (name: string, field: keyof Figure): (number | null)[] => found.map((round) => round[name]![field]);
  return {
    figures: Object.fromEntries(
      names.map((name) => [
        name,
        { perSecond: round3(median(of(name, 'perSecond') as number[])), cpuMs: medianOrNull(of(name, 'cpuMs')) },
      ]),
    ),
    ratios: Object.fromEntries(
      others.map((name) => [
        name,
        round3(median(found.map((round) => round[first!]!.perSecond / round[name]!.perSecond))),
      ]),
    ),
  };
}

async function measured(side: Side): Promise<Figure> {
  await side.before?.();
  const [startedAt, before] = [performance.now(), side.cpuMs()];
  const done = await side.turn();
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = side.cpuMs();
  await side.after?.();
  return { perSecond: done / seconds, cpuMs: before === null || after === null ? null : (after - before) / done };
}

const medianOrNull = (samples: (number | null)[]): number | null => {
  const known = samples.filter((sample) => sample !== null);
  return known.length === samples.length ? round3(median(known)) : null;
};
