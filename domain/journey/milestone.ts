/** The milestones of a container's life, and which event speaks of which. */
import type { Classifier, EventLocation, JourneyEvent } from './event.ts';

/** The milestones of a container's life, in their usual order from door to door. */
export const MILESTONES = [
  'empty_picked_up',
  'stuffed',
  'picked_up',
  'gate_in',
  'loaded',
  'departed',
  'arrived',
  'discharged',
  'gate_out',
  'dropped_off',
  'stripped',
  'empty_returned',
] as const;

/** The name of a milestone. */
export type MilestoneCode = (typeof MILESTONES)[number];

/** Where a container is in its life. */
export type ContainerStatus = 'registered' | MilestoneCode;

/** The word of one source on a milestone: its newest under each classifier counts. */
export interface SourceWord {
  /** The carrier or terminal whose word it is. */
  carrierId: string;
  role: 'carrier' | 'terminal';
  classifier: Classifier;
  at: number;
  /** When it was said; the time of receipt where the source does not tell. */
  saidAt: number;
  /** The key of the statement. */
  key: string;
}

/** One milestone at one place, with the best time known and what was said before. */
export interface Milestone {
  code: MilestoneCode;
  location: EventLocation | null;
  classifier: Classifier;
  at: number;
  /** The latest estimate, kept beside the actual so that a reader can compare. */
  estimatedAt: number | null;
  plannedAt: number | null;
  /** Whether it was expected and the container has gone on without it. */
  closed: boolean;
  voyage: string | null;
  vesselName: string | null;
  vesselImo: string | null;
  mode: string | null;
  /** Each source's own word, the one that counts first. */
  sources: SourceWord[];
}

const EQUIPMENT_CODES: Record<string, MilestoneCode> = {
  STUF: 'stuffed',
  STRP: 'stripped',
  LOAD: 'loaded',
  DISC: 'discharged',
  PICK: 'picked_up',
  DROP: 'dropped_off',
};

/**
 * The milestone an event speaks of (DCSA T&T 2.2 event type codes); null for events that mark none: inspections, documents,
 * and a box that leaves a gate without a word on whether it is empty, for that may be an empty pick-up or a delivery.
 */
export function milestoneOf(event: Pick<JourneyEvent, 'family' | 'code' | 'empty'>): MilestoneCode | null {
  const { family, code, empty } = event;
  if (family === 'TRANSPORT') return code === 'ARRI' ? 'arrived' : code === 'DEPA' ? 'departed' : null;
  if (family !== 'EQUIPMENT') return null;
  if (code === 'GTIN') return empty ? 'empty_returned' : 'gate_in';
  if (code === 'GTOT') return empty === undefined ? null : empty ? 'empty_picked_up' : 'gate_out';
  return EQUIPMENT_CODES[code] ?? null;
}

/**
 * The order of life at one port call. A call of a box begins with its coming by sea or by land and ends with its leaving:
 * between clocks that differ by minutes this order decides.
 */
const ORDER_OF_CALL: readonly MilestoneCode[] = [
  'empty_picked_up',
  'stuffed',
  'picked_up',
  'gate_in',
  'arrived',
  'discharged',
  'loaded',
  'departed',
  'gate_out',
  'dropped_off',
  'stripped',
  'empty_returned',
];

/** The place of a milestone in the order of life at one port call. */
export const rankAtCall = (code: MilestoneCode): number => ORDER_OF_CALL.indexOf(code);

/** Milestones with which a box begins a journey, when the one before has ended. */
export const BEGINS: ReadonlySet<MilestoneCode> = new Set(['empty_picked_up', 'stuffed', 'gate_in', 'loaded']);

/** Gate moves: what happens at a terminal's gate its own clock knows best. */
export const GATE_MOVES: ReadonlySet<MilestoneCode> = new Set([
  'empty_picked_up',
  'gate_in',
  'gate_out',
  'empty_returned',
]);
