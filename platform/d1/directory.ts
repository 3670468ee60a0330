/** The directory database: organisations, people, machines, connections. */
import type { AnswerStore } from './idempotency.ts';

/** Where answers of writes to the directory are stored: sealed, since some show a secret. */
export function directoryAnswers(env: { DIRECTORY: D1Database; SEALING_KEY: string }): AnswerStore {
  return { db: env.DIRECTORY, primary: env.DIRECTORY, sealingKey: env.SEALING_KEY, prune: true };
}
