/** A container's state, events and positions as the API has them. */

import type { ContainerAlertKind } from '../../contracts/tracking/alerts.ts';
import type { ApiContainer, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { ApiJourneyEvent } from '../../contracts/tracking/journey-event.ts';
import type { ApiEta, PublishedEta } from '../../contracts/tracking/eta.ts';
import type { ApiChange, ApiJourney, ApiMilestone } from '../../contracts/tracking/journeys.ts';
import type { AlertKind } from '../../domain/alerts/rules.ts';
import type { RegistrationFacts } from '../../domain/container/registration.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import type { Eta, SaidEta } from '../../domain/eta/eta.ts';
import type { MilestoneChange } from '../../domain/journey/changes.ts';
import type { Milestone } from '../../domain/journey/milestone.ts';
import type { Journey } from '../../domain/journey/truth.ts';
import type { Position } from '../../domain/positions/chunk.ts';
import { toInstant, toInstantOrNull } from '../../platform/instants.ts';
import { STALE_AFTER_MS } from '../../platform/limits.ts';
import type { StoredStatement } from './journey-tables.ts';

/** A position. */
export function positionToApi(position: Position): ApiPosition {
  return { ...position, at: toInstant(position.at) };
}

/** A journey event; its version, kind and origin are the platform's own matter. */
export function eventToApi(
  { event, sayings }: StoredStatement,
  inForce: boolean,
  details: Record<string, unknown> | undefined,
): ApiJourneyEvent {
  const { v: _v, kind: _kind, origin: _origin, ...said } = event;
  const received = sayings.map(({ receivedAt }) => receivedAt);
  return {
    ...said,
    at: toInstant(event.at),
    createdAt: toInstantOrNull(event.createdAt),
    receivedAt: toInstant(received.length > 0 ? Math.min(...received) : (event.createdAt ?? event.at)),
    inForce,
    ...(details ? { details } : {}),
  };
}

/** A journey with what was registered of it. */
export function journeyToApi(container: string, journey: Journey, registration: RegistrationFacts | null): ApiJourney {
  const { id, registered, booking, status, vesselName, vesselImo, voyage, warnings, keys, milestones } = journey;
  return {
    id,
    container,
    registered,
    registration,
    booking,
    beganAt: toInstantOrNull(journey.beganAt),
    endedAt: toInstantOrNull(journey.endedAt),
    status,
    statusAt: toInstantOrNull(journey.statusAt),
    vesselName,
    vesselImo,
    voyage,
    statements: keys.length,
    milestones: milestones.length,
    warnings,
  };
}

/** A milestone with each source's word. */
export function milestoneWithSources(milestone: Milestone): ApiMilestone {
  const sources = milestone.sources.map((word) => ({
    ...word,
    at: toInstant(word.at),
    saidAt: toInstant(word.saidAt),
  }));
  return { ...milestoneToApi(milestone), sources };
}

/** A change of a journey's milestones. */
export function changeToApi(journeyId: string, { kind, milestone, before }: MilestoneChange): ApiChange {
  return { journeyId, kind, milestone: milestoneToApi(milestone), before: before && milestoneToApi(before) };
}

/** A published ETA. */
export function publishedEtaToApi({ target, source, location, at, p10, p50, p90 }: SaidEta): PublishedEta {
  return {
    target,
    source,
    location,
    at: toInstant(at),
    p10: toInstantOrNull(p10),
    p50: toInstant(p50),
    p90: toInstantOrNull(p90),
  };
}

function etaToApi(eta: Eta): ApiEta {
  const { waiting } = eta.explanation;
  return {
    ...eta,
    explanation: { ...eta.explanation, waiting: waiting === 'held' ? 'stopped' : waiting },
    p10: toInstant(eta.p10),
    p50: toInstant(eta.p50),
    p90: toInstant(eta.p90),
    asOf: toInstant(eta.asOf),
    computedAt: toInstant(eta.computedAt),
    publishedAt: toInstant(eta.publishedAt),
  };
}

/** The kind of an alert under its public name. */
export const alertKindToApi = (kind: AlertKind): ContainerAlertKind => (kind === 'held' ? 'stopped' : kind);

function milestoneToApi({ sources: _sources, ...milestone }: Milestone): ApiContainer['milestones'][number] {
  return {
    ...milestone,
    closed: milestone.closed ?? false,
    at: toInstant(milestone.at),
    estimatedAt: toInstantOrNull(milestone.estimatedAt),
    plannedAt: toInstantOrNull(milestone.plannedAt),
  };
}

/** The state as read at `now`, with its age. */
export function containerToApi(state: ContainerState, now: number): ApiContainer {
  const ageMs = state.asOf === null ? null : Math.max(0, now - state.asOf);
  return {
    ...state,
    statusAt: toInstantOrNull(state.statusAt),
    position: state.position && positionToApi(state.position),
    milestones: state.milestones.map(milestoneToApi),
    eta: state.eta && etaToApi(state.eta),
    onward: state.onward.map(etaToApi),
    carrierEtaAt: toInstantOrNull(state.carrierEtaAt),
    arrivedAt: toInstantOrNull(state.arrivedAt),
    alerts: state.alerts.map((alert) => ({
      ...alert,
      kind: alertKindToApi(alert.kind),
      raisedAt: toInstant(alert.raisedAt),
      clearedAt: toInstantOrNull(alert.clearedAt),
    })),
    asOf: toInstantOrNull(state.asOf),
    receivedAt: toInstantOrNull(state.receivedAt),
    readAt: toInstant(now),
    ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    freshness: ageMs === null ? 'none' : ageMs > STALE_AFTER_MS ? 'stale' : 'fresh',
  };
}
