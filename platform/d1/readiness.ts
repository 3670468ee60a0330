import type { Part } from '../../contracts/kit/readiness.ts';
import { errorText } from '../log.ts';

/** Whether databases answer and have the table that says their migrations were applied. */
export function readinessOf(databases: Record<string, D1Database>, table: string): Promise<Part[]> {
  return Promise.all(
    Object.entries(databases).map(async ([name, database]): Promise<Part> => {
      try {
        await database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).all();
        return { name, ready: true };
      } catch (error) {
        return { name, ready: false, reason: errorText(error) };
      }
    }),
  );
}
