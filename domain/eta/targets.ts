/** Estimates every target still ahead: the leg under way, then the legs and stays behind it. */
import type { Opinion } from './calibration.ts';
import { type EtaPart, type Explanation, TARGETS, type Target } from './eta.ts';
import { AT_BERTH_NM, SERVICE_SPEED_KNOTS } from './leg.ts';
import { estimateLeg, type LegEstimate } from './leg-estimate.ts';
import { type Plan, saidBy } from './plan.ts';
import { addParts, leftByLevels, type Part } from './spread.ts';
import { estimateStages, type ReachedStage, type StageCall, type StageEstimate } from './stages.ts';
import { laterPart } from './staleness.ts';
import type { EtaInput, EtaMemory, LegMemory } from './state.ts';
import { stayKey } from './stays.ts';

/** An estimate of one target, hours to go from now. */
export interface TargetEstimate {
  target: Target;
  part: Part;
  explanation: Omit<Explanation, 'changed' | 'modelVersion'>;
  asOf: number;
  /** The sea leg's own estimate, from its last fix. */
  sea: LegEstimate | null;
  /** What the milestones alone say, where they were asked. */
  byMilestones: Pick<StageCall, 'experts' | 'slip'> | null;
}

const HOUR_MS = 3_600_000;
/** A speed at which a way counts in the spread of a leg not begun: hours at 10, 50 and 90 %. */
const SEA_SPREAD = { p10: 0.88, p50: 1, p90: 1.3 };
/** Stays in port, hours, until journeys have shown others (medians of container trades, rounded). */
const STAY: Record<'before' | 'change' | Exclude<Target, 'vessel_arrival'>, Part> = {
  before: { p10: 12, p50: 72, p90: 240 },
  change: { p10: 36, p50: 120, p90: 336 },
  discharge: { p10: 4, p50: 20, p90: 60 },
  gate_out: { p10: 30, p50: 110, p90: 300 },
  delivery: { p10: 50, p50: 170, p90: 420 },
};

/** Estimates the targets not yet reached; empty while nothing is known to estimate from. */
export function estimateTargets(memory: EtaMemory, plan: Plan, input: EtaInput): TargetEstimate[] {
  const found: TargetEstimate[] = [];
  const arrival = plan.reached.vessel_arrival === undefined ? estimateArrival(memory, plan, input) : null;
  if (plan.reached.vessel_arrival === undefined && !arrival) return [];
  if (arrival) found.push(arrival);
  for (const target of TARGETS) {
    if (target === 'vessel_arrival' || plan.reached[target] !== undefined) continue;
    if (TARGETS.slice(TARGETS.indexOf(target)).some((later) => plan.reached[later] !== undefined)) continue;
    found.push(estimateLater(target, arrival, plan, input));
  }
  return found;
}

function estimateArrival(memory: EtaMemory, plan: Plan, input: EtaInput): TargetEstimate | null {
  const sailing = memory.leg && isSailing(memory.leg, plan) ? memory.leg : null;
  if (!sailing) return byMilestones(memory, plan, input);
  const destination = plan.nodes.at(-1)!;
  const last = sailing.to === destination;
  const lane = sailing.diversion.closed ? null : (input.models.lanes[`${sailing.from}>${sailing.to}`] ?? null);
  const scheduledAt = last ? schedule(plan, 'vessel_arrival', input) : null;
  const sea = estimateLeg(
    sailing.track,
    { lane, mode: input.models.sea, carrierId: input.carrierId ?? null },
    scheduledAt,
  );
  const { part, overdue, staleHours } = laterPart(sea, (input.now - sailing.track.at) / HOUR_MS);
  const parts: EtaPart[] = [{ kind: 'sea', from: sailing.from, to: sailing.to, hours: part.p50 }];
  let whole = part;
  if (!last) {
    const rest = restFrom(plan, plan.leg + 1, input);
    // Journeys of this way that changed ships here know the stay and the next leg together.
    const onward = estimateStages({
      stage: { code: 'arrived', place: sailing.to, at: input.now },
      now: input.now,
      carrierId: input.carrierId ?? null,
      lane: input.models.stages.vessel_arrival?.lane ?? null,
      all: null,
      fallback: rest.part,
      scheduledAt: null,
    });
    parts.push(...fitStays(rest.parts, onward.p50));
    whole = addParts([part, onward]);
  }
  const { track } = sailing;
  return {
    target: 'vessel_arrival',
    part: whole,
    asOf: track.at,
    sea,
    byMilestones: null,
    explanation: {
      leg: {
        from: sailing.from,
        to: sailing.to,
        distanceNm: Math.round(track.distanceNm),
        distanceToGoNm: Math.round(track.nm * 10) / 10,
        progress: Math.round((1 - track.nm / track.distanceNm) * 1000) / 1000,
        paceKnots: Math.round(track.paceKnots * 10) / 10,
      },
      experts: rounded(sea.opinions),
      parts: parts.map(roundPart),
      waiting: sea.waiting,
      overdue,
      staleHours: Math.round(staleHours * 10) / 10,
      avoiding: sailing.diversion.closed,
      journeysKnown: lane?.legs ?? 0,
    },
  };
}

/** Under way by the milestones, or seen to move, or first seen away from its port. */
function isSailing({ from, track }: LegMemory, plan: Plan): boolean {
  return (
    plan.phase === 'under_way' || track.observedHours > 0 || from === '' || track.distanceNm - track.nm > AT_BERTH_NM
  );
}

