/** Tries a lane model on legs it has not seen, before it is rolled out. */
import type { LaneModel } from './lane-model.ts';
import { beginLeg, type CompletedLeg, followLeg, LINES } from './leg.ts';
import { estimateLeg } from './leg-estimate.ts';

const HOUR_MS = 3_600_000;

/**
 * Replays legs line by line through the estimator and sums the absolute errors in hours. A leg is
 * known by when it passed its grid lines, which is enough to sail it again.
 */
export function tryModel(
  lane: LaneModel | null,
  mode: LaneModel | null,
  legs: readonly CompletedLeg[],
): { errorHours: number; calls: number } {
  let [errorHours, calls] = [0, 0];
  for (const { distanceNm, startedAt, passed } of legs) {
    const total = passed[LINES] ?? 0;
    const nm = (line: number): number => distanceNm * (1 - line / LINES);
    const first = passed.findIndex((hours) => hours !== null);
    if (first < 0 || first >= LINES) continue;
    let track = beginLeg({ at: startedAt + passed[first]! * HOUR_MS, nm: nm(first) }, distanceNm);
    for (let line = first; line < LINES; line++) {
      const hours = passed[line] ?? null;
      if (hours === null) continue;
      if (line > first) track = followLeg(track, { at: startedAt + hours * HOUR_MS, nm: nm(line) });
      errorHours += Math.abs(estimateLeg(track, { lane, mode }).p50 - (total - hours));
      calls++;
    }
  }
  return { errorHours, calls };
}

/** Share of the newest legs that a candidate is tried on, and the least number of them. */
const HELD_OUT = 0.2;
const HELD_OUT_MIN = 3;

/**
 * Older legs to train a candidate on, and the newest ones to try it on. What the model in force has
 * learned from (up to `knownUntil`, ms) is no trial for either; none when too few are left.
 */
export function holdOut(
  legs: readonly CompletedLeg[],
  knownUntil: number | null,
): { older: CompletedLeg[]; newest: CompletedLeg[] } {
  const ordered = [...legs].sort((a, b) => a.endedAt - b.endedAt);
  const unseen = ordered.filter(({ endedAt }) => knownUntil === null || endedAt > knownUntil).length;
  const held = Math.min(unseen, Math.floor(ordered.length * HELD_OUT));
  if (held < HELD_OUT_MIN) return { older: ordered, newest: [] };
  return { older: ordered.slice(0, -held), newest: ordered.slice(-held) };
}

/** A candidate may be this much worse by chance and still be rolled out: it knows more. */
const TOLERANCE = 1.05;

/** Whether a candidate replaces the model in force; without anything tried on there is no reason against it. */
export function isGoodEnough(candidateMae: number | null, presentMae: number | null): boolean {
  return candidateMae === null || presentMae === null || candidateMae <= presentMae * TOLERANCE;
}
