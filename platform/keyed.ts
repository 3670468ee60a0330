/** Keyed writes of the directory: the answer is stored, sealed, in the transaction of its effect. */
import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../contracts/actor.ts';
import { type Failure, type Keyed, ok, type Result } from '../contracts/result.ts';
import { isSameRequest, keyMismatch, requestHash } from './idempotency.ts';
import { IDEMPOTENCY_HOURS } from './limits.ts';
import { errorText } from './log.ts';
import { idempotencyRecords } from './schema/directory.ts';
import { open, seal } from './secrets.ts';

/** What a keyed write needs of an environment. */
export interface KeyedEnv {
  DIRECTORY: D1Database;
  SEALING_KEY: string;
}

/** A keyed request. */
export interface KeyedRequest {
  operation: string;
  key: string;
  input: unknown;
}

/** A statement of a batch. */
export type Statement = BatchItem<'sqlite'>;

/** Whether an error is a UNIQUE constraint's; drizzle puts the database's message in `cause`. */
export function isTaken(error: unknown): boolean {
  return errorText(error).includes('UNIQUE constraint failed');
}

/** Whether an error is that of the guard: the row is not as expected any more. */
export function isStale(error: unknown): boolean {
  return errorText(error).includes('write_guard_expected_one');
}

/** The statements that make a batch fail unless the statement before them changed exactly one row. */
export function guard(db: ReturnType<typeof drizzle>): [Statement, Statement] {
  return [db.run(sql`INSERT INTO write_guard (expected) SELECT changes()`), db.run(sql`DELETE FROM write_guard`)];
}

/**
 * Does a keyed write once: `make` prepares the answer and the statements of its effect, which are
 * committed together with the record of the answer. The same key again answers the first answer.
 */
export async function once<T>(
  env: KeyedEnv,
  actor: Actor,
  request: KeyedRequest,
  make: (now: number) => Promise<{ answer: T; statements: Statement[] } | Failure>,
  explain: (error: unknown) => Failure | null = () => null,
): Promise<Result<Keyed<T>>> {
  const stored = await replay<T>(env, actor, request);
  if (stored) return stored;
  const now = Date.now();
  const made = await make(now);
  if ('ok' in made) return made;
  const db = drizzle(env.DIRECTORY);
  const record = {
    tenantId: actor.tenantId,
    operation: operationOf(actor, request),
    key: request.key,
    requestHash: await requestHash(env.SEALING_KEY, actor, request.input),
    answer: await seal(env.SEALING_KEY, contextOf(actor, request), JSON.stringify(made.answer)),
    createdAt: now,
  };
  try {
    await db.batch([
      db.delete(idempotencyRecords).where(lt(idempotencyRecords.createdAt, now - IDEMPOTENCY_HOURS * 3_600_000)),
      db.insert(idempotencyRecords).values(record),
      ...made.statements,
    ]);
  } catch (error) {
    const first = isTaken(error) ? await replay<T>(env, actor, request) : null;
    const failure = first ?? explain(error);
    if (failure) return failure;
    throw error;
  }
  return ok({ value: made.answer, replayed: false });
}

/** A key belongs to whoever made it, not to the whole organisation. */
function operationOf(actor: Actor, { operation }: KeyedRequest): string {
  return `${operation}:${actor.subject}`;
}

function contextOf(actor: Actor, request: KeyedRequest): string {
  return `answer:${actor.tenantId}:${operationOf(actor, request)}:${request.key}`;
}

async function replay<T>(env: KeyedEnv, actor: Actor, request: KeyedRequest): Promise<Result<Keyed<T>> | null> {
  const record = await drizzle(env.DIRECTORY)
    .select()
    .from(idempotencyRecords)
    .where(
      and(
        eq(idempotencyRecords.tenantId, actor.tenantId),
        eq(idempotencyRecords.operation, operationOf(actor, request)),
        eq(idempotencyRecords.key, request.key),
      ),
    )
    .get();
  if (!record) return null;
  if (!(await isSameRequest(env.SEALING_KEY, record.requestHash, actor, request.input))) return keyMismatch();
  const answer = await open(env.SEALING_KEY, contextOf(actor, request), record.answer);
  return ok({ value: JSON.parse(answer) as T, replayed: true });
}
