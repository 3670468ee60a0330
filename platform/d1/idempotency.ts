/**
 * Idempotency keys of writes to a database: the answer is stored in the transaction of its effect, so both
 * exist or neither. The directory and every shard have the same table of them.
 */
import type { Answer, Failure } from '../../contracts/kit/result.ts';
import type { Scope } from '../../contracts/kit/serve.ts';
import { IDEMPOTENCY_HOURS } from '../limits.ts';
import { isSameRequest, keyMismatch, plainRequestHash, requestHash } from '../request-hash.ts';
import { open, seal } from '../secrets.ts';
import { isKeyUsed } from './errors.ts';

/** Where answers are stored. */
export interface AnswerStore {
  /** Writes go here: a database, or a session of one. */
  db: Pick<D1Database, 'prepare' | 'batch'>;
  /** Stored answers are read here: a replica that lags behind would answer "no such key". */
  primary: D1Database;
  /** Seals what is stored: for answers that show a secret, and requests that hold one. */
  sealingKey?: string;
  /** Drops old answers with every write; a shard's relay does so apart. */
  prune?: true;
}

/** A request under an idempotency key. */
export interface IdempotentRequest {
  operation: string;
  key: string;
  input: unknown;
}

/** The effect of a write: its answer, and the statements that are committed together with it. */
export interface Effect<T> {
  answer: T;
  statements: D1PreparedStatement[];
}

/** How a write is made once. */
export interface Write<T> {
  /** Looks for the stored answer only when the write fails: for writes that are refused by the database alone. */
  optimistic?: boolean;
  /** Prepares the effect, or refuses. */
  make: () => Promise<Effect<T> | Failure>;
  /** What a refusal of the database means; null for a defect. */
  explain?: (error: unknown) => Promise<Failure | null> | Failure | null;
}

/** Does a write once: the same key again answers the first answer. */
export async function once<T>(
  store: AnswerStore,
  scope: Scope,
  request: IdempotentRequest,
  now: number,
  { optimistic, make, explain }: Write<T>,
): Promise<Answer<T>> {
  const stored = optimistic ? null : await replay<T>(store, scope, request);
  if (stored) return stored;
  const effect = await make();
  if ('ok' in effect) return effect;
  try {
    await store.db.batch([
      ...(store.prune ? [forgetAnswers(store.db, now)] : []),
      await insert(store, scope, request, effect.answer, now),
      ...effect.statements,
    ]);
  } catch (error) {
    const first = optimistic || isKeyUsed(error) ? await replay<T>(store, scope, request) : null;
    const failure = first ?? (await explain?.(error)) ?? null;
    if (failure) return failure;
    throw error;
  }
  return { ok: true, value: effect.answer, replayed: false };
}

/** A key belongs to whoever made it, not to the whole organisation. */
const nameOf = (scope: Scope, { operation }: IdempotentRequest): string => `${operation}:${scope.subject}`;

const contextOf = (scope: Scope, request: IdempotentRequest): string =>
  `answer:${scope.tenantId}:${nameOf(scope, request)}:${request.key}`;

async function insert(
  { db, sealingKey }: AnswerStore,
  scope: Scope,
  request: IdempotentRequest,
  answer: unknown,
  now: number,
): Promise<D1PreparedStatement> {
  const text = JSON.stringify(answer);
  const [hash, stored] = sealingKey
    ? await Promise.all([
        requestHash(sealingKey, scope, request.input),
        seal(sealingKey, contextOf(scope, request), text),
      ])
    : [await plainRequestHash(scope, request.input), text];
  return db
    .prepare(
      `INSERT INTO idempotency_records (tenant_id, operation, key, request_hash, answer, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .bind(scope.tenantId, nameOf(scope, request), request.key, hash, stored, now);
}

/** The stored answer of a key that was used before, or the refusal when the request was another. */
async function replay<T>(store: AnswerStore, scope: Scope, request: IdempotentRequest): Promise<Answer<T> | null> {
  const record = await store.primary
    .prepare(
      'SELECT request_hash AS hash, answer FROM idempotency_records WHERE tenant_id = ? AND operation = ? AND key = ?',
    )
    .bind(scope.tenantId, nameOf(scope, request), request.key)
    .first<{ hash: string; answer: string }>();
  if (!record) return null;
  const { sealingKey } = store;
  const same = sealingKey
    ? await isSameRequest(sealingKey, record.hash, scope, request.input)
    : record.hash === (await plainRequestHash(scope, request.input));
  if (!same) return keyMismatch();
  const text = sealingKey ? await open(sealingKey, contextOf(scope, request), record.answer) : record.answer;
  return { ok: true, value: JSON.parse(text) as T, replayed: true };
}

/** The statement that drops answers nobody asks for any more. */
export function forgetAnswers(db: Pick<D1Database, 'prepare'>, now: number): D1PreparedStatement {
  return db.prepare('DELETE FROM idempotency_records WHERE created_at < ?').bind(now - IDEMPOTENCY_HOURS * 3_600_000);
}
