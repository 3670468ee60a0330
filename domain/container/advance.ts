/** Moves a container's memory forward: the decisions of its object, as pure functions. */
import { type Alert, type AlertInput, evaluateAlerts } from '../alerts/rules.ts';
import type { Eta, SaidEta, Target } from '../eta/eta.ts';
import { followJourney } from '../eta/journey.ts';
import { type Plan, saidBy } from '../eta/plan.ts';
import type { EtaModels, EtaOutcome, Sea } from '../eta/state.ts';
import { foldJourney, isSameVisit, type JourneyTruth, type LoggedEvent, type Milestone } from '../journey/fold.ts';
import { byTime, isLater, type PointTuple, toPosition } from '../positions/chunk.ts';
import type { ContainerState, RegistrationFacts, TrackerMemory } from './state.ts';

/** What has come in since the last time. */
export interface Advance {
  now: number;
  /** New points, de-duplicated. */
  points: PointTuple[];
  /** The container's whole journey log when it has changed, else null. */
  log: Iterable<LoggedEvent> | null;
  newEvents: number;
  /** The registration as it now is, or undefined when unchanged. */
  registration?: RegistrationFacts;
  /** When that registration was said, wall-clock ms. */
  registeredAt?: number;
  sea: Sea;
  models: EtaModels;
}

/** The new memory with what is worth telling others. */
export interface Advanced {
  memory: TrackerMemory;
  /** Milestones that have become actual for the first time. */
  reached: Milestone[];
  raised: Alert[];
  /** ETAs just published, by us, the carrier or the schedule. */
  said: SaidEta[];
  /** Targets whose true time has become known, or was corrected. */
  arrived: Target[];
}

/**
 * What a registration becomes by a further word, or null when nothing changes. A newer word replaces
 * what it names; an older one, such as a redelivered booking, only fills what is not known.
 */
export function mergeRegistration(
  memory: TrackerMemory,
  said: RegistrationFacts,
  registeredAt: number,
): RegistrationFacts | null {
  const known = memory.state.registration;
  const merged = registeredAt >= memory.registeredAt ? { ...known, ...said } : { ...said, ...known };
  return known && JSON.stringify(known) === JSON.stringify(merged) ? null : merged;
}

/** Takes in points, a changed log, or a registration. Cost is linear in what is new. */
export function advance(memory: TrackerMemory, input: Advance): Advanced {
  const before = memory.state;
  const registration = input.registration ?? before.registration;
  const truth = input.log ? foldJourney(input.log) : truthOf(before);
  const known = before.milestones.filter((m) => m.classifier === 'ACT');
  const reached = truth.milestones.filter((m) => m.classifier === 'ACT' && !known.some((k) => isSameVisit(k, m)));
  const points = [...input.points].sort(byTime);
  const latest = latestPosition(memory, points);
  const eta = followEta(memory, truth.milestones, registration, points, latest, input);
  const arrivedAt = eta.plan?.reached.vessel_arrival ?? null;
  const ahead = splitEtas(eta.etas);
  const readings = points.filter((point) => point[5] !== null && point[0] > memory.sensedAt);
  const alerts = judge(before.alerts, readings, {
    now: input.now,
    etaP50: ahead.eta?.p50 ?? arrivedAt,
    promisedAt: registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null,
    held: isHeld(ahead.eta, eta.memory),
    sensors: null,
    temperatureRangeC: registration?.temperatureRangeC ?? null,
  });
  const state: ContainerState = {
    ...before,
    ...truth,
    seq: before.seq + 1,
    registration,
    position: latest.position,
    ...ahead,
    carrierEtaAt: carrierWord(truth.milestones, eta.plan),
    arrivedAt,
    alerts: alerts.alerts,
    asOf: newest(before.asOf, points, truth, input.now),
    receivedAt: points.length + input.newEvents > 0 ? input.now : before.receivedAt,
    eventCount: before.eventCount + input.newEvents,
    pointCount: before.pointCount + points.length,
  };
  const next: TrackerMemory = {
    state,
    eta: eta.memory,
    positionOrigin: latest.origin,
    sensedAt: readings.at(-1)?.[0] ?? memory.sensedAt,
    registeredAt: input.registration ? Math.max(memory.registeredAt, input.registeredAt ?? 0) : memory.registeredAt,
  };
  return { memory: next, reached, raised: alerts.raised, said: eta.said, arrived: eta.reached };
}

