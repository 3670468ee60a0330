/**
 * A container's ETAs: follows its leg fix by fix, adds the legs and stays still to come, decides what
 * to publish, and keeps what the lane models will learn from. Everything here is a pure function of
 * what is remembered and what has come in.
 */
import type { Milestone } from '../journey/milestone.ts';
import { heardWords, publish } from './announce.ts';
import { followDiversion } from './diversion.ts';
import { type Eta, TARGETS } from './eta.ts';
import { AT_BERTH_NM, beginLeg, completeLeg, followLeg } from './leg.ts';
import { noteCall } from './leg-estimate.ts';
import { type Plan, planOf } from './plan.ts';
import type { EtaInput, EtaMemory, EtaOutcome, LegMemory } from './state.ts';
import { estimateTargets, type TargetEstimate } from './targets.ts';

/** Milestone predictions kept of one journey. */
const CALLS_MAX = 60;
const NOTHING: EtaOutcome = { memory: null, etas: [], said: [], reached: [], plan: null };

/** Moves a container's ETAs forward. */
export function followJourney(before: EtaMemory | null, previous: readonly Eta[], input: EtaInput): EtaOutcome {
  if (!input.destination) return NOTHING;
  const { memory, news, plan, milestones } = takeUp(before, input, input.destination);
  return outcomeOf(memory, news, plan, previous, { ...input, milestones });
}

/** The milestones of the present journey: those after the arrival of the one before. */
export function ofJourney(memory: EtaMemory | null, milestones: readonly Milestone[]): readonly Milestone[] {
  const since = memory?.since ?? 0;
  return since === 0 ? milestones : milestones.filter(({ at }) => at > since);
}

function outcomeOf(
  memory: EtaMemory,
  news: string | null,
  plan: Plan,
  previous: readonly Eta[],
  input: EtaInput,
): EtaOutcome {
  const followed = plan.phase === 'arrived' ? endLeg(memory, plan, input.carrierId) : followSea(memory, plan, input);
  const estimates = estimateTargets(followed, plan, input);
  const noted = noteCalls(followed, plan, input, estimates);
  const published = publish(noted, previous, plan, input, estimates, news);
  const words = heardWords(published.memory, plan, input);
  const reached = TARGETS.filter(
    (target) => plan.reached[target] !== undefined && plan.reached[target] !== memory.reached[target],
  );
  return {
    memory: { ...words.memory, reached: plan.reached, stageCount: plan.stages.length },
    etas: published.etas,
    said: [...published.said, ...words.said],
    reached,
    plan,
  };
}

interface TakenUp {
  memory: EtaMemory;
  news: string | null;
  plan: Plan;
  milestones: readonly Milestone[];
}

/** The memory of this journey: the same one, or that of a new one, with the milestones that are its own. */
function takeUp(before: EtaMemory | null, input: EtaInput, destination: string): TakenUp {
  const begin = (journey: number, since: number, news: string | null = null): TakenUp => {
    const memory = { ...emptyJourney(journey, since), destination };
    const milestones = ofJourney(memory, input.milestones);
    const plan = planOf(milestones, input.origin, destination);
    return { memory: { ...memory, origin: plan.nodes[0]! }, news, plan, milestones };
  };
  if (!before) return begin(input.nextJourney ?? 1, 0);
  const arrivedAt = before.reached.vessel_arrival;
  if (before.destination !== destination) {
    // After the arrival another destination is another journey. Before it, it is the same one, but
    // nothing said so far is about this place.
    if (arrivedAt !== undefined) return begin(before.journey + 1, arrivedAt);
    const news = `the destination changed from ${before.destination} to ${destination}`;
    const turned = begin(before.journey, before.since, news);
    return { ...turned, memory: { ...turned.memory, legs: before.legs } };
  }
  const milestones = ofJourney(before, input.milestones);
  const plan = planOf(milestones, input.origin, destination);
  if (arrivedAt !== undefined && plan.reached.vessel_arrival === undefined) return begin(before.journey + 1, arrivedAt);
  return { memory: { ...before, origin: plan.nodes[0]! || before.origin }, news: null, plan, milestones };
}

function emptyJourney(journey: number, since: number): EtaMemory {
  return {
    journey,
    since,
    origin: '',
    destination: '',
    leg: null,
    published: {},
    situation: '',
    said: {},
    legs: [],
    calls: [],
    stageCount: 0,
    reached: {},
  };
}

