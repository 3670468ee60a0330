import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FailureMemory, noteFailure, pauseBefore } from './failures.ts';

const RULE = { failures: 3, windowMs: 100 };

/** Plays failures at the given instants; returns the instants at which an alert was raised. */
function play(instants: number[]): number[] {
  let memory: FailureMemory | null = null;
  const raised: number[] = [];
  for (const now of instants) {
    const { at, verdict }: { at: number[]; verdict: string } = noteFailure(memory, now, RULE);
    if (verdict === 'raise') raised.push(now);
    memory = { at, alertId: verdict === 'quiet' ? null : 'alert' };
  }
  return raised;
}

describe('alerts from failures', () => {
  it('are raised once for one attack, and again only after quiet', () => {
    expect(play([0, 10, 20, 30, 40, 130, 220])).toEqual([20]);
    expect(play([0, 10, 20, 121, 130, 140])).toEqual([20, 140]);
    expect(play([0, 10, 120, 130, 300])).toEqual([]);
  });

  it('are raised exactly when some window of the quiet time holds enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 12 }), (gaps) => {
        const instants = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0));
        const enough = instants.some((at, i) => i >= 2 && at - instants[i - 2]! < RULE.windowMs);
        expect(play(instants).length > 0).toBe(enough);
      }),
    );
  });
});

describe('pauses between tries', () => {
  it('begin at the limit and end when the oldest of them leaves the window', () => {
    expect(pauseBefore([0, 10], 20, RULE)).toBe(0);
    expect(pauseBefore([0, 10, 20], 30, RULE)).toBe(70);
    expect(pauseBefore([0, 10, 20], 100, RULE)).toBe(0);
  });
});
