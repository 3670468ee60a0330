/** Samples of where processor time goes, and their sums. */

/** Time that was found in one place, in milliseconds. */
export interface Sample {
  ms: number;
  /** The Worker at work, or what else was. */
  hop: string;
  /** What kind of work it was; null where the sampler cannot tell. */
  kind: string | null;
  /** Functions of JavaScript that were under way, the innermost first. */
  functions: string[];
}

/** Samples a platform from its start until it is stopped. */
export interface Sampler {
  stop(): Promise<Sample[]>;
}

/** One line of a table: milliseconds, and what they were spent on. */
export type Line = [ms: number, what: string];

/** Sums by what `of` names of each sample, once each, the most first. */
export function sums(samples: readonly Sample[], of: (sample: Sample) => readonly string[]): Line[] {
  const found = new Map<string, number>();
  for (const sample of samples) {
    for (const what of new Set(of(sample))) found.set(what, (found.get(what) ?? 0) + sample.ms);
  }
  return [...found].map(([what, ms]): Line => [ms, what]).sort(([a], [b]) => b - a);
}
