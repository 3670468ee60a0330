/**
 * What must follow changes of the directory: rows of its outbox, stored in the transaction of the change, which the
 * object that is named as their follower carries out. Whoever changes the directory announces it before and has it followed
 * afterwards; should it die in between, the object looks by itself.
 */

import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { type AuditNote, deliverAudit } from '../../platform/audit.ts';
import type { Logger } from '../../platform/log.ts';
import { Outbox, type OutboxStore, type Waiting } from '../../platform/outbox.ts';
import type { DirectoryMessage } from './directory-outbox.ts';
import { Looks } from './looks.ts';

const RETRY_MS = 2_000;
/** Changes carried out at once. */
const AT_ONCE = 100;

/** What following changes needs. */
export interface Following {
  db: D1Database;
  /** The id of the organisation or connection whose rows these are. */
  follower: string;
  log: Logger;
  now: () => number;
  /** Ends what a principal holds, in one turn; a change that is known ends nothing again. */
  end?: (change: PrincipalChanged) => void;
  /** Hands records to the audit trail of an organisation. */
  append: (organisationId: string, records: AuditRecord[]) => Promise<unknown>;
  /** Has `look` called at an instant. */
  lookAt: (at: number) => void;
}

/** Follows the directory's changes of one organisation. */
export class DirectoryChanges {
  readonly #following: Following;
  /** Apart: a trail that is away, with however much waiting for it, keeps nobody in. */
  readonly #endings: Outbox<PrincipalChanged>;
  readonly #records: Outbox<AuditNote>;
  readonly #looks = new Looks();

  constructor(following: Following) {
    this.#following = following;
    const { db, follower, log, now, end, append } = following;
    const common = { log, now, batch: AT_ONCE };
    this.#endings = new Outbox({
      ...common,
      store: new FollowerRows(db, follower, 'trail IS NULL', (message) => message as PrincipalChanged),
      deliver: async (changes) => {
        for (const change of changes) end?.(change);
      },
    });
    this.#records = new Outbox({
      ...common,
      store: new FollowerRows(db, follower, 'trail IS NOT NULL', (message) => (message as { note: AuditNote }).note),
      deliver: (notes) => deliverAudit(notes, append),
    });
  }

  /** A change is about to be written. */
  announce(): void {
    this.#following.lookAt(this.#looks.begin(this.#following.now()));
  }

  /** Carries out what was written before this. */
  async followNow(): Promise<void> {
    const retryAt = await soonest(this.#endings.drainAfresh(), this.#records.drainAfresh());
    if (retryAt !== null) this.#following.lookAt(retryAt);
  }

  /** Carries out what is there; answers when to look again, or null. */
  async look(): Promise<number | null> {
    const retryAt = await soonest(this.#endings.drain(), this.#records.drain());
    return retryAt ?? this.#looks.next(this.#following.now());
  }
}

/** The earlier of two instants that work may answer; both are waited for, and a failure of either is thrown. */
async function soonest(...work: Promise<number | null>[]): Promise<number | null> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const times = outcomes.flatMap((outcome) => ('value' in outcome && outcome.value !== null ? [outcome.value] : []));
  return times.length > 0 ? Math.min(...times) : null;
}

/** Rows of one follower and kind, oldest first. */
class FollowerRows<Body> implements OutboxStore<Body> {
  readonly #db: D1Database;
  readonly #follower: string;
  readonly #kind: string;
  readonly #bodyOf: (message: DirectoryMessage) => Body;

  constructor(db: D1Database, follower: string, kind: string, bodyOf: (message: DirectoryMessage) => Body) {
    this.#db = db;
    this.#follower = follower;
    this.#kind = kind;
    this.#bodyOf = bodyOf;
  }

  async next(done: readonly (number | string)[], limit: number, without: readonly string[]): Promise<Waiting<Body>[]> {
    const select = this.#db
      .prepare(
        `SELECT id, trail, body FROM directory_outbox
         WHERE follower = ? AND ${this.#kind} AND COALESCE(trail, '') NOT IN (SELECT value FROM json_each(?))
         ORDER BY id LIMIT ?`,
      )
      .bind(this.#follower, JSON.stringify(without), limit);
    const forget = this.#db
      .prepare('DELETE FROM directory_outbox WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(done));
    type Row = { id: number; trail: string | null; body: string };
    const answers = await this.#db.batch<Row>(done.length > 0 ? [forget, select] : [select]);
    return answers.at(-1)!.results.map(({ id, trail, body }) => ({
      id,
      ...(trail === null ? {} : { to: trail }),
      body: this.#bodyOf(JSON.parse(body) as DirectoryMessage),
    }));
  }

  failed(_ids: readonly (number | string)[], now: number): number {
    return now + RETRY_MS;
  }
}
