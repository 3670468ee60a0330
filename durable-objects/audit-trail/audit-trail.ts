/**
 * AuditTrail: who did what in one organisation, or on the platform, in a chain of hashes. Entries are appended and
 * never changed or removed; nothing is pruned.
 *
 * Contract: records are kept once by their id, in the order in which they arrive; a batch is one transaction and one
 * synchronous turn, so that of any number of parallel batches each is chained behind the one before. What an answer
 * says is stored.
 */
import { DurableObject } from 'cloudflare:workers';
import { after, cutPage } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import { type AuditHead, auditRecord } from '../../contracts/operations/audit.ts';
import type { ChainHead } from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { AUDIT_BATCH_MAX, AUDIT_PAGE_MAX_CHARS } from '../../platform/limits.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import { type AuditFilters, type TrailEntry, TrailStorage } from './storage.ts';

interface Env {
  LOG_LEVEL?: string;
}

/** A page of a trail. */
export interface AuditQuery extends AuditFilters {
  cursor?: string | undefined;
  limit: number;
}

/** What became of a batch: where the trail has come to, and the records that are none, each with its first fault. */
export interface Appended {
  head: ChainHead;
  refused: { id: string; detail: string }[];
}

/** The Durable Object class. */
export class AuditTrail extends DurableObject<Env> {
  readonly #storage: TrailStorage;
  readonly #log: Logger;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new TrailStorage(ctx.storage, ctx.id.name!);
    this.#log = loggerFor('audit-trail', env.LOG_LEVEL);
  }

  /**
   * Appends records; one that is known changes nothing. What does not fit the contract is a defect of its producer: it
   * is logged and answered, and keeps no other out. Throws on more than AUDIT_BATCH_MAX records.
   */
  async append(records: AuditRecord[]): Promise<Appended> {
    if (records.length > AUDIT_BATCH_MAX) throw new RangeError(`a batch has ${AUDIT_BATCH_MAX} records at most`);
    const refused: Appended['refused'] = [];
    const head = this.ctx.storage.transactionSync(() => {
      let newest = this.#storage.head();
      for (const record of records) {
        const parsed = auditRecord.safeParse(record);
        if (parsed.success) newest = this.#storage.append(parsed.data, newest);
        else refused.push({ id: record.id, detail: faultOf(parsed.error.issues[0]!) });
      }
      return newest;
    });
    for (const { id, detail } of refused) this.#log('error', 'audit.refused', { recordId: id, detail });
    return { head, refused };
  }

  /** Entries, newest first. */
  async list({ cursor, limit, ...filters }: AuditQuery): Promise<Page<TrailEntry>> {
    const [before] = after<[number]>({ cursor }) ?? [Number.MAX_SAFE_INTEGER];
    return pageWithin(this.#storage.newest(before, limit + 1, filters), limit);
  }

  /** Entries above a number, in their order. */
  async range(afterSeq: number, { cursor, limit, ...filters }: AuditQuery): Promise<Page<TrailEntry>> {
    const [last] = after<[number]>({ cursor }) ?? [afterSeq];
    return pageWithin(this.#storage.following(last, limit + 1, filters), limit);
  }

  /** Where the trail has come to. */
  async head(): Promise<AuditHead> {
    return { organisationId: this.ctx.id.name!, ...this.#storage.head() };
  }
}

/** A page from one entry more than was asked for; it ends sooner where its entries are large. */
function pageWithin(entries: readonly TrailEntry[], limit: number): Page<TrailEntry> {
  let chars = 0;
  const over = entries.findIndex((entry) => (chars += JSON.stringify(entry).length) > AUDIT_PAGE_MAX_CHARS);
  return cutPage(
    entries,
    over === -1 ? limit : Math.min(limit, over),
    (entry) => entry,
    ({ seq }) => [seq],
  );
}

const faultOf = ({ path, message }: { path: PropertyKey[]; message: string }): string =>
  `${path.map(String).join('.')}: ${message}`;
