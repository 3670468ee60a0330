/** The words of an ETA: what it is about, when, how sure, and why. */
import type { Opinion } from './calibration.ts';

/** What an ETA may be about, in the order of a container's life. */
export const TARGETS = ['vessel_arrival', 'discharge', 'gate_out', 'delivery'] as const;
/** The target of an ETA. */
export type Target = (typeof TARGETS)[number];

/** The milestones that reach a target; delivery is the unpacking, or the empty box's return. */
export const REACHED_BY: Record<Target, readonly string[]> = {
  vessel_arrival: ['arrived', 'discharged'],
  discharge: ['discharged'],
  gate_out: ['gate_out'],
  delivery: ['stripped', 'empty_returned'],
};

/** Who says when. */
export const SOURCES = ['ours', 'carrier', 'schedule'] as const;
/** The source of a published ETA. */
export type Source = (typeof SOURCES)[number];

/** One stretch of the way still to go. */
export interface EtaPart {
  kind: 'sea' | 'dwell';
  /** UN/LOCODEs; a stay names its port twice. */
  from: string;
  to: string;
  /** Median hours. */
  hours: number;
}

/** Why an ETA says what it says. */
export interface Explanation {
  /** The sea leg under way; null in port. */
  leg: {
    from: string;
    to: string;
    distanceNm: number;
    distanceToGoNm: number;
    /** Share of the leg's distance that is behind, 0 to 1. */
    progress: number;
    /** Smoothed progress, knots. */
    paceKnots: number;
  } | null;
  /** Who was heard, what each said (hours to go), and how much it counted. */
  experts: Opinion[];
  parts: EtaPart[];
  /** No progress: where ships usually wait, or where they do not. */
  waiting: 'no' | 'usual' | 'held';
  /** It should have arrived by now. */
  overdue: boolean;
  /** Hours since the last observation. */
  staleHours: number;
  /** Canal that the ship sails around, if it does. */
  avoiding: string | null;
  /** What made this ETA differ from the one published before. */
  changed: string;
  /** Completed journeys behind the lane's model; 0 when only general knowledge was used. */
  journeysKnown: number;
  modelVersion: string | null;
}

/** An ETA with its interval. Instants in ms. */
export interface Eta {
  target: Target;
  /** UN/LOCODE of the place it is about. */
  location: string;
  /** 10 %, 50 % and 90 % quantiles. */
  p10: number;
  p50: number;
  p90: number;
  /** The observation it rests on. */
  asOf: number;
  computedAt: number;
  /** When the median last changed, and how often it has on this journey. */
  publishedAt: number;
  revisions: number;
  explanation: Explanation;
}

/** A published ETA of any source, as the ledger keeps it. A source without an interval has none. */
export interface SaidEta {
  target: Target;
  source: Source;
  location: string;
  at: number;
  p10: number | null;
  p50: number;
  p90: number | null;
}