function followEta(
  memory: TrackerMemory,
  milestones: readonly Milestone[],
  registration: RegistrationFacts | null,
  points: PointTuple[],
  latest: Latest,
  { now, sea, models }: Pick<Advance, 'now' | 'sea' | 'models'>,
): EtaOutcome {
  const { state } = memory;
  const { position } = latest;
  return followJourney(memory.eta, [...(state.eta ? [state.eta] : []), ...state.onward], {
    now,
    // A fix from the future (local time labelled Z) would shut out every true one until then.
    fixes: points.filter(([at]) => at <= now).map(([at, lat, lon]) => ({ at, lat, lon })),
    latest: position && { at: position.at, lat: position.lat, lon: position.lon },
    milestones,
    origin: registration?.origin,
    destination: registration?.destination,
    carrierId: registration?.carrierId,
    sea,
    models,
  });
}

/** The ETA of the vessel's arrival, and those of what comes after. */
function splitEtas(etas: Eta[]): Pick<ContainerState, 'eta' | 'onward'> {
  const eta = etas.find(({ target }) => target === 'vessel_arrival') ?? null;
  return { eta, onward: etas.filter((other) => other !== eta) };
}

/** Hours without progress after which people are told: anybody may wait for a pilot. */
const HELD_ALERT_MS = 3 * 3_600_000;

function isHeld(eta: Eta | null, memory: EtaOutcome['memory']): boolean {
  const track = memory?.leg?.track;
  const since = track?.stillSince ?? null;
  return eta?.explanation.waiting === 'held' && since !== null && track!.at - since >= HELD_ALERT_MS;
}

/** The carrier's own word for the arrival, or the schedule's. */
function carrierWord(milestones: readonly Milestone[], plan: Plan | null): number | null {
  if (!plan) return null;
  return saidBy(milestones, plan, 'vessel_arrival', 'EST') ?? saidBy(milestones, plan, 'vessel_arrival', 'PLN');
}

/** Applies the rules to every reading in turn: a batch must not hide the shock in its middle. */
function judge(
  alerts: readonly Alert[],
  readings: PointTuple[],
  input: AlertInput,
): { alerts: Alert[]; raised: Alert[] } {
  let result = evaluateAlerts(alerts, input);
  const raised = [...result.raised];
  for (const [at, , , , , sensors] of readings) {
    result = evaluateAlerts(result.alerts, { ...input, now: at, sensors });
    raised.push(...result.raised);
  }
  return { alerts: result.alerts, raised };
}

/** The ETAs at a later instant without news, or by newer models; null when there are none to refresh. */
export function refreshEta(memory: TrackerMemory, input: Pick<Advance, 'now' | 'sea' | 'models'>): Advanced | null {
  const { registration, milestones, position } = memory.state;
  const latest = { position, origin: memory.positionOrigin };
  const outcome = followEta(memory, milestones, registration, [], latest, input);
  if (outcome.etas.length === 0) return null;
  const ahead = splitEtas(outcome.etas);
  const alerts = evaluateAlerts(memory.state.alerts, {
    now: input.now,
    etaP50: ahead.eta?.p50 ?? memory.state.arrivedAt,
    promisedAt: registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null,
    held: isHeld(ahead.eta, outcome.memory),
    sensors: null,
    temperatureRangeC: null,
  });
  const state = { ...memory.state, ...ahead, seq: memory.state.seq + 1, alerts: alerts.alerts };
  const { said, reached: arrived } = outcome;
  return { memory: { ...memory, eta: outcome.memory, state }, reached: [], raised: alerts.raised, said, arrived };
}

function truthOf(state: ContainerState): JourneyTruth {
  const { status, statusAt, milestones, vesselName, vesselImo, voyage, warnings } = state;
  return { status, statusAt, milestones, vesselName, vesselImo, voyage, warnings };
}

interface Latest {
  position: ContainerState['position'];
  origin: number;
}

function latestPosition(memory: TrackerMemory, points: PointTuple[]): Latest {
  const last = points.at(-1);
  const { position } = memory.state;
  if (!last) return { position, origin: memory.positionOrigin };
  const held: PointTuple | null = position
    ? [position.at, position.lat, position.lon, null, null, null, memory.positionOrigin]
    : null;
  return isLater(last, held)
    ? { position: toPosition(last), origin: last[6] }
    : { position, origin: memory.positionOrigin };
}

/** The newest observation, never later than now: nothing can have been seen that has not happened. */
function newest(asOf: number | null, points: PointTuple[], truth: JourneyTruth, now: number): number | null {
  const instants = [asOf, points.at(-1)?.[0] ?? null, truth.statusAt].filter((at) => at !== null);
  return instants.length > 0 ? Math.min(now, Math.max(...instants)) : null;
}
