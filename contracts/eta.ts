/** What crosses the boundary of ETAs: the ledger's and the commons' interfaces, and their answers. */
import type { EtaModels } from '../domain/eta/journey.ts';
import type { SharedLane } from '../domain/eta/lane-model.ts';
import type { SaidEta, Source, Target } from '../domain/eta/eta.ts';
import type { JourneyRecord } from '../domain/eta/ledger.ts';
import type { Spread } from '../domain/eta/spread.ts';
import type { StageModel } from '../domain/eta/stages.ts';
import type { Result } from './result.ts';
import type { ObjectUsage } from './tracking.ts';

/** How accuracy is grouped. */
export const ACCURACY_GROUPS = ['horizon', 'lane', 'carrier'] as const;

/** Query of the ledger; instants in ms, by the true arrival. */
export interface AccuracyQuery {
  from: number;
  to: number;
  groupBy: (typeof ACCURACY_GROUPS)[number];
  source?: Source | undefined;
  target?: Target | undefined;
  carrierId?: string | undefined;
  origin?: string | undefined;
  destination?: string | undefined;
  horizonHours?: number | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** How right one source was in one group. Hours; a positive bias says too late. */
export interface AccuracyRow {
  /** The horizon in hours, the lane as `FROM>TO`, or the carrier's id. */
  group: string;
  target: Target;
  source: Source;
  /** Words judged, and the journeys they were said of. */
  n: number;
  journeys: number;
  maeHours: number;
  medianHours: number;
  biasHours: number;
  pinballHours: number;
  /** Share of truths in the 80 % interval; null for sources that give none. */
  coverage80: number | null;
  widthHours: number | null;
}

/** A page of accuracy, with what it rests on. */
export interface AccuracyPage {
  items: AccuracyRow[];
  nextCursor: string | null;
  from: number;
  to: number;
  /** Journeys in the window, and those that were counted: the newest, up to a bound. */
  journeys: number;
  counted: number;
}

/** How reliable a carrier was on the journeys of a tenant. */
export interface Reliability {
  carrierId: string;
  from: number;
  to: number;
  journeys: number;
  /** Journeys whose lateness is known. */
  judged: number;
  /** Share of them that arrived within a day of the first word, early or late; null without any. */
  onTimeShare: number | null;
  /** Mean hours late (early counts negative), and mean hours of those more than a day late. */
  meanLatenessHours: number | null;
  lateByHours: number | null;
  /** Mean times the carrier changed its ETA of the arrival. */
  etaRevisions: number | null;
  /** Mean share of expected milestones that were reported. */
  milestoneCompleteness: number | null;
  /** How often we changed ours, for comparison. */
  ourRevisions: number | null;
}

/** A trained version of a tenant's models. */
export interface ModelVersion {
  version: string;
  trainedAt: number;
  /** In force; could be rolled out; or was worse than the one in force and never will be. */
  state: 'active' | 'ready' | 'rejected';
  lanes: number;
  journeys: number;
  /** Mean absolute error on the newest legs, hours: of this version and of the one before. */
  maeHours: number | null;
  previousMaeHours: number | null;
  /** Whether newer versions wait because an administrator chose this one. */
  pinned: boolean;
}

/** A published ETA, as a history shows it. */
export type SaidEtaRow = SaidEta;

/** Which models a container asks for. */
export interface ModelsKey {
  carrierId: string | null;
  origin: string;
  destination: string;
  /** Sea legs as `FROM>TO`; where one begins the box stays before it. */
  legs: string[];
}

/** The methods of a tenant's ledger. */
export interface EtaLedgerApi {
  /** Files a journey with its scores; the same journey again replaces what was filed. */
  record(tenantId: string, record: JourneyRecord): Promise<void>;
  models(tenantId: string, key: ModelsKey): Promise<EtaModels>;
  accuracy(query: AccuracyQuery): Promise<AccuracyPage>;
  reliability(query: { carrierId: string; from: number; to: number }): Promise<Reliability>;
  /** Learns from what was filed since the last time; null when there was nothing new. */
  train(tenantId: string, now: number): Promise<ModelVersion | null>;
  versions(query: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ items: ModelVersion[]; nextCursor: string | null }>;
  /** Rolls out a version, or the newest again; false when there is no such version. */
  activate(version: string): Promise<Result<ModelVersion>>;
  usage(): Promise<ObjectUsage>;
}

/** What a tenant gives to the commons of one lane: sums over journeys, never one of them. */
export interface LaneContribution {
  lane: string;
  model: SharedLane;
}
/** The same of milestones, by `ORIGIN>DESTINATION` and target. */
export interface StageContribution {
  lane: string;
  target: Target;
  model: StageModel;
}

/** The same of the stays in a port, by `before@PORT` or `change@PORT`. */
export interface StayContribution {
  key: string;
  spread: Spread;
}

/** What a tenant gives at once. */
export interface Contribution {
  lanes: LaneContribution[];
  stages: StageContribution[];
  stays: StayContribution[];
}

/** What the commons answer. */
export type CommonModels = Omit<EtaModels, 'version'>;

/** The methods of the commons: what tenants know together. */
export interface EtaCommonsApi {
  contribute(tenantId: string, given: Contribution): Promise<void>;
  /** What enough tenants know together; lanes that too few know are absent. */
  models(key: ModelsKey): Promise<CommonModels>;
}
