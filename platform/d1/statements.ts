/** Statements of a batch, which is D1's only transaction. */
import type { Query } from 'drizzle-orm';

/** What prepares statements: a database, or a session of one. */
export type Preparing = Pick<D1Database, 'prepare'>;

/** A drizzle query as a statement of a batch. */
export function prepared(db: Preparing, query: { toSQL(): Query }): D1PreparedStatement {
  const { sql, params } = query.toSQL();
  return db.prepare(sql).bind(...params);
}

/**
 * The statement that makes a batch fail unless the statement before it changed exactly one row: with a version in that
 * statement's WHERE, a compare-and-set inside a transaction. It writes nothing: any other number breaks the table's CHECK.
 */
export function guard(db: Preparing): D1PreparedStatement {
  return db.prepare('INSERT INTO write_guard (expected) SELECT changes() WHERE changes() <> 1');
}
