/** What a database's refusal means. drizzle puts the database's message in `cause`, which errorText reads too. */
import { errorText } from '../log.ts';

/** Whether an error is a UNIQUE constraint's. */
export function isTaken(error: unknown): boolean {
  return errorText(error).includes('UNIQUE constraint failed');
}

/** Whether an idempotency key was used before. */
export function isKeyUsed(error: unknown): boolean {
  return errorText(error).includes('UNIQUE constraint failed: idempotency_records');
}

/** Whether an error is that of the guard: the row is not as expected any more. */
export function isStale(error: unknown): boolean {
  return errorText(error).includes('write_guard_expected_one');
}

/** Whether an error is that of `actingAs`: whoever writes may not act any more. */
export function isActorGone(error: unknown): boolean {
  return errorText(error).includes('actor_guard_expected_one');
}

/** A database that cannot be asked, or has not answered in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Defects of ours, also where drizzle or D1 wraps them: a value that cannot be bound never reached the database. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];
const DEFECT = /D1_TYPE_ERROR/;
/** D1's and SQLite's own messages, and the runtime's of a database object that is gone (which D1 does not wrap). */
const TROUBLE =
  /\bD1_\w+|\bD1 DB\b|\bSQLITE_|^Failed query|Network connection lost|Replica disconnected|^internal error; reference|Durable Object/i;

/**
 * Whether the database failed us, in whatever form: it cannot be reached, is overloaded, lacks a table, or refuses
 * for a constraint that the writer did not expect. Expected refusals are looked for before this is asked.
 */
export function isDatabaseError(error: unknown): boolean {
  const chain = causesOf(error);
  if (chain.some((each) => DEFECTS.some((Defect) => each instanceof Defect) || DEFECT.test(each.message))) return false;
  return chain.some((each) => each instanceof Unreachable || isPassing(each) || TROUBLE.test(each.message));
}

/** Drizzle's error has the database's as its cause, and that sometimes the runtime's. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error && chain.length < 5; each = each.cause) chain.push(each);
  return chain;
}

/** Whether the runtime marks an error as one of the moment (Durable Objects, "Error handling"). */
function isPassing(error: Error): boolean {
  const { retryable, overloaded } = error as { retryable?: unknown; overloaded?: unknown };
  return retryable === true || overloaded === true;
}
