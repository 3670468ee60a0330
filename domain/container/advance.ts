/** Moves a container's memory forward: the decisions of its object, as pure functions. */
import { type Alert, type AlertInput, evaluateAlerts } from '../alerts/rules.ts';
import { estimateEta, type ProgressTrack, updateProgress } from '../eta/estimate.ts';
import type { JourneyEvent } from '../journey/event.ts';
import { foldJourney, type JourneyTruth, type Milestone, SAME_VISIT_MS } from '../journey/fold.ts';
import { byTime, isLater, type PointTuple, toPosition } from '../positions/chunk.ts';
import type { ContainerState, RegistrationFacts, TrackerMemory } from './state.ts';

/** Distance to go in nm from a position to a destination; null when unknown. */
export type DistanceToGo = (destination: string, lat: number, lon: number) => number | null;
/** The position of a port; undefined when unknown. */
export type PortPosition = (code: string) => { lat: number; lon: number } | undefined;

/** What has come in since the last time. */
export interface Advance {
  now: number;
  /** New points, de-duplicated. */
  points: PointTuple[];
  /** The container's whole journey log when it has changed, else null. */
  log: Iterable<JourneyEvent> | null;
  newEvents: number;
  /** The registration as it now is, or undefined when unchanged. */
  registration?: RegistrationFacts;
  /** When that registration was said, wall-clock ms. */
  saidAt?: number;
  distanceToGo: DistanceToGo;
  portPosition: PortPosition;
}

/** The new memory with what is worth telling others. */
export interface Advanced {
  memory: TrackerMemory;
  /** Milestones that have become actual for the first time. */
  reached: Milestone[];
  raised: Alert[];
}

/** Whether two milestones are the same visit; the time of it may have been corrected meanwhile. */
function isSameVisit(a: Milestone, b: Milestone): boolean {
  const named = (m: Milestone): string => `${m.code}|${m.location?.unLocationCode ?? ''}|${m.voyage ?? ''}`;
  return named(a) === named(b) && (a.voyage !== null || Math.abs(a.at - b.at) <= SAME_VISIT_MS);
}

/**
 * What a registration becomes by a further word, or null when nothing changes. A newer word replaces
 * what it names; an older one, such as a redelivered booking, only fills what is not known.
 */
