/** What has changed of the truth between two moments, as people are told of it. */
import { isSameVisit } from './fold.ts';
import type { Milestone } from './milestone.ts';

/** A change of what has happened. */
export type MilestoneChange =
  | { kind: 'reached'; milestone: Milestone; before: null }
  | { kind: 'corrected'; milestone: Milestone; before: Milestone }
  | { kind: 'withdrawn'; milestone: Milestone; before: null };

/** Clocks of several sources differ by minutes: less is no correction that anybody acts on. */
const TOLD_FROM_MS = 15 * 60_000;

/**
 * The changes from one state of a journey to the next: what was reached, corrected in time or place, and withdrawn. A
 * milestone that is gone while the same one has come elsewhere was corrected.
 */
export function changesBetween(before: readonly Milestone[], after: readonly Milestone[]): MilestoneChange[] {
  const left = before.filter(isActual);
  const come: Milestone[] = [];
  const changes: MilestoneChange[] = [];
  for (const milestone of after.filter(isActual)) {
    const at = nearest(left, milestone, isSameVisit);
    if (at < 0) come.push(milestone);
    else {
      const [known] = left.splice(at, 1) as [Milestone];
      const moved = Math.abs(known.at - milestone.at) >= TOLD_FROM_MS;
      if (moved) changes.push({ kind: 'corrected', milestone, before: known });
    }
  }
  for (const milestone of come) {
    const at = nearest(left, milestone, (a, b) => a.code === b.code);
    if (at < 0) changes.push({ kind: 'reached', milestone, before: null });
    else changes.push({ kind: 'corrected', milestone, before: left.splice(at, 1)[0]! });
  }
  changes.push(...left.map((milestone): MilestoneChange => ({ kind: 'withdrawn', milestone, before: null })));
  return changes.sort((a, b) => a.milestone.at - b.milestone.at);
}

/** The journey of a container, as far as its changes are told. */
interface Told {
  id: string;
  milestones: readonly Milestone[];
}

/**
 * The changes of all journeys of a container, each with its journey: of one that is no more everything was withdrawn. A
 * milestone that only changed its journey is no news.
 */
export function changesOfJourneys(
  before: readonly Told[],
  after: readonly Told[],
): { journeyId: string; change: MilestoneChange }[] {
  const [was, is] = [before, after].map((list) => new Map(list.map(({ id, milestones }) => [id, milestones])));
  const ids = new Set([...was!.keys(), ...is!.keys()]);
  const all = [...ids].flatMap((journeyId) =>
    changesBetween(was!.get(journeyId) ?? [], is!.get(journeyId) ?? []).map((change) => ({ journeyId, change })),
  );
  const left = [...all];
  for (const withdrawn of all.filter(({ change }) => change.kind === 'withdrawn')) {
    const at = left.findIndex(({ change }) => change.kind === 'reached' && isOne(change, withdrawn.change));
    if (at < 0) continue;
    left.splice(at, 1);
    left.splice(left.indexOf(withdrawn), 1);
  }
  return left;
}

const isOne = (a: MilestoneChange, b: MilestoneChange): boolean =>
  isSameVisit(a.milestone, b.milestone) && Math.abs(a.milestone.at - b.milestone.at) < TOLD_FROM_MS;

const isActual = ({ classifier }: Milestone): boolean => classifier === 'ACT';

/** The place in a list of the milestone that fits and lies closest in time, or -1. */
function nearest(
  list: readonly Milestone[],
  milestone: Milestone,
  fits: (a: Milestone, b: Milestone) => boolean,
): number {
  let best = -1;
  for (const [i, other] of list.entries()) {
    if (!fits(other, milestone)) continue;
    if (best < 0 || Math.abs(other.at - milestone.at) < Math.abs(list[best]!.at - milestone.at)) best = i;
  }
  return best;
}
