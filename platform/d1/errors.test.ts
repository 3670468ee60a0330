import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isDatabaseError, Unreachable } from './errors.ts';
import { within } from './within.ts';

/** Messages of D1, of SQLite through it, and of the runtime for the object behind a database. */
const TROUBLE = [
  'D1_ERROR: no such table: bookings: SQLITE_ERROR',
  'D1_ERROR: no such column: revision at offset 12: SQLITE_ERROR',
  'D1_ERROR: table bookings has no column named confirmed_by at offset 210: SQLITE_ERROR',
  'D1_ERROR: CHECK constraint failed: of_another_release: SQLITE_CONSTRAINT',
  'D1_ERROR: UNIQUE constraint failed: shipments.booking_id: SQLITE_CONSTRAINT',
  'D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: Exceeded maximum DB size.',
  'D1_ERROR: database disk image is malformed: SQLITE_CORRUPT',
  'D1_ERROR: internal error; reference = 0123456789abcdef',
  'D1_EXEC_ERROR: Error in line 1: SELECT: incomplete input: SQLITE_ERROR',
  'D1_SESSION_ERROR: invalid bookmark or constraint',
  'internal error; reference = 0123456789abcdef',
  'Network connection lost.',
  'Replica disconnected from primary.',
  "The Durable Object's code has been updated, this version can no longer access storage.",
];

describe('trouble of a database', () => {
  it.each(TROUBLE)('is: %s', (message) => {
    expect(isDatabaseError(new Error(message))).toBe(true);
    const wrapped = new Error(`Failed query: select "id" from "bookings"\nparams: `, { cause: new Error(message) });
    expect(isDatabaseError(wrapped)).toBe(true);
  });

  it('is what the runtime marks as passing, and what cannot be asked at all', () => {
    expect(isDatabaseError(Object.assign(new Error('try again'), { retryable: true }))).toBe(true);
    expect(isDatabaseError(Object.assign(new Error('too much'), { overloaded: true }))).toBe(true);
    expect(isDatabaseError(new Unreachable('No shard is bound as SHARD_9'))).toBe(true);
  });

  it('is no defect of ours, wrapped or not', () => {
    const defects = [
      new TypeError("Cannot read properties of undefined (reading 'id')"),
      new TypeError('D1_ERROR is not defined'),
      new RangeError('Invalid time value'),
      new SyntaxError('Unexpected token in JSON'),
      new Error("D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'"),
      new Error('allocation all_1 of booking bkg_1 is missing'),
      'thrown text',
      null,
    ];
    for (const defect of defects) expect([defect, isDatabaseError(defect)]).toEqual([defect, false]);
    // A long statement must not hide what is behind it.
    const statement = `Failed query: select ${'"a_column", '.repeat(200)}\nparams: `;
    expect(isDatabaseError(new Error(statement, { cause: defects[4] }))).toBe(false);
    expect(isDatabaseError(new Error(statement, { cause: defects[0] }))).toBe(false);
  });
});

describe('waiting for a database', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends when time is up, as trouble of the database', async () => {
    const answer = within(3_000, new Promise(() => {})).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(isDatabaseError(await answer)).toBe(true);
  });

  it('answers what came in time, also a failure, and leaves no timer', async () => {
    expect(await within(3_000, Promise.resolve(7))).toBe(7);
    await expect(within(3_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});
