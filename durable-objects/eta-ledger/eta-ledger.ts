/**
 * EtaLedger: what was said of a tenant's arrivals and what came true, and the lane models learned
 * from it. Filing is idempotent. Models are versioned: a new version takes over only when it does no
 * worse on the newest legs, and an administrator may go back to an earlier one.
 */
import { DurableObject } from 'cloudflare:workers';
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import { fail, ok, type Page, type Result } from '../../contracts/kit/result.ts';
import type { AccuracyPage, ApiModelVersion, Reliability } from '../../contracts/tracking/eta.ts';
import type { JourneyRecord } from '../../domain/eta/ledger.ts';
import type { EtaModels } from '../../domain/eta/state.ts';
import { type Clock, clockFrom } from '../../platform/clock.ts';
import { toInstant } from '../../platform/instants.ts';
import { TRAIN_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { etaCommons } from '../eta-commons/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { accuracy, reliability } from './accuracy.ts';
import { assembleModels } from './models.ts';
import { LedgerStorage } from './storage.ts';
import { train } from './training.ts';
import type { AccuracyQuery, ModelsKey, ModelVersion } from './types.ts';

interface Env {
  ETA_COMMONS: DurableObjectNamespace;
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
}

const versionToApi = (version: ModelVersion): ApiModelVersion => ({
  ...version,
  trainedAt: toInstant(version.trainedAt),
});
const numberOf = ({ version }: ModelVersion): number => Number(version.slice(1));

/** The Durable Object class. */
export class EtaLedger extends DurableObject<Env> {
  readonly #storage: LedgerStorage;
  readonly #deadlines: Deadlines<'train'>;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#clock = clockFrom(env.DEMO_CLOCK);
    this.#log = loggerFor('eta-ledger', env.LOG_LEVEL);
    this.#storage = new LedgerStorage(ctx.storage);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, this.#clock);
  }

  /** Files a journey with its scores; the same journey again replaces what was filed. */
  async record(tenantId: string, record: JourneyRecord): Promise<void> {
    this.#storage.sql.countRequest();
    const times = Object.values(record.reached);
    if (times.length === 0) return;
    const arrivedAt = record.reached.vessel_arrival ?? Math.min(...times);
    this.ctx.storage.transactionSync(() => this.#storage.file(tenantId, record, arrivedAt));
    this.#deadlines.ensure('train', this.#clock.now() + TRAIN_AFTER_MS);
  }

  /** The models of a way, as they are in force; what the tenant has not learned comes from the commons. */
  async models(_tenantId: string, key: ModelsKey): Promise<EtaModels> {
    this.#storage.sql.countRequest();
    const own = assembleModels(this.#storage, key);
    if (own.missing.length === 0) return own.models;
    try {
      return own.filledFrom(await etaCommons(this.env).models(key));
    } catch (error) {
      // Without the commons there are still the general assumptions.
      this.#log('warn', 'eta.commons_failed', { error: errorText(error) });
      return own.models;
    }
  }

  /** How right each source was. */
  async accuracy(query: AccuracyQuery): Promise<AccuracyPage> {
    this.#storage.sql.countRequest();
    return accuracy(this.#storage.sql, query);
  }

  /** How reliable a carrier was. */
  async reliability(query: { carrierId: string; from: number; to: number }): Promise<Reliability> {
    this.#storage.sql.countRequest();
    return reliability(this.#storage.sql, query);
  }

  /** Learns from what was filed since the last time; null when there was nothing new. */
  async train(tenantId: string, now: number): Promise<ModelVersion | null> {
    this.#storage.sql.countRequest();
    const made = this.ctx.storage.transactionSync(() => train(this.#storage, now));
    if (!made) return null;
    const { version, given, names } = made;
    this.#log('info', 'eta.trained', { tenantId, ...version });
    if (version.state === 'rejected') return version;
    try {
      await etaCommons(this.env).contribute(tenantId, given);
    } catch (error) {
      // What the commons did not take is learned and given once more.
      this.#log('warn', 'eta.contribute_failed', { tenantId, error: errorText(error) });
      this.#storage.unlearn(names);
      this.#deadlines.ensure('train', now + TRAIN_AFTER_MS);
    }
    return version;
  }

  /** Versions, newest first. */
  async versions(query: Paging): Promise<Page<ApiModelVersion>> {
    const [below] = after<[number]>(query) ?? [Number.MAX_SAFE_INTEGER];
    const found = this.#storage.versions(below, query.limit + 1);
    return cutPage(found, query.limit, versionToApi, (version) => [numberOf(version)]);
  }

  /** Rolls out a version and stays with it, or goes back to always the newest. */
  async activate(version: string): Promise<Result<ApiModelVersion>> {
    const all = this.#storage.versions(Number.MAX_SAFE_INTEGER, 1_000).filter(({ state }) => state !== 'rejected');
    const chosen = version === 'newest' ? all[0] : all.find((known) => known.version === version);
    if (!chosen) return fail('not_found', 'There is no such version that could be rolled out');
    this.#storage.rollOut(numberOf(chosen), version !== 'newest');
    return ok({ ...versionToApi(chosen), state: 'active', pinned: version !== 'newest' });
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      train: async () => {
        await this.train(this.#storage.owner()!, this.#clock.now());
        // What was more than one run could learn waits for the next.
        return this.#storage.unlearned(1).length > 0 ? this.#clock.now() + TRAIN_AFTER_MS : null;
      },
    });
  }
}
