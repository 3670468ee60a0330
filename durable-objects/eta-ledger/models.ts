/** Puts together the models of a way from the version in force, and from the commons where it has none. */
import { TARGETS } from '../../domain/eta/eta.ts';
import type { LaneModel } from '../../domain/eta/lane-model.ts';
import { JOURNEYS_MIN } from '../../domain/eta/merge.ts';
import type { Spread } from '../../domain/eta/spread.ts';
import type { StageModel } from '../../domain/eta/stages.ts';
import type { EtaModels } from '../../domain/eta/state.ts';
import { staysOfWay } from '../../domain/eta/stays.ts';
import type { CommonModels } from '../eta-commons/types.ts';
import type { LedgerStorage } from './storage.ts';
import type { ModelsKey } from './types.ts';

/** A tenant's own models, and how to fill their gaps. */
export interface Assembled {
  models: EtaModels;
  /** Lanes and targets of which the tenant knows too little. */
  missing: string[];
  filledFrom(commons: CommonModels): EtaModels;
}

/** Reads the models of a way. Few legs of one's own are kept unless the commons know more. */
export function assembleModels(storage: LedgerStorage, { origin, destination, carrierId, legs }: ModelsKey): Assembled {
  const { active } = storage.rollout();
  const missing: string[] = [];
  const lanes: EtaModels['lanes'] = {};
  for (const lane of legs) {
    const model = active > 0 ? storage.model<LaneModel>(`sea/${lane}`, active) : null;
    // Of the carriers only the one that has the box is of use to it.
    const own = model?.carriers[carrierId ?? ''];
    if (model) lanes[lane] = { ...model, carriers: own ? { [carrierId!]: own } : {} };
    if (!model || model.legs < JOURNEYS_MIN) missing.push(lane);
  }
  const stages: EtaModels['stages'] = {};
  for (const target of TARGETS) {
    const read = (lane: string): StageModel | null =>
      active > 0 ? storage.model<StageModel>(`stage/${target}/${lane}`, active) : null;
    const own = { lane: read(`${origin}>${destination}`), all: read('*') };
    if (own.lane || own.all) stages[target] = own;
    if ((own.lane?.journeys ?? 0) < JOURNEYS_MIN) missing.push(target);
  }
  const sea = active > 0 ? storage.model<LaneModel>('sea/*', active) : null;
  const ports = (active > 0 ? storage.model<Record<string, Spread>>('stays', active) : null) ?? {};
  const stays: EtaModels['stays'] = {};
  for (const key of staysOfWay(legs)) {
    const known = ports[key];
    if (known) stays[key] = known;
    if ((known?.n ?? 0) < JOURNEYS_MIN) missing.push(key);
  }
  const models: EtaModels = { version: active > 0 ? `v${active}` : null, lanes, sea, stages, stays };
  return { models, missing, filledFrom: (commons) => fill(models, missing, commons) };
}

function fill(own: EtaModels, missing: string[], commons: CommonModels): EtaModels {
  const lanes = { ...own.lanes };
  for (const lane of missing) if (commons.lanes[lane]) lanes[lane] = commons.lanes[lane];
  const stages = { ...own.stages };
  for (const target of TARGETS) {
    const common = commons.stages[target];
    if (!common) continue;
    const lane = missing.includes(target)
      ? (common.lane ?? own.stages[target]?.lane ?? null)
      : own.stages[target]!.lane;
    stages[target] = { lane, all: own.stages[target]?.all ?? common.all };
  }
  const version = own.version ?? (Object.keys(lanes).length > 0 || commons.sea ? 'common' : null);
  const stays = { ...own.stays };
  for (const key of missing) if (commons.stays[key]) stays[key] = commons.stays[key];
  return { version, lanes, sea: own.sea ?? commons.sea, stages, stays };
}
