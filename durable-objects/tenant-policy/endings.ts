/**
 * What ends with a session, a person or a machine client: one function each, for everybody who calls for it.
 * Rows go in the same turn in which it is noted that live sockets must close; that is told until it was heard.
 */
import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import type { ActedBy } from '../../contracts/kit/actor.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';
import { EVERYBODY } from '../live-access/everybody.ts';
import type { Tables } from './tables.ts';

/** Who ended a session and how, for the audit trail. */
export interface Cause {
  by: ActedBy;
  action: 'session.ended' | 'session.reused';
}

/** What ending things needs of the object. */
export interface EndingsOptions {
  organisationId: string;
  tables: Tables;
  now: () => number;
  record: (notes: AuditNote[]) => void;
  /** It is noted whose sockets must close. */
  onEnded: () => void;
}

/** Ends things of an organisation. */
export class Endings {
  readonly #options: EndingsOptions;
  readonly #tables: Tables;

  constructor(options: EndingsOptions) {
    this.#options = options;
    this.#tables = options.tables;
  }

  /**
   * Ends a session with its tokens and sockets, and records it under who caused it: null when it has run out, or when
   * the caller records it.
   */
  session(id: string, cause: Cause | null, userId?: string): boolean {
    const ended = this.#tables.sessions.end(id, userId);
    if (!ended) return false;
    const { organisationId, now, record } = this.#options;
    if (cause) {
      const { clientId, methods } = ended;
      const done = {
        organisationId,
        action: cause.action,
        object: { type: 'session' as const, id },
        before: { userId: ended.userId, clientId, methods },
      };
      record(notesOf(cause.by, done, now()));
    }
    this.#tell(id);
    return true;
  }

  /** Ends a user's sessions but one, and the sign-ins that are under way; answers how many sessions there were. */
  sessionsOf(userId: string, exceptId: string | null, by: ActedBy | null): number {
    const { codes, factors, sessions } = this.#tables;
    codes.dropOf(userId);
    factors.dropPendingOf(userId);
    const ids = sessions.idsOf(userId, exceptId);
    for (const id of ids) this.session(id, by && { by, action: 'session.ended' });
    return ids.length;
  }

  /** Ends what a user or machine client holds by the rights it had before; a change that is known ends nothing again. */
  principal(change: PrincipalChanged): void {
    const { principals, sessions } = this.#tables;
    if (!principals.change(change)) return;
    const { principal, keepSessionId, securityVersion, by } = change;
    if (principal.startsWith('usr_')) {
      this.sessionsOf(principal, keepSessionId, by);
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
    this.#options.onEnded();
  }
}
