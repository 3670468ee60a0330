/**
 * A container's ETAs: follows its leg fix by fix, adds the legs and stays still to come, decides what
 * to publish, and keeps what the lane models will learn from. Everything here is a pure function of
 * what is remembered and what has come in.
 */
import type { Passage } from '../geo/sea-network.ts';
import type { Milestone } from '../journey/fold.ts';
import { followDiversion, type Diversion } from './diversion.ts';
import { type Eta, type Explanation, type SaidEta, SOURCES, TARGETS, type Target } from './eta.ts';
import { estimateTargets, type TargetEstimate } from './targets.ts';
import type { LaneModel } from './lane-model.ts';
import { AT_BERTH_NM, beginLeg, completeLeg, type CompletedLeg, followLeg, type LegTrack } from './leg.ts';
import { noteCall } from './leg-estimate.ts';
import { type Plan, planOf, saidBy } from './plan.ts';
import { decide, intervalAround, type Publication } from './publish.ts';
import type { StageCall, StageModel } from './stages.ts';

/** The models a container estimates by. */
export interface EtaModels {
  version: string | null;
  /** Sea lanes by `FROM>TO`. */
  lanes: Record<string, LaneModel>;
  /** All sea legs. */
  sea: LaneModel | null;
  /** Time to each target by milestones: of this origin and destination, and of all. */
  stages: Partial<Record<Target, { lane: StageModel | null; all: StageModel | null }>>;
}

/** No models: general assumptions alone. */
export const NO_MODELS: EtaModels = { version: null, lanes: {}, sea: null, stages: {} };

/** What the sea tells: distances to go, and where ports are. */
export interface Sea {
  /** Distance to go to a port in nm, with a canal closed or not; null where unknown. */
  toGo(destination: string, closed: Passage | null, lat: number, lon: number): number | null;
  port(code: string): { lat: number; lon: number } | undefined;
  /** The canal that the way from here to a port leads through, or null. */
  canalAhead(destination: string, lat: number, lon: number): Passage | null;
}

/** The sea leg under way. */
export interface LegMemory {
  from: string;
  to: string;
  track: LegTrack;
  diversion: Diversion;
}

/** What a container remembers of its ETAs. */
export interface EtaMemory {
  /** Counts journeys of the box; part of the ledger's key. */
  journey: number;
  origin: string;
  destination: string;
  leg: LegMemory | null;
  published: Partial<Record<Target, Publication>>;
  /** The situation at the last estimate: a change of it is published at once. */
  situation: string;
  /** Newest words of carrier and schedule on each target, ms. */
  said: Record<string, number>;
  /** Sea legs of this journey that have ended. */
  legs: (CompletedLeg & { from: string; to: string })[];
  /** What was predicted at each milestone. */
  calls: (StageCall & { target: Target })[];
  stageCount: number;
  reached: Partial<Record<Target, number>>;
}

/** What has come in. */
export interface EtaInput {
  now: number;
  /** Observed positions, ascending; none later than now. */
  fixes: { at: number; lat: number; lon: number }[];
  /** The newest position known, also from before. */
  latest: { at: number; lat: number; lon: number } | null;
  milestones: readonly Milestone[];
  origin: string | undefined;
  destination: string | undefined;
  carrierId: string | undefined;
  sea: Sea;
  models: EtaModels;
}

/** What follows from it. */
export interface EtaOutcome {
  memory: EtaMemory | null;
  /** ETAs of the targets still ahead, the nearest first. */
  etas: Eta[];
  /** ETAs just published, by whomever. */
  said: SaidEta[];
  /** Targets whose true time has become known, or was corrected. */
  reached: Target[];
  /** A journey that was given up for another one: what was said of it has no truth to meet. */
  plan: Plan | null;
}

const NOTHING: EtaOutcome = { memory: null, etas: [], said: [], reached: [], plan: null };
/** Milestone predictions kept of one journey. */
const CALLS_MAX = 60;