export function mergeRegistration(
  memory: TrackerMemory,
  said: RegistrationFacts,
  saidAt: number,
): RegistrationFacts | null {
  const known = memory.state.registration;
  const merged = saidAt >= memory.registeredAt ? { ...known, ...said } : { ...said, ...known };
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
  const destination = registration?.destination;
  const arrivedAt = destination ? arrivalAt(truth.milestones, destination, 'ACT') : null;
  const destinationChanged = destination !== before.registration?.destination;
  const track = destination
    ? followProgress(
        destinationChanged ? null : memory.track,
        { ...input, points, milestones: truth.milestones },
        destination,
        latest,
      )
    : null;
  const eta = destination && track && arrivedAt === null ? estimateEta(track, destination, input.now) : null;
  const readings = points.filter((point) => point[5] !== null && point[0] > memory.sensedAt);
  const alerts = judge(before.alerts, readings, {
    now: input.now,
    etaP50: eta?.p50 ?? arrivedAt,
    promisedAt: registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null,
    held: eta?.basis.held ?? false,
    sensors: null,
    temperatureRangeC: registration?.temperatureRangeC ?? null,
  });
  const state: ContainerState = {
    ...before,
    ...truth,
    seq: before.seq + 1,
    registration,
    position: latest.position,
    eta,
    carrierEtaAt:
      (destination &&
        (arrivalAt(truth.milestones, destination, 'EST') ?? arrivalAt(truth.milestones, destination, 'PLN'))) ||
      null,
    arrivedAt,
    alerts: alerts.alerts,
    asOf: newest(before.asOf, points, truth, input.now),
    receivedAt: points.length + input.newEvents > 0 ? input.now : before.receivedAt,
    eventCount: before.eventCount + input.newEvents,
    pointCount: before.pointCount + points.length,
  };
  const next: TrackerMemory = {
    state,
    track,
    positionOrigin: latest.origin,
    sensedAt: readings.at(-1)?.[0] ?? memory.sensedAt,
    registeredAt: input.registration ? Math.max(memory.registeredAt, input.saidAt ?? 0) : memory.registeredAt,
  };
  return { memory: next, reached, raised: alerts.raised };
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

/** The ETA at a later instant without news; null when there is none to refresh. */
export function refreshEta(memory: TrackerMemory, now: number): Advanced | null {
  if (!memory.track || !memory.state.eta) return null;
  const eta = estimateEta(memory.track, memory.state.eta.location, now);
  const { registration } = memory.state;
  const alerts = evaluateAlerts(memory.state.alerts, {
    now,
    etaP50: eta.p50,
    promisedAt: registration?.promisedArrivalAt ? Date.parse(registration.promisedArrivalAt) : null,
    held: eta.basis.held,
    sensors: null,
    temperatureRangeC: null,
  });
  const state = { ...memory.state, seq: memory.state.seq + 1, eta, alerts: alerts.alerts };
  return { memory: { ...memory, state }, reached: [], raised: alerts.raised };
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

/** Departures from known ports are fixes too: a container without a tracker still has progress. */
function followProgress(
  track: ProgressTrack | null,
  input: Pick<Advance, 'points' | 'distanceToGo' | 'portPosition' | 'now'> & { milestones: Milestone[] },
  destination: string,
  latest: Latest,
): ProgressTrack | null {
  const fixes: { at: number; lat: number; lon: number }[] = input.points.map(([at, lat, lon]) => ({ at, lat, lon }));
  for (const milestone of input.milestones) {
    const leaves = milestone.code === 'departed' && milestone.classifier === 'ACT';
    const port = leaves ? input.portPosition(milestone.location?.unLocationCode ?? '') : undefined;
    if (port) fixes.push({ at: milestone.at, lat: port.lat, lon: port.lon });
  }
  if (!track && latest.position) fixes.push(latest.position);
  fixes.sort((a, b) => a.at - b.at);
  let next = track;
  for (const fix of fixes) {
    // A fix from the future (local time labelled Z) would shut out every true one until then.
    if (fix.at > input.now || (next && fix.at <= next.at)) continue;
    const distanceToGoNm = input.distanceToGo(destination, fix.lat, fix.lon);
    if (distanceToGoNm !== null) next = updateProgress(next, { at: fix.at, distanceToGoNm });
  }
  return next;
}

/**
 * When the container arrives at the destination by the log, in the words of one classifier. Only
 * what follows the last departure counts: a box comes to the same port on many voyages.
 */
function arrivalAt(milestones: Milestone[], destination: string, classifier: 'ACT' | 'EST' | 'PLN'): number | null {
  // A departure from the destination itself (on-carriage, the vessel sailing on) undoes no arrival.
  const departures = milestones.filter(
    (m) => m.code === 'departed' && m.classifier === 'ACT' && m.location?.unLocationCode !== destination,
  );
  const since = Math.max(Number.NEGATIVE_INFINITY, ...departures.map((m) => m.at));
  for (const m of milestones) {
    const ends = m.code === 'arrived' || m.code === 'discharged';
    if (!ends || m.location?.unLocationCode !== destination) continue;
    const said =
      classifier === 'ACT'
        ? m.classifier === 'ACT'
          ? m.at
          : null
        : classifier === 'EST'
          ? m.estimatedAt
          : m.plannedAt;
    if (said !== null && said > since) return said;
  }
  return null;
}

/** The newest observation, never later than now: nothing can have been seen that has not happened. */
function newest(asOf: number | null, points: PointTuple[], truth: JourneyTruth, now: number): number | null {
  const instants = [asOf, points.at(-1)?.[0] ?? null, truth.statusAt].filter((at) => at !== null);
  return instants.length > 0 ? Math.min(now, Math.max(...instants)) : null;
}
