/** What tenants contribute to the pooled lane models, and what comes out. */
import type { Target } from '../../domain/eta/eta.ts';
import type { SharedLane } from '../../domain/eta/lane-model.ts';
import type { Spread } from '../../domain/eta/spread.ts';
import type { StageModel } from '../../domain/eta/stages.ts';
import type { EtaModels } from '../../domain/eta/state.ts';

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
