/**
 * What must follow changes of the directory: rows of its outbox, stored in the transaction of the change, which
 * this organisation's object carries out. Whoever changes the directory announces it before and has it followed
 * afterwards; should it die in between, the object looks by itself.
 */
import type { DirectoryMessage } from '../../contracts/identity/access.ts';
import type { Logger } from '../../platform/log.ts';
import { Outbox, type OutboxStore, type Waiting } from '../../platform/outbox.ts';
import { Looks } from '../kit/looks.ts';

const RETRY_MS = 2_000;
/** Changes carried out at once. */
const AT_ONCE = 100;

/** What following changes needs. */
export interface Following {
  db: D1Database;
  organisationId: string;
  log: Logger;
  now: () => number;
  /** Carries messages out; again, if it failed half-way. */
  follow: (messages: DirectoryMessage[]) => Promise<void>;
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
    const { db, organisationId, log, now, follow } = following;
    const store = new OrganisationRows(db, organisationId);
    this.#outbox = new Outbox({ store, deliver: follow, log, now, batch: AT_ONCE });
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
}

/** The rows of one organisation, oldest first. */
class OrganisationRows implements OutboxStore<DirectoryMessage> {
  readonly #db: D1Database;
  readonly #organisationId: string;

  constructor(db: D1Database, organisationId: string) {
    this.#db = db;
    this.#organisationId = organisationId;
  }

  async next(done: readonly (number | string)[], limit: number): Promise<Waiting<DirectoryMessage>[]> {
    const select = this.#db
      .prepare('SELECT id, body FROM directory_outbox WHERE organisation_id = ? ORDER BY id LIMIT ?')
      .bind(this.#organisationId, limit);
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
