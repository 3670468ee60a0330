import { expect, it } from 'vitest';
import { failureWaitMs, isLost } from './evidence.ts';

const SENT = 1_795_000_000_000;
const message = { sentAt: SENT, sends: 1 };
const after = (ms: number, more: object = {}) => ({ now: SENT + ms, backlog: 500, confirmedSentAt: 0, ...more });

it('takes nothing for lost that may still be on its way', () => {
  expect(isLost(message, after(14_000, { backlog: 0 }))).toBe(false);
  expect(isLost(message, after(300_000))).toBe(false);
  expect(isLost(message, after(300_000, { backlog: null }))).toBe(false);
});

it('takes for lost what an empty queue does not have, and what later messages have overtaken', () => {
  expect(isLost(message, after(16_000, { backlog: 0 }))).toBe(true);
  expect(isLost(message, after(60_000, { confirmedSentAt: SENT + 10_000 }))).toBe(false);
  expect(isLost(message, after(60_000, { confirmedSentAt: SENT + 16_000 }))).toBe(true);
});

it('waits for evidence longer with every send, and not for ever', () => {
  const third = { sentAt: SENT, sends: 3 };
  expect(isLost(third, after(59_000, { backlog: 0 }))).toBe(false);
  expect(isLost(third, after(61_000, { backlog: 0 }))).toBe(true);
  expect(isLost(message, after(600_000))).toBe(true);
  expect(isLost(third, after(600_000))).toBe(false);
});

it('tries a share that failed at growing intervals', () => {
  expect([1, 2, 3, 20].map(failureWaitMs)).toEqual([4_000, 8_000, 16_000, 300_000]);
});
