/**
 * EtaCommons: what tenants know together. One object for the platform. A tenant gives sums over its
 * journeys of a lane; what comes out is merged over at least three tenants, and names none of them.
 */
import { DurableObject } from 'cloudflare:workers';
import { TARGETS } from '../../domain/eta/eta.ts';
import type { LaneModel } from '../../domain/eta/lane-model.ts';
import { mergeLanes, mergeSpreads, mergeStages } from '../../domain/eta/merge.ts';
import type { Spread } from '../../domain/eta/spread.ts';
import type { StageModel } from '../../domain/eta/stages.ts';
import type { EtaModels } from '../../domain/eta/state.ts';
import { staysOfWay } from '../../domain/eta/stays.ts';
import type { ModelsKey } from '../eta-ledger/types.ts';
import { Sql } from '../kit/sql.ts';
import type { CommonModels, Contribution } from './types.ts';

const MIGRATIONS = [
  `CREATE TABLE contributions (
     name TEXT NOT NULL,
     tenant_id TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (name, tenant_id)
   ) WITHOUT ROWID;
   CREATE TABLE merged (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;`,
] as const;

/** Contributions merged into one lane: the newest matter little beyond these. */
const TENANTS_MAX = 50;
/** The name of what is known of all sea legs. */
const ALL_SEA = 'sea/*';

const laneName = (lane: string): string => (lane === '*' ? ALL_SEA : `sea/${lane}`);
const stayName = (key: string): string => `stay/${key}`;
const stageName = (lane: string, target: string): string => `stage/${target}/${lane}`;

/** The Durable Object class. */
export class EtaCommons extends DurableObject {
  readonly #sql: Sql;

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
  }

  /** Takes a tenant's sums; the same lane again replaces what it gave before. */
  async contribute(tenantId: string, { lanes, stages, stays }: Contribution): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const { lane, model } of lanes) this.#give(laneName(lane), tenantId, model, mergeLanes);
      for (const { lane, target, model } of stages) this.#give(stageName(lane, target), tenantId, model, mergeStages);
      for (const { key, spread } of stays) this.#give(stayName(key), tenantId, spread, mergeSpreads);
    });
  }

  /** What enough tenants know together. */
  async models({ origin, destination, legs }: ModelsKey): Promise<CommonModels> {
    const lanes: EtaModels['lanes'] = {};
    for (const lane of legs) {
      const model = this.#read<LaneModel>(laneName(lane));
      if (model) lanes[lane] = model;
    }
    const stages: EtaModels['stages'] = {};
    for (const target of TARGETS) {
      const lane = this.#read<StageModel>(stageName(`${origin}>${destination}`, target));
      const all = this.#read<StageModel>(stageName('*', target));
      if (lane || all) stages[target] = { lane, all };
    }
    const stays = Object.fromEntries(
      staysOfWay(legs).flatMap((key) => {
        const spread = this.#read<Spread>(stayName(key));
        return spread ? [[key, spread]] : [];
      }),
    );
    return { lanes, sea: this.#read<LaneModel>(ALL_SEA), stages, stays };
  }

  #give<T extends object>(name: string, tenantId: string, model: T, merge: (models: T[]) => object | null): void {
    this.#sql.run(
      `INSERT INTO contributions (name, tenant_id, body) VALUES (?, ?, ?)
       ON CONFLICT (name, tenant_id) DO UPDATE SET body = excluded.body`,
      name,
      tenantId,
      JSON.stringify(model),
    );
    const given = this.#sql
      .run<{ body: string }>('SELECT body FROM contributions WHERE name = ? LIMIT ?', name, TENANTS_MAX)
      .map(({ body }) => JSON.parse(body) as T);
    const merged = merge(given);
    if (merged) {
      this.#sql.run('INSERT OR REPLACE INTO merged (name, body) VALUES (?, ?)', name, JSON.stringify(merged));
    } else this.#sql.run('DELETE FROM merged WHERE name = ?', name);
  }

  #read<T>(name: string): T | null {
    const [row] = this.#sql.run<{ body: string }>('SELECT body FROM merged WHERE name = ?', name);
    return row ? (JSON.parse(row.body) as T) : null;
  }
}
