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

/** Whether the database failed us; a broken constraint is a defect of ours and stays one. */
export function isDatabaseError(error: unknown): boolean {
  const text = errorText(error);
  return /D1_|D1 |SQLITE|Failed query|Network connection lost/i.test(text) && !/constraint failed/i.test(text);
}
