/** What must follow changes of the directory, stored in the transaction of the change. */
import type { PrincipalChanged } from '../../contracts/identity/access.ts';
import type { AuditNote } from '../../platform/audit.ts';
import type { Preparing } from '../../platform/d1/statements.ts';

/** What follows: a principal's holdings end, or the audit trail learns of an act. */
export type DirectoryMessage = PrincipalChanged | { kind: 'audit'; note: AuditNote };

/** The statements, for the batch of a change, that store what its follower must do: an organisation or a connection, by id. */
export function following(
  db: Preparing,
  follower: string,
  messages: readonly DirectoryMessage[],
): D1PreparedStatement[] {
  return messages.map((message) =>
    db
      .prepare('INSERT INTO directory_outbox (follower, trail, body) VALUES (?, ?, ?)')
      .bind(follower, message.kind === 'audit' ? message.note.organisationId : null, JSON.stringify(message)),
  );
}

/** The statements that store acts for the audit trail. */
export function audited(db: Preparing, follower: string, notes: readonly AuditNote[]): D1PreparedStatement[] {
  return following(
    db,
    follower,
    notes.map((note) => ({ kind: 'audit', note })),
  );
}
