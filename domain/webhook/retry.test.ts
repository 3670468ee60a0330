import { expect, it } from 'vitest';
import { WEBHOOK_RETRY_SECONDS } from '../../platform/limits.ts';
import { judge, retryAfterMs } from './retry.ts';

const answer = (status: number, asked: number | null = null) => ({ status, retryAfterMs: asked });

it('delivers on 2xx, keeps what a receiver that is gone has not taken, retries everything else', () => {
  expect(judge(answer(204), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'delivered' });
  expect(judge(answer(410), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'gone' });
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

it('waits at least as long as it is asked to', () => {
  expect(judge(answer(503, 600_000), 1, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'retry', afterMs: 600_000 });
  expect(judge(answer(503, 1_000), 2, WEBHOOK_RETRY_SECONDS, 0)).toEqual({ outcome: 'retry', afterMs: 300_000 });
});

it('reads Retry-After as seconds and as a date, up to a day', () => {
  const now = Date.parse('2026-11-26T08:30:00Z');
  expect(retryAfterMs('120', now)).toBe(120_000);
  expect(retryAfterMs(' 120 ', now)).toBe(120_000);
  expect(retryAfterMs('Thu, 26 Nov 2026 08:31:00 GMT', now)).toBe(60_000);
  expect(retryAfterMs('Thu, 26 Nov 2026 08:29:00 GMT', now)).toBe(0);
  expect(retryAfterMs('99999999999999', now)).toBe(86_400_000);
  expect(retryAfterMs('Fri, 26 Nov 2027 08:31:00 GMT', now)).toBe(86_400_000);
  for (const unreadable of [null, '', 'soon', '-5', '5.5', '1e3', 'Thu, 40 Nov 2026 08:31:00 GMT']) {
    expect([unreadable, retryAfterMs(unreadable, now)]).toEqual([unreadable, null]);
  }
});
