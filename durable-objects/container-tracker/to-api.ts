/** A container's state, events and positions as the API has them. */

import type { ContainerAlertKind } from '../../contracts/tracking/alerts.ts';
import type { ApiContainer, ApiJourneyEvent, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { ApiEta, PublishedEta } from '../../contracts/tracking/eta.ts';
import type { AlertKind } from '../../domain/alerts/rules.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import type { Eta, SaidEta } from '../../domain/eta/eta.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import type { Milestone } from '../../domain/journey/fold.ts';
import type { Position } from '../../domain/positions/chunk.ts';
import { toInstant, toInstantOrNull } from '../../platform/instants.ts';
import { STALE_AFTER_MS } from '../../platform/limits.ts';

/** A stored journey event. */
export type StoredEvent = Extract<TrackedEvent, { kind: 'journey' }>;

/** A position. */
export function positionToApi(position: Position): ApiPosition {
  return { ...position, at: toInstant(position.at) };
}

/** A journey event; its version, kind and origin are the platform's own matter. */
export function eventToApi({ v: _v, kind: _kind, origin: _origin, ...event }: StoredEvent): ApiJourneyEvent {
  return { ...event, at: toInstant(event.at), createdAt: toInstant(event.createdAt) };
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

function milestoneToApi(milestone: Milestone): ApiContainer['milestones'][number] {
  return {
    ...milestone,
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
