/** The tables of an organisation's policy object, each group behind a class of its own. */
import { SqlOutbox } from '../kit/outbox.ts';
import type { Sql } from '../kit/sql.ts';
import { Codes } from './codes.ts';
import { Denials } from './denials.ts';
import { PolicyDocuments } from './documents.ts';
import { Factors } from './factors.ts';
import { GROUPS, UP_TO_0_3 } from './migrations.ts';
import { Principals } from './principals.ts';
import { QuotaBook } from './quotas.ts';
import { Revocations } from './revocations.ts';
import { Sessions } from './sessions.ts';

/** Every group of tables. */
export interface Tables {
  codes: Codes;
  sessions: Sessions;
  principals: Principals;
  revocations: Revocations;
  factors: Factors;
  documents: PolicyDocuments;
  quotas: QuotaBook;
  denials: Denials;
  /** Holders of live sockets that have ended, until LiveAccess knows. */
  ended: SqlOutbox<string>;
}

/** Opens the tables, brought up to date. */
export function openTables(sql: Sql): Tables {
  sql.migrateGroups(GROUPS, UP_TO_0_3);
  return {
    codes: new Codes(sql),
    sessions: new Sessions(sql),
    principals: new Principals(sql),
    revocations: new Revocations(sql),
    factors: new Factors(sql),
    documents: new PolicyDocuments(sql),
    quotas: new QuotaBook(sql),
    denials: new Denials(sql),
    ended: new SqlOutbox<string>(sql),
  };
}
