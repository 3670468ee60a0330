/** Moves a container's memory forward: the decisions of its object, as pure functions. */
import { judgeReadings } from '../alerts/readings.ts';
import { type Alert, type AlertInput, evaluateAlerts, trim } from '../alerts/rules.ts';
import type { Eta, SaidEta, Target } from '../eta/eta.ts';
import { followJourney } from '../eta/journey.ts';
import { type Plan, saidBy } from '../eta/plan.ts';
import type { EtaModels, EtaOutcome, Sea } from '../eta/state.ts';
import type { MilestoneChange } from '../journey/changes.ts';
import type { JourneyTruth } from '../journey/fold.ts';
import type { Milestone } from '../journey/milestone.ts';
import type { Journey } from '../journey/truth.ts';
import type { PointTuple } from '../positions/chunk.ts';
import type { Fix } from '../positions/trust.ts';
import type { RegistrationFacts } from './registration.ts';
import { isOnLand, type Latest, takePoints } from './points.ts';
import type { ContainerState, TrackerMemory } from './state.ts';

/** What has come in since the last time. */
export interface Advance {
  now: number;
  /** New points, de-duplicated. */
  points: PointTuple[];
  /** The present journey with what was registered of it, when the truth of it may have changed; else null. */
  present: { journey: Journey; registration: RegistrationFacts | null } | null;
  /** What has changed of the truth of any journey. */
  changes: MilestoneChange[];
  newEvents: number;
  sea: Sea;
  models: EtaModels;
}

/** The new memory with what is worth telling others. */
export interface Advanced {
  memory: TrackerMemory;
  /** Milestones that were reached, corrected or withdrawn. */
  changes: MilestoneChange[];
  raised: Alert[];
  /** ETAs just published, by us, the carrier or the schedule. */
  said: SaidEta[];
  /** Targets whose true time has become known, or was corrected. */
  arrived: Target[];
  /** The points that came in, with why one is no position. */
  points: PointTuple[];
  /** A fix that was suspect and is confirmed by one that came in. */
  confirmed: Fix | null;
}

/** Takes in points, and a journey that has changed. Cost is linear in what is new. */
export function advance(memory: TrackerMemory, input: Advance): Advanced {
  const { present, changes } = input;
  const from = present && memory.state.journeyId !== present.journey.id ? turnTo(memory, input.now) : memory;
  const before = from.state;
  const registration = present ? present.registration : before.registration;
  const truth = present ? shownOf(present.journey) : truthOf(before);
  const since = present ? present.journey.beganAt : from.journeyFrom;
  const seen = takePoints(from, input.points, {
    since,
    onLand: isOnLand(truth.status),
  });
  const { points, latest } = seen;
  const eta = followEta(from, truth.milestones, registration, seen.trusted, latest, input);
  const arrivedAt = eta.plan?.reached.vessel_arrival ?? null;
  const ahead = splitEtas(eta.etas);
  const readings = points.flatMap(([at, , , , , sensors]) =>
    sensors && at <= input.now + CLOCK_TOLERANCE_MS ? [{ at, sensors }] : [],
  );
  const range = registration?.temperatureRangeC ?? null;
  // By another range what was read before says nothing: it is judged from the next reading on.
  const isSameRange = JSON.stringify(range) === JSON.stringify(before.registration?.temperatureRangeC ?? null);
  const sensed = judgeReadings(before.alerts, isSameRange ? from.readings : [], readings, range);
  const expected = evaluateAlerts(
    sensed.alerts,
    expectations(registration, ahead.eta, arrivedAt, eta.memory, input.now),
  );
  const state: ContainerState = {
    ...before,
    ...truth,
    seq: before.seq + 1,
    journeyId: present?.journey.id ?? before.journeyId,
    registration,
    position: latest.position,
    ...ahead,
    carrierEtaAt: carrierWord(truth.milestones, eta.plan),
    arrivedAt,
    alerts: expected.alerts,
    asOf: newest(before.asOf, points, truth, input.now),
    receivedAt: points.length + input.newEvents > 0 ? input.now : before.receivedAt,
    eventCount: before.eventCount + input.newEvents,
    pointCount: before.pointCount + points.length,
  };
  const next: TrackerMemory = {
    ...from,
    state,
    eta: eta.memory,
    positionOrigin: latest.origin,
    journeyFrom: since,
    trust: seen.trust,
    readings: sensed.window,
  };
  const raised = [...sensed.raised, ...expected.raised];
  return { memory: next, changes, raised, said: eta.said, arrived: eta.reached, points, confirmed: seen.confirmed };
}