/** In port, or at sea with nobody sending positions: what journeys needed from this milestone on. */
function byMilestones(memory: EtaMemory, plan: Plan, input: EtaInput): TargetEstimate | null {
  // A box that was only seen in its port counts from then.
  const seen = memory.leg && { code: 'registered', place: memory.leg.from, at: memory.leg.track.startedAt };
  const stage = plan.stages.at(-1) ?? seen;
  const rest = restFrom(plan, plan.leg, input);
  if (!stage || rest.parts.length === 0) return null;
  const models = input.models.stages.vessel_arrival;
  const estimate = estimateStages({
    stage,
    now: input.now,
    carrierId: input.carrierId ?? null,
    lane: models?.lane ?? null,
    all: null,
    fallback: rest.part,
    scheduledAt: schedule(plan, 'vessel_arrival', input),
  });
  return milestoneEstimate('vessel_arrival', stage, estimate, rest.parts, models?.lane?.journeys ?? 0, input.now);
}

function estimateLater(
  target: Exclude<Target, 'vessel_arrival'>,
  arrival: TargetEstimate | null,
  plan: Plan,
  input: EtaInput,
): TargetEstimate {
  const destination = plan.nodes.at(-1)!;
  const models = input.models.stages[target];
  const common = {
    carrierId: input.carrierId ?? null,
    lane: models?.lane ?? null,
    all: models?.all ?? null,
    fallback: STAY[target],
  };
  const stay = (hours: number): EtaPart => ({ kind: 'dwell', from: destination, to: destination, hours });
  if (!arrival) {
    const stage = plan.stages.at(-1)!;
    const estimate = estimateStages({ ...common, stage, now: input.now, scheduledAt: schedule(plan, target, input) });
    return milestoneEstimate(target, stage, estimate, [stay(estimate.p50)], models?.lane?.journeys ?? 0, input.now);
  }
  const at = { code: 'arrived', place: destination, at: input.now };
  const estimate = estimateStages({ ...common, stage: at, now: input.now, scheduledAt: null });
  return {
    ...arrival,
    target,
    part: addParts([arrival.part, estimate]),
    sea: null,
    byMilestones: null,
    explanation: {
      ...arrival.explanation,
      experts: rounded(estimate.opinions),
      parts: [...arrival.explanation.parts, roundPart(stay(estimate.p50))],
      journeysKnown: models?.lane?.journeys ?? 0,
    },
  };
}

/** Legs and stays from a node of the plan on, each by its own history or distance, none of them begun. */
function restFrom(plan: Plan, fromLeg: number, input: EtaInput): { part: Part; parts: EtaPart[] } {
  const parts: EtaPart[] = [];
  const hours: Part[] = [];
  for (let leg = fromLeg; leg + 1 < plan.nodes.length; leg++) {
    const [from, to] = [plan.nodes[leg]!, plan.nodes[leg + 1]!];
    const sea = seaHours(from, to, input);
    if (!sea) return { part: addParts([]), parts: [] };
    if (plan.phase === 'in_port' || leg > plan.leg) {
      const known = input.models.stays[stayKey(from, leg > 0)];
      const stay = leftByLevels([known], 0, leg === 0 ? STAY.before : STAY.change);
      parts.push({ kind: 'dwell', from, to: from, hours: stay.p50 });
      hours.push(stay);
    }
    parts.push({ kind: 'sea', from, to, hours: sea.p50 });
    hours.push(sea);
  }
  return { part: addParts(hours), parts };
}

/** Stays stretched or cut so that the parts add up to the whole; sea legs are what they are. */
function fitStays(parts: EtaPart[], wholeHours: number): EtaPart[] {
  const sum = (kind: EtaPart['kind']): number =>
    parts.reduce((total, part) => total + (part.kind === kind ? part.hours : 0), 0);
  const scale = Math.max(0, wholeHours - sum('sea')) / (sum('dwell') || 1);
  return parts.map((part) => (part.kind === 'dwell' ? { ...part, hours: part.hours * scale } : part));
}

function seaHours(from: string, to: string, { models, sea }: EtaInput): Part | null {
  const usual = models.lanes[`${from}>${to}`]?.curveHours[0];
  const port = sea.port(from);
  const nm = port ? sea.toGo(to, null, port.lat, port.lon) : null;
  const hours = usual || (nm === null ? null : nm / SERVICE_SPEED_KNOTS);
  if (hours === null) return null;
  return { p10: hours * SEA_SPREAD.p10, p50: hours, p90: hours * SEA_SPREAD.p90 };
}

/** What the carrier says, or the schedule where it says nothing. */
function schedule(plan: Plan, target: Target, { milestones }: EtaInput): number | null {
  return saidBy(milestones, plan, target, 'EST') ?? saidBy(milestones, plan, target, 'PLN');
}

function milestoneEstimate(
  target: Target,
  stage: ReachedStage,
  estimate: StageEstimate,
  parts: EtaPart[],
  journeysKnown: number,
  now: number,
): TargetEstimate {
  return {
    target,
    part: { p10: estimate.p10, p50: estimate.p50, p90: estimate.p90 },
    asOf: stage.at,
    sea: null,
    byMilestones: {
      experts: Object.fromEntries(estimate.opinions.map(({ expert, hours }) => [expert, round(hours)])),
      slip: estimate.slipHours,
    },
    explanation: {
      leg: null,
      experts: rounded(estimate.opinions),
      parts: parts.map(roundPart),
      waiting: 'no',
      overdue: false,
      staleHours: Math.round(Math.max(0, (now - stage.at) / HOUR_MS) * 10) / 10,
      avoiding: null,
      journeysKnown,
    },
  };
}

const round = (hours: number): number => Math.round(hours * 10) / 10;
const roundPart = (part: EtaPart): EtaPart => ({ ...part, hours: round(part.hours) });
const rounded = (opinions: Opinion[]): Opinion[] =>
  opinions.map(({ expert, hours, weight }) => ({
    expert,
    hours: round(hours),
    weight: Math.round(weight * 100) / 100,
  }));
