/**
 * What ends with a session, a person or a machine client: one function each, for everybody who calls for it.
 * Rows go in the same turn in which it is noted that live sockets must close; that is told until it was heard.
 */
import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import { EVERYBODY } from '../live-access/everybody.ts';
import type { Tables } from './tables.ts';

/** Ends things of an organisation; `onEnded` is called once it is noted whose sockets must close. */
export class Endings {
  readonly #tables: Tables;
  readonly #onEnded: () => void;

  constructor(tables: Tables, onEnded: () => void) {
    this.#tables = tables;
    this.#onEnded = onEnded;
  }

  /** Ends a session with its tokens and sockets; `userId` narrows it to that user's. */
  session(id: string, userId?: string): boolean {
    const ended = this.#tables.sessions.end(id, userId);
    if (ended) this.#tell(id);
    return ended;
  }

  /** Ends a user's sessions but one, and the sign-ins that are under way; answers how many sessions there were. */
  sessionsOf(userId: string, exceptId: string | null): number {
    const { codes, factors, sessions } = this.#tables;
    codes.dropOf(userId);
    factors.dropPendingOf(userId);
    const ids = sessions.idsOf(userId, exceptId);
    for (const id of ids) this.session(id);
    return ids.length;
  }

  /** Ends what a user or machine client holds by the rights it had before; a change that is known ends nothing again. */
  principal(change: PrincipalChanged): void {
    const { principals, sessions } = this.#tables;
    if (!principals.change(change)) return;
    const { principal, keepSessionId, securityVersion } = change;
    if (principal.startsWith('usr_')) {
      this.sessionsOf(principal, keepSessionId);
      if (keepSessionId) sessions.carryOver(keepSessionId, securityVersion);
    } else {
      this.#tell(principal);
    }
  }

  /** The sockets of a session or machine client close, though it goes on: which of them a token opened is not known. */
  socketsOf(holder: string): void {
    this.#tell(holder);
  }

  /** Everybody's sockets close, as when live sockets are switched off. */
  everybodysSockets(): void {
    this.#tell(EVERYBODY);
  }

  #tell(holder: string): void {
    this.#tables.ended.put([holder]);
    this.#onEnded();
  }
}
