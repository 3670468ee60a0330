/** What a container object knows: the state, and the line of it that the fleet shows. */
import type { Alert } from '../alerts/rules.ts';
import type { Eta, Target } from '../eta/eta.ts';
import type { EtaMemory } from '../eta/state.ts';
import type { ContainerStatus, Milestone } from '../journey/milestone.ts';
import type { Reading } from '../alerts/readings.ts';
import type { Position } from '../positions/chunk.ts';
import type { Trust } from '../positions/trust.ts';
import type { RegistrationFacts } from './registration.ts';

/** The state a container object holds and answers with. Instants in ms since the epoch. */
export interface ContainerState {
  number: string;
  /** Names the life of the object's storage; a cursor of another epoch is void. */
  epoch: string;
  /** Grows by one with every change. */
  seq: number;
  /** The present journey; null before there is one. */
  journeyId: string | null;
  registration: RegistrationFacts | null;
  status: ContainerStatus;
  statusAt: number | null;
  position: Position | null;
  milestones: Milestone[];
  vesselName: string | null;
  vesselImo: string | null;
  voyage: string | null;
  /** When the vessel arrives at the destination; null once it has, or while nothing is known to say it from. */
  eta: Eta | null;
  /** The targets after it: discharge, gate out, delivery. */
  onward: Eta[];
  /** The carrier's own word for the arrival at the destination. */
  carrierEtaAt: number | null;
  arrivedAt: number | null;
  alerts: Alert[];
  warnings: string[];
  /** Instant of the newest observation; null before the first. */
  asOf: number | null;
  /** When the platform last learned something. */
  receivedAt: number | null;
  eventCount: number;
  pointCount: number;
}

/** What the object remembers beside its public state. */
export interface TrackerMemory {
  state: ContainerState;
  eta: EtaMemory | null;
  /** Delivery order of the last position: breaks ties between fixes of one instant. */
  positionOrigin: number;
  /** When the present journey began, ms, as far as that is known. */
  journeyFrom: number | null;
  /** Which fixes are believed. */
  trust: Trust;
  /** The newest readings of sensors, by time. */
  readings: Reading[];
  /** The number of the last journey that ETAs were estimated for before the present one. */
  etaJourney: number;
}

/** The line of a container in the fleet: what lists, maps and live feeds need. */
export interface FleetSummary {
  number: string;
  epoch: string;
  version: number;
  status: ContainerStatus;
  carrierId: string | null;
  origin: string | null;
  destination: string | null;
  reference: string | null;
  bookingId: string | null;
  /** The carrier's number of its booking. */
  booking: string | null;
  deviceId: string | null;
  vesselName: string | null;
  lat: number | null;
  lon: number | null;
  courseDeg: number | null;
  speedKnots: number | null;
  asOf: number | null;
  /** What the ETA is about: the nearest target still ahead. */
  etaTarget: Target | null;
  etaP10: number | null;
  etaP50: number | null;
  etaP90: number | null;
  openAlerts: number;
}

/** The memory of a container about which nothing is known yet. */
export function emptyMemory(number: string, epoch: string): TrackerMemory {
  return {
    eta: null,
    positionOrigin: 0,
    journeyFrom: null,
    trust: { last: null, suspect: null },
    readings: [],
    etaJourney: 0,
    state: {
      number,
      epoch,
      seq: 0,
      journeyId: null,
      registration: null,
      status: 'registered',
      statusAt: null,
      position: null,
      milestones: [],
      vesselName: null,
      vesselImo: null,
      voyage: null,
      eta: null,
      onward: [],
      carrierEtaAt: null,
      arrivedAt: null,
      alerts: [],
      warnings: [],
      asOf: null,
      receivedAt: null,
      eventCount: 0,
      pointCount: 0,
    },
  };
}

/** A memory stored by an earlier version: of 0.3 its ETAs are estimated anew, of 0.5 its journey is the present one. */
export function upgradeMemory(stored: TrackerMemory): TrackerMemory {
  const { track: _, ...memory } = stored as TrackerMemory & { track?: unknown };
  const { state } = memory;
  const estimated = memory.eta !== undefined && state.onward !== undefined;
  return {
    ...memory,
    etaJourney: memory.etaJourney ?? 0,
    journeyFrom: memory.journeyFrom ?? null,
    trust: memory.trust ?? { last: state.position, suspect: null },
    readings: memory.readings ?? [],
    eta: estimated ? memory.eta : null,
    state: { ...state, journeyId: state.journeyId ?? null, ...(estimated ? {} : { eta: null, onward: [] }) },
  };
}

/** Whether a target of the present journey is still ahead. */
export const isAhead = ({ eta, onward }: ContainerState): boolean => eta !== null || onward.length > 0;

/** The fleet's line of a state. */
export function summarize(state: ContainerState): FleetSummary {
  const { registration, position } = state;
  const eta = state.eta ?? state.onward[0] ?? null;
  return {
    number: state.number,
    epoch: state.epoch,
    version: state.seq,
    status: state.status,
    carrierId: registration?.carrierId ?? null,
    origin: registration?.origin ?? null,
    destination: registration?.destination ?? null,
    reference: registration?.reference ?? null,
    bookingId: registration?.bookingId ?? null,
    booking: registration?.booking ?? null,
    deviceId: registration?.deviceId ?? null,
    vesselName: state.vesselName,
    lat: position?.lat ?? null,
    lon: position?.lon ?? null,
    courseDeg: position?.courseDeg ?? null,
    speedKnots: position?.speedKnots ?? null,
    asOf: state.asOf,
    etaTarget: eta?.target ?? null,
    etaP10: eta?.p10 ?? null,
    etaP50: eta?.p50 ?? null,
    etaP90: eta?.p90 ?? null,
    openAlerts: state.alerts.filter((alert) => alert.clearedAt === null).length,
  };
}
