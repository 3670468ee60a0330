import { expect, it } from 'vitest';
import { WEBHOOK_RETRY_SECONDS } from '../../platform/limits.ts';
import { judge } from './retry.ts';

const answer = (status: number, retryAfterSeconds: number | null = null) => ({ status, retryAfterSeconds });

it('delivers on 2xx, gives up on 410, retries everything else', () => {
  expect(judge(answer(204), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'delivered' });
  expect(judge(answer(410), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'disable_endpoint' });
  for (const attempt of [answer(302), answer(400), answer(500), { error: 'timeout' }]) {
    expect(judge(attempt, 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'retry', afterMs: 5_000 });
  }
});

it('follows the schedule to its end', () => {
  const delays = WEBHOOK_RETRY_SECONDS.map((_, attempts) =>
    judge(answer(500), attempts + 1, WEBHOOK_RETRY_SECONDS, 0.5),
  );
  expect(delays[1]).toEqual({ outcome: 'retry', afterMs: 330_000 });
  expect(delays.at(-1)).toEqual({ outcome: 'failed' });
});

it('honours Retry-After up to a day', () => {
  expect(judge(answer(503, 600), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'retry', afterMs: 600_000 });
  expect(judge(answer(503, 1e9), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'retry', afterMs: 86_400_000 });
});
