/** Sealed answers to requests under idempotency keys: not sealed anew, since a day later nobody asks for them. */
import type { Remainder } from '../../contracts/kit/sealing.ts';
import { IDEMPOTENCY_HOURS } from '../limits.ts';

/** Answers that need another key than the current one; `isOurs` is a condition on `operation` in SQL. */
export async function answersUnderOldKeys(
  db: D1Database,
  current: string,
  isOurs: string,
  now: number,
): Promise<Remainder[]> {
  const { results } = await db
    .prepare(
      `SELECT substr(answer, 1, instr(answer, '.') - 1) AS keyId, count(*) AS count FROM idempotency_records
       WHERE created_at >= ?1 AND ${isOurs} AND substr(answer, 1, instr(answer, '.') - 1) <> ?2 GROUP BY 1 LIMIT 20`,
    )
    .bind(now - IDEMPOTENCY_HOURS * 3_600_000, current)
    .all<{ keyId: string; count: number }>();
  return results.map(({ keyId, count }) => ({ ring: 'sealing-keys', what: 'answers of the last day', keyId, count }));
}
