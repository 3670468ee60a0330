/**
 * EtaCommons: what tenants know together. One object for the platform. A tenant gives sums over its
 * journeys of a lane; what comes out is merged over at least three tenants, and names none of them.
 */
import { DurableObject } from 'cloudflare:workers';
import type { EtaCommonsApi, LaneContribution, ModelsKey, StageContribution } from '../../contracts/eta.ts';
import type { EtaModels } from '../../domain/eta/journey.ts';
import { TARGETS } from '../../domain/eta/eta.ts';
import type { LaneModel } from '../../domain/eta/lane-model.ts';
import { mergeLanes, mergeStages } from '../../domain/eta/merge.ts';
import type { StageModel } from '../../domain/eta/stages.ts';
import { Sql } from '../shared/sql.ts';

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
export const ALL_SEA = 'sea/*';

const laneName = (lane: string): string => (lane === '*' ? ALL_SEA : `sea/${lane}`);
const stageName = (lane: string, target: string): string => `stage/${target}/${lane}`;

/** The Durable Object class. */
export class EtaCommons extends DurableObject implements EtaCommonsApi {
  readonly #sql: Sql;

  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
  }

  /** Takes a tenant's sums; the same lane again replaces what it gave before. */
  async contribute(tenantId: string, lanes: LaneContribution[], stages: StageContribution[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const { lane, model } of lanes) this.#give(laneName(lane), tenantId, model);
      for (const { lane, target, model } of stages) this.#give(stageName(lane, target), tenantId, model);
      for (const { lane } of lanes) this.#merge<Omit<LaneModel, 'analogues'>>(laneName(lane), mergeLanes);
      for (const { lane, target } of stages) this.#merge<StageModel>(stageName(lane, target), mergeStages);
    });
  }

  /** What enough tenants know together. */
  async models({ origin, destination, legs }: ModelsKey): Promise<Pick<EtaModels, 'lanes' | 'sea' | 'stages'>> {
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
    return { lanes, sea: this.#read<LaneModel>(ALL_SEA), stages };
  }

  #give(name: string, tenantId: string, model: object): void {
    this.#sql.run(
      `INSERT INTO contributions (name, tenant_id, body) VALUES (?, ?, ?)
       ON CONFLICT (name, tenant_id) DO UPDATE SET body = excluded.body`,
      name,
      tenantId,
      JSON.stringify(model),
    );
  }

  #merge<T>(name: string, merge: (models: T[]) => object | null): void {
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
