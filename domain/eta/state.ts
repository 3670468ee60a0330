/** What a container's ETAs are estimated from, and what is kept between estimates. */
import type { Passage } from '../geo/sea-network.ts';
import type { Milestone } from '../journey/milestone.ts';
import type { Diversion } from './diversion.ts';
import type { Eta, SaidEta, Target } from './eta.ts';
import type { LaneModel } from './lane-model.ts';
import type { CompletedLeg, LegTrack } from './leg.ts';
import type { Plan } from './plan.ts';
import type { Publication } from './publish.ts';
import type { Spread } from './spread.ts';
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
  /** Stays in the ports of the way, by `before@PORT` and `change@PORT`. */
  stays: Record<string, Spread>;
}

/** No models: general assumptions alone. */
export const NO_MODELS: EtaModels = { version: null, lanes: {}, sea: null, stages: {}, stays: {} };

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
  /** The arrival of the journey before, ms: milestones up to it are not this journey's. 0 for the first. */
  since: number;
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
  /** The number of a journey that begins now; 1 for a box's first. */
  nextJourney?: number;
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
  /** The container's way, as far as it is known; null without a destination. */
  plan: Plan | null;
}