/** Moves a container's ETAs forward. */
export function followJourney(before: EtaMemory | null, previous: readonly Eta[], input: EtaInput): EtaOutcome {
  if (!input.destination) return NOTHING;
  const plan = planOf(input.milestones, input.origin, input.destination);
  const { memory, news } = takeUp(before, plan);
  const followed = plan.phase === 'arrived' ? endLeg(memory, plan) : followSea(memory, plan, input);
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

/** The memory of this journey: the same one, or that of a new one. */
function takeUp(before: EtaMemory | null, plan: Plan): { memory: EtaMemory; news: string | null } {
  const [origin, destination] = [plan.nodes[0]!, plan.nodes.at(-1)!];
  const fresh = (journey: number): EtaMemory => ({
    journey,
    origin,
    destination,
    leg: null,
    published: {},
    situation: '',
    said: {},
    legs: [],
    calls: [],
    stageCount: 0,
    reached: {},
  });
  if (!before) return { memory: fresh(1), news: null };
  const wasThere = before.reached.vessel_arrival !== undefined;
  const again = wasThere && plan.reached.vessel_arrival === undefined;
  if (again) return { memory: fresh(before.journey + 1), news: null };
  if (before.destination === destination) return { memory: { ...before, origin: origin || before.origin }, news: null };
  if (wasThere) return { memory: fresh(before.journey + 1), news: null };
  // Another destination on the way: the same journey, but nothing said so far is about this place.
  const kept = { ...fresh(before.journey), legs: before.legs };
  return { memory: kept, news: `the destination changed from ${before.destination} to ${destination}` };
}

/** Follows the sea leg with the fixes, a departure being one too; ends the legs that are over. */
function followSea(memory: EtaMemory, plan: Plan, input: EtaInput): EtaMemory {
  const [from, to] = [plan.nodes[plan.leg]!, plan.nodes[plan.leg + 1]!];
  let next = memory.leg && (memory.leg.from !== from || memory.leg.to !== to) ? endLeg(memory, plan) : memory;
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
function endLeg(memory: EtaMemory, plan: Plan): EtaMemory {
  const { leg } = memory;
  if (!leg) return memory;
  const arrival = plan.stages.find(
    ({ code, place, at }) =>
      place === leg.to && (code === 'arrived' || code === 'discharged') && at > leg.track.startedAt,
  );
  const ended =
    arrival && !leg.diversion.closed ? [{ ...completeLeg(leg.track, arrival.at), from: leg.from, to: leg.to }] : [];
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
    byMilestones ? [{ target, code: stage.code, at: input.now, ...part, experts: byMilestones }] : [],
  );
  return { ...next, calls: [...next.calls, ...calls].slice(-CALLS_MAX) };
}

/** Turns estimates into published ETAs. */
function publish(
  memory: EtaMemory,
  previous: readonly Eta[],
  plan: Plan,
  input: EtaInput,
  estimates: TargetEstimate[],
  news: string | null,
): { memory: EtaMemory; etas: Eta[]; said: SaidEta[] } {
  const { now, destination, models } = input;
  const published: EtaMemory['published'] = {};
  const etas: Eta[] = [];
  const said: SaidEta[] = [];
  const situation = `${plan.leg}/${plan.phase}/${estimates[0]?.explanation.waiting === 'held'}/${memory.leg?.diversion.closed ?? ''}`;
  const urgent = news !== null || (memory.situation !== '' && memory.situation !== situation);
  for (const { target, part, explanation, asOf } of estimates) {
    const at = (hours: number): number => Math.round(now + hours * 3_600_000);
    const [p10, p50, p90] = [at(part.p10), at(part.p50), at(part.p90)];
    const decision = decide(memory.published[target] ?? null, { p10, p50, p90 }, now, urgent);
    const { publication } = decision;
    published[target] = publication;
    const last = previous.find((eta) => eta.target === target);
    const changed = decision.published
      ? (news ?? whatChanged(last, explanation, publication.p50, memory, input))
      : (last?.explanation.changed ?? 'first estimate');
    const eta: Eta = {
      target,
      location: destination!,
      ...intervalAround(publication.p50, { p10, p50, p90 }),
      p50: publication.p50,
      asOf,
      computedAt: now,
      publishedAt: publication.at,
      revisions: publication.revisions,
      explanation: { ...explanation, changed, modelVersion: models.version },
    };
    etas.push(eta);
    if (decision.published) {
      said.push({ target, source: 'ours', location: destination!, at: now, p10: eta.p10, p50: eta.p50, p90: eta.p90 });
    }
  }
  return { memory: { ...memory, published, situation }, etas, said };
}

/** In a few words, why the median moved. */
function whatChanged(
  last: Eta | undefined,
  now: Omit<Explanation, 'changed' | 'modelVersion'>,
  p50: number,
  memory: EtaMemory,
  input: EtaInput,
): string {
  if (!last) return 'first estimate';
  const was = last.explanation;
  if (now.avoiding !== was.avoiding)
    return now.avoiding ? `the ship sails around ${now.avoiding}` : 'the ship is back on its way';
  if (now.waiting === 'held' && was.waiting !== 'held') return 'the ship makes no progress';
  if (was.waiting === 'held' && now.waiting !== 'held') return 'the ship is under way again';
  if (was.leg?.to !== now.leg?.to) return now.leg ? `under way to ${now.leg.to}` : 'the leg has ended';
  if (now.overdue && !was.overdue) return 'it should have arrived by now';
  const scheduled = TARGETS.some((target) => {
    const said = memory.said[`carrier ${target}`];
    return said !== undefined && said !== saidNow(input, target);
  });
  if (scheduled) return 'the carrier changed its estimate';
  if (was.modelVersion !== input.models.version) return 'a newer model of the lane';
  const later = p50 > last.p50 ? 'later' : 'earlier';
  if (now.leg && was.leg && Math.abs(now.leg.paceKnots - was.leg.paceKnots) >= 0.5) {
    return `${later}: progress went from ${was.leg.paceKnots} to ${now.leg.paceKnots} kn`;
  }
  return now.staleHours > was.staleHours + 3
    ? `${later}: nothing was heard for ${Math.round(now.staleHours)} h`
    : `${later} by what the lane usually needs from here`;
}

function saidNow({ milestones, origin, destination }: EtaInput, target: Target): number | null {
  return saidBy(milestones, planOf(milestones, origin, destination!), target, 'EST');
}

/** What carrier and schedule have newly said. */
function heardWords(
  memory: EtaMemory,
  plan: Plan,
  { milestones, destination, now }: EtaInput,
): { memory: EtaMemory; said: SaidEta[] } {
  const said: SaidEta[] = [];
  const known = { ...memory.said };
  for (const target of TARGETS) {
    if (plan.reached[target] !== undefined) continue;
    for (const source of SOURCES) {
      if (source === 'ours') continue;
      const p50 = saidBy(milestones, plan, target, source === 'carrier' ? 'EST' : 'PLN');
      const name = `${source} ${target}`;
      if (p50 === null || known[name] === p50) continue;
      known[name] = p50;
      said.push({ target, source, location: destination!, at: now, p10: null, p50, p90: null });
    }
  }
  return { memory: { ...memory, said: known }, said };
}
