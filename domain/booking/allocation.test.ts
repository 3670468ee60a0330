import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALLOCATION_STATUSES, closingOf, faultsOf, mayTurn, type Terms, whyClosed } from './allocation.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 26);
const GOOD: Terms = {
  origin: 'CNSHA',
  destination: 'NLRTM',
  period: '2026-W49',
  departureAt: NOW + 5 * DAY_MS,
  arrivalAt: NOW + 33 * DAY_MS,
  closesAt: NOW + 4 * DAY_MS,
};
const broken = (change: Partial<Terms>, before: Terms | null = null): string[] =>
  faultsOf({ ...GOOD, ...change }, before, NOW).map(({ term, code }) => `${term} ${code}`);

describe('terms of contracted space', () => {
  it('hold when the sailing is to come', () => {
    expect(broken({})).toEqual([]);
    expect(broken({ closesAt: null })).toEqual([]);
    expect(broken({ closesAt: GOOD.departureAt })).toEqual([]);
  });

  it('name each rule that they break', () => {
    expect(broken({ destination: 'CNSHA' })).toEqual(['destination same']);
    expect(broken({ period: '' })).toEqual(['period blank']);
    expect(broken({ period: ' \t' })).toEqual(['period blank']);
    expect(broken({ departureAt: NOW, closesAt: null })).toEqual(['departureAt past']);
    expect(broken({ arrivalAt: GOOD.departureAt })).toEqual(['arrivalAt order']);
    expect(broken({ closesAt: GOOD.departureAt + 1 })).toEqual(['closesAt order']);
    expect(broken({ closesAt: NOW })).toEqual(['closesAt past']);
    expect(broken({ arrivalAt: NOW + 5.01 * 365.25 * DAY_MS })).toEqual(['arrivalAt too_far']);
    expect(broken({ departureAt: Date.UTC(2001, 0, 1), destination: 'CNSHA' })).toEqual([
      'destination same',
      'departureAt past',
      'closesAt order',
    ]);
  });

  it('may leave in the past what a change leaves as it was, and nothing else', () => {
    const sailed = { ...GOOD, departureAt: NOW - DAY_MS, closesAt: NOW - 2 * DAY_MS };
    expect(broken({ ...sailed, arrivalAt: GOOD.arrivalAt + 1 }, sailed)).toEqual([]);
    expect(broken({ ...sailed, departureAt: NOW - DAY_MS + 1 }, sailed)).toEqual(['departureAt past']);
    expect(broken({ ...sailed, closesAt: NOW - 3 * DAY_MS }, sailed)).toEqual(['closesAt past']);
    // What was left out before is shown as the departure, and may be sent back as it was shown.
    const open = { ...sailed, closesAt: null };
    expect(broken({ ...open, closesAt: open.departureAt }, open)).toEqual([]);
  });
});

describe('space', () => {
  it('takes bookings until it closes, at the departure at the latest', () => {
    const space = { status: 'open', departureAt: 100, closesAt: 60 } as const;
    expect([59, 60, 99, 100].map((now) => whyClosed(space, now))).toEqual([null, 'expired', 'expired', 'departed']);
    expect([99, 100].map((now) => whyClosed({ ...space, closesAt: null }, now))).toEqual([null, 'departed']);
    expect(closingOf({ departureAt: 100, closesAt: 200 })).toBe(100);
    expect(whyClosed({ ...space, status: 'closed' }, 0)).toBe('closed');
    expect(whyClosed({ ...space, status: 'withdrawn' }, 0)).toBe('withdrawn');
  });

  it('that is withdrawn stays so, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ALLOCATION_STATUSES)), (tries) => {
        let status = tries[0] ?? 'open';
        let withdrawn = status === 'withdrawn';
        for (const to of tries) {
          if (mayTurn(status, to)) status = to;
          withdrawn ||= status === 'withdrawn';
          expect(status === 'withdrawn').toBe(withdrawn);
        }
      }),
    );
    expect([mayTurn('open', 'closed'), mayTurn('closed', 'open'), mayTurn('open', 'open')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