/**
 * The memory at the beginning of another journey: where the box is stays known, what was estimated does not. Alerts of the
 * journey before are over; that they were raised is still shown.
 */
function turnTo(memory: TrackerMemory, now: number): TrackerMemory {
  const { state, eta } = memory;
  // The first journey of a memory that was stored by the release before, which knew no journeys, is the same one.
  if (state.journeyId === null) return memory;
  const alerts = trim(state.alerts.map((alert) => ({ ...alert, clearedAt: alert.clearedAt ?? now })));
  const ended = { eta: null, onward: [], carrierEtaAt: null, arrivedAt: null, alerts, registration: null };
  const empty = { status: 'registered', statusAt: null, vesselName: null, vesselImo: null, voyage: null } as const;
  return {
    ...memory,
    eta: null,
    readings: [],
    etaJourney: Math.max(memory.etaJourney, eta?.journey ?? 0),
    state: { ...state, ...ended, ...empty, milestones: [], warnings: [] },
  };
}

/** A device's clock may run ahead this much: its fixes are taken, so its readings count as well. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

/** Milestones that a container's state shows: the newest by time, those that are closed left out first. */
const MILESTONES_SHOWN = 60;

/** What of a journey the state of its container shows; the sources of its milestones are read with the journey. */
export function shownOf(journey: Journey): JourneyTruth {
  const { status, statusAt, milestones, vesselName, vesselImo, voyage, warnings } = journey;
  const open = milestones.filter(({ closed }) => !closed);
  const shown = milestones.length <= MILESTONES_SHOWN ? milestones : open.slice(-MILESTONES_SHOWN);
  return {
    status,
    statusAt,
    milestones: shown.map((milestone) => ({ ...milestone, sources: [] })),
    vesselName,
    vesselImo,
    voyage,
    warnings: warnings.slice(0, WARNINGS_SHOWN),
  };
}

/** Warnings that a container's state shows: a feed that is wrong in one way is wrong in every event. */
const WARNINGS_SHOWN = 20;

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
    nextJourney: memory.etaJourney + 1,
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

/** The ETAs at a later instant without news, or by newer models; null when there are none to refresh. */
export function refreshEta(memory: TrackerMemory, input: Pick<Advance, 'now' | 'sea' | 'models'>): Advanced | null {
  const { registration, milestones, position } = memory.state;
  const latest = { position, origin: memory.positionOrigin };
  const outcome = followEta(memory, milestones, registration, [], latest, input);
  if (outcome.etas.length === 0) return null;
  const ahead = splitEtas(outcome.etas);
  const { arrivedAt } = memory.state;
  const looked = expectations(registration, ahead.eta, arrivedAt, outcome.memory, input.now);
  const alerts = evaluateAlerts(memory.state.alerts, looked);
  const state = { ...memory.state, ...ahead, seq: memory.state.seq + 1, alerts: alerts.alerts };
  const { said, reached: arrived } = outcome;
  const next = { ...memory, eta: outcome.memory, state };
  return { memory: next, changes: [], raised: alerts.raised, said, arrived, points: [], confirmed: null };
}

function truthOf(state: ContainerState): JourneyTruth {
  const { status, statusAt, milestones, vesselName, vesselImo, voyage, warnings } = state;
  return { status, statusAt, milestones, vesselName, vesselImo, voyage, warnings };
}

/** What is looked at of a journey's promise. */
function expectations(
  registration: RegistrationFacts | null,
  eta: Eta | null,
  arrivedAt: number | null,
  memory: EtaOutcome['memory'],
  now: number,
): AlertInput {
  const promisedAt = registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null;
  return { now, etaP50: eta?.p50 ?? arrivedAt, promisedAt, held: isHeld(eta, memory) };
}

/** The newest observation, never later than now: nothing can have been seen that has not happened. */
function newest(asOf: number | null, points: PointTuple[], truth: JourneyTruth, now: number): number | null {
  const instants = [asOf, points.at(-1)?.[0] ?? null, truth.statusAt].filter((at) => at !== null);
  return instants.length > 0 ? Math.min(now, Math.max(...instants)) : null;
}
