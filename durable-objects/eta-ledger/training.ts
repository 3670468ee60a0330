/** Trains a new version of a tenant's models from what has been filed. */
import { TARGETS, type Target } from '../../domain/eta/eta.ts';
import { holdOut, isGoodEnough, tryModel } from '../../domain/eta/evaluate.ts';
import { type LaneModel, LEGS_KEPT, type SharedLane, trainLane } from '../../domain/eta/lane-model.ts';
import { type CompletedStages, type StageModel, trainStages } from '../../domain/eta/stages.ts';
import { trainStays } from '../../domain/eta/stays.ts';
import { TRAIN_LANES_MAX } from '../../platform/limits.ts';
import type { Contribution } from '../eta-commons/types.ts';
import type { Learning, LedgerStorage, MadeModel } from './storage.ts';
import type { ModelVersion } from './types.ts';

/** A new version, with what the tenant gives to the commons. */
export interface Trained {
  version: ModelVersion;
  given: Contribution;
  /** The lanes and ways that were learned. */
  names: string[];
}

/** Inside a transaction: trains what has news, tries it, and rolls it out if it is good enough. */
export function train(storage: LedgerStorage, now: number): Trained | null {
  const names = storage.unlearned(TRAIN_LANES_MAX);
  if (names.length === 0) return null;
  const { active, pinned } = storage.rollout();
  const lanes = names.filter((name) => name.startsWith('sea/')).map((name) => name.slice(4));
  const ways = names.filter((name) => name.startsWith('way/')).map((name) => name.slice(4));
  const made: MadeModel[] = [];
  const given: Contribution = { lanes: [], stages: [], stays: [] };
  const trial = { candidate: 0, present: 0, candidateCalls: 0, presentCalls: 0 };
  const mode = trainLane(storage.legs(null, LEGS_KEPT));
  for (const lane of lanes) {
    const legs = storage.legs(lane, LEGS_KEPT);
    if (legs.length === 0) continue;
    const model = trainLane(legs);
    const name = `sea/${lane}`;
    made.push({ name, model, knownUntil: Math.max(...legs.map(({ endedAt }) => endedAt)) });
    given.lanes.push({ lane, model: shared(model) });
    const held = holdOut(legs, storage.knownUntil(name, active));
    if (held.newest.length === 0) continue;
    const candidate = tryModel(trainLane(held.older), mode, held.newest);
    const present = tryModel(storage.model<LaneModel>(name, active), mode, held.newest);
    trial.candidate += candidate.errorHours;
    trial.candidateCalls += candidate.calls;
    trial.present += present.errorHours;
    trial.presentCalls += present.calls;
  }
  if (lanes.length > 0) {
    made.push({ name: 'sea/*', model: { ...mode, analogues: [], curveHours: [], carriers: {} }, knownUntil: null });
    given.lanes.push({ lane: '*', model: shared(mode) });
  }
  const newest = storage.learning(null);
  const stays = trainStays(newest);
  made.push({ name: 'stays', model: stays, knownUntil: null });
  given.stays = Object.entries(stays).map(([key, spread]) => ({ key, spread }));
  let journeys = 0;
  for (const way of [...ways, null]) {
    const learning = way === null ? newest : storage.learning(way);
    if (way !== null) journeys += learning.length;
    for (const target of TARGETS) {
      const model = trainStages(journeysTo(target, learning));
      if (model.journeys === 0) continue;
      const lane = way ?? '*';
      made.push({ name: `stage/${target}/${lane}`, model, knownUntil: null });
      given.stages.push({ lane, target, model: withoutCarriers(model) });
    }
  }
  const mae = (sum: number, calls: number): number | null => (calls > 0 ? Math.round((sum / calls) * 100) / 100 : null);
  const maeHours = mae(trial.candidate, trial.candidateCalls);
  const previousMaeHours = active > 0 ? mae(trial.present, trial.presentCalls) : null;
  const good = isGoodEnough(maeHours, previousMaeHours);
  const number = storage.lastVersion() + 1;
  const body = { version: `v${number}`, trainedAt: now, lanes: lanes.length, journeys, maeHours, previousMaeHours };
  storage.addVersion(number, good ? 'ready' : 'rejected', body, good ? made : []);
  storage.learned(names);
  const rolledOut = good && !pinned;
  if (rolledOut) storage.rollOut(number, false);
  const state = !good ? 'rejected' : rolledOut ? 'active' : 'ready';
  return { version: { ...body, state, pinned: false }, given, names };
}

function shared({ legs, curveHours, bands, still, slipHours }: LaneModel): SharedLane {
  return { legs, curveHours, bands, still, slipHours };
}

/** A tenant's carriers are its own business. */
function withoutCarriers(model: StageModel): StageModel {
  return { ...model, spreads: Object.fromEntries(Object.entries(model.spreads).filter(([key]) => !key.includes('|'))) };
}

/** Journeys that reached a target, cut at it. */
function journeysTo(target: Target, learning: readonly Learning[]): CompletedStages[] {
  return learning.flatMap(({ reached, stages, calls, carrierId }) => {
    const at = reached[target];
    if (at === undefined) return [];
    const before = stages.filter((stage) => stage.at < at);
    const end = { code: target, place: '', at };
    return [{ carrierId, stages: [...before, end], calls: calls.filter((call) => call.target === target) }];
  });
}
