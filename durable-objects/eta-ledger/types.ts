/** What others ask of a tenant's ETA ledger, and what it keeps. */
import type { ACCURACY_GROUPS } from '../../contracts/tracking/eta.ts';
import type { Source, Target } from '../../domain/eta/eta.ts';

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

/** Which models a container asks for. */
export interface ModelsKey {
  carrierId: string | null;
  origin: string;
  destination: string;
  /** Sea legs as `FROM>TO`; where one begins the box stays before it. */
  legs: string[];
}
