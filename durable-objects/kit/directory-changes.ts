/**
 * What must follow changes of the directory: rows of its outbox, stored in the transaction of the change, which the
 * object that is named as their follower carries out. Whoever changes the directory announces it before and has it followed
 * afterwards; should it die in between, the object looks by itself.
 */

import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { deliverAudit } from '../../platform/audit.ts';
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
  readonly #outbox: Outbox<DirectoryMessage>;
  readonly #looks = new Looks();

  constructor(following: Following) {
    this.#following = following;
    const { db, follower, log, now } = following;
    const store = new FollowerRows(db, follower);
    this.#outbox = new Outbox({ store, deliver: (messages) => this.#follow(messages), log, now, batch: AT_ONCE });
  }

  /** A change is about to be written. */
  announce(): void {
    this.#following.lookAt(this.#looks.begin(this.#following.now()));
  }

  /** Carries out what was written before this. */
  async followNow(): Promise<void> {
    const retryAt = await this.#outbox.drainAfresh();
    if (retryAt !== null) this.#following.lookAt(retryAt);
  }

  /** Carries out what is there; answers when to look again, or null. */
  async look(): Promise<number | null> {
    const retryAt = await this.#outbox.drain();
    return retryAt ?? this.#looks.next(this.#following.now());
  }

  /** What ends does so before anything is awaited: a trail that is away keeps nobody in. */
  async #follow(messages: DirectoryMessage[]): Promise<void> {
    for (const message of messages) if (message.kind === 'principal_changed') this.#following.end?.(message);
    const notes = messages.flatMap((message) => (message.kind === 'audit' ? [message.note] : []));
    await deliverAudit(notes, this.#following.append);
  }
}

/** The rows of one follower, oldest first. */
class FollowerRows implements OutboxStore<DirectoryMessage> {
  readonly #db: D1Database;
  readonly #follower: string;

  constructor(db: D1Database, follower: string) {
    this.#db = db;
    this.#follower = follower;
  }

  async next(done: readonly (number | string)[], limit: number): Promise<Waiting<DirectoryMessage>[]> {
    const select = this.#db
      .prepare('SELECT id, body FROM directory_outbox WHERE follower = ? ORDER BY id LIMIT ?')
      .bind(this.#follower, limit);
    const forget = this.#db
      .prepare('DELETE FROM directory_outbox WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(done));
    const answers = await this.#db.batch<{ id: number; body: string }>(done.length > 0 ? [forget, select] : [select]);
    return answers.at(-1)!.results.map(({ id, body }) => ({ id, body: JSON.parse(body) as DirectoryMessage }));
  }

  failed(_ids: readonly (number | string)[], now: number): number {
    return now + RETRY_MS;
  }
}