/** Follows the sea leg with the fixes, a departure being one too; ends the legs that are over. */
function followSea(memory: EtaMemory, plan: Plan, input: EtaInput): EtaMemory {
  const [from, to] = [plan.nodes[plan.leg]!, plan.nodes[plan.leg + 1]!];
  let next =
    memory.leg && (memory.leg.from !== from || memory.leg.to !== to) ? endLeg(memory, plan, input.carrierId) : memory;
  const fixes = [...input.fixes];
  const left = plan.departedAt === null ? undefined : input.sea.port(from);
  if (left && plan.departedAt! <= input.now) fixes.push({ at: plan.departedAt!, lat: left.lat, lon: left.lon });
  if (!next.leg && input.latest && input.latest.at <= input.now) fixes.push(input.latest);
  fixes.sort((a, b) => a.at - b.at);
  for (const fix of fixes) {
    const leg = next.leg ? followFix(next.leg, fix, input) : startLeg(from, to, fix, plan, input);
    if (leg) next = { ...next, leg };
  }
  return next;
}

function startLeg(
  from: string,
  to: string,
  fix: { at: number; lat: number; lon: number },
  plan: Plan,
  { sea, now }: EtaInput,
): LegMemory | null {
  // Before its departure a box is in port; a departure that lies ahead has not happened (local time labelled Z).
  if (plan.departedAt !== null && plan.departedAt <= now && fix.at < plan.departedAt) return null;
  const nm = sea.toGo(to, null, fix.lat, fix.lon);
  if (nm === null) return null;
  const start = sea.port(from);
  const whole = start ? sea.toGo(to, null, start.lat, start.lon) : null;
  const canal = sea.canalAhead(to, fix.lat, fix.lon);
  const track = beginLeg({ at: fix.at, nm }, whole ?? nm);
  return { from, to, track, diversion: { canal, closed: null, other: null, lead: 0 } };
}

function followFix(leg: LegMemory, fix: { at: number; lat: number; lon: number }, input: EtaInput): LegMemory {
  const { sea } = input;
  if (fix.at <= leg.track.at) return leg;
  const nm = sea.toGo(leg.to, leg.diversion.closed, fix.lat, fix.lon);
  if (nm === null) return leg;
  const other = leg.diversion.canal
    ? sea.toGo(leg.to, leg.diversion.closed ? null : leg.diversion.canal, fix.lat, fix.lon)
    : null;
  const turned = followDiversion(leg.diversion, leg.track, { at: fix.at, nm, other });
  if (turned.switched && other !== null) {
    // The other way round is another leg: its distance, its lane, its pace still to be seen.
    return { ...leg, track: beginLeg({ at: fix.at, nm: other }, other), diversion: turned.diversion };
  }
  const atBerth =
    leg.track.line === 0 && leg.track.stillSince !== null && leg.track.distanceNm - leg.track.nm < AT_BERTH_NM;
  const track = followLeg(leg.track, { at: fix.at, nm });
  if (atBerth && leg.track.stillHours === 0 && track.stillSince === null) {
    // It sails now: the time at the berth was no part of the leg.
    return { ...leg, track: { ...track, startedAt: leg.track.at, lineAt: leg.track.at }, diversion: turned.diversion };
  }
  return { ...leg, track, diversion: turned.diversion };
}

/** Files the leg under way as ended at the arrival that the milestones tell. */
function endLeg(memory: EtaMemory, plan: Plan, carrierId: string | undefined): EtaMemory {
  const { leg } = memory;
  if (!leg) return memory;
  const arrival = plan.stages.find(
    ({ code, place, at }) =>
      place === leg.to && (code === 'arrived' || code === 'discharged') && at > leg.track.startedAt,
  );
  const ended =
    arrival && !leg.diversion.closed
      ? [{ ...completeLeg(leg.track, arrival.at, carrierId ?? null), from: leg.from, to: leg.to }]
      : [];
  return { ...memory, leg: null, legs: [...memory.legs, ...ended].slice(-8) };
}

/** Notes what is predicted when a grid line or a milestone has been passed. */
function noteCalls(memory: EtaMemory, plan: Plan, input: EtaInput, estimates: TargetEstimate[]): EtaMemory {
  let next = memory;
  const { leg } = memory;
  const sea = estimates[0]?.sea ?? null;
  if (leg && sea && leg.track.line > (leg.track.calls.at(-1)?.line ?? -1)) {
    next = { ...next, leg: { ...leg, track: noteCall(leg.track, sea) } };
  }
  const stage = plan.stages.at(-1);
  if (!stage || plan.stages.length <= memory.stageCount) return next;
  const calls = estimates.flatMap(({ target, part, byMilestones }) =>
    byMilestones ? [{ target, code: stage.code, at: input.now, ...part, ...byMilestones }] : [],
  );
  return { ...next, calls: [...next.calls, ...calls].slice(-CALLS_MAX) };
}
