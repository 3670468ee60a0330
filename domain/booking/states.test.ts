import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BOOKING_STATES, type BookingState, mayBecome, nextStates, releasesSpace } from './states.ts';

it('releases space at most once and never after sailing, whatever is tried in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...BOOKING_STATES), { maxLength: 20 }), (tries) => {
      let state: BookingState = 'requested';
      let released = 0;
      let sailed = false;
      for (const to of tries) {
        if (!mayBecome(state, to)) continue;
        state = to;
        sailed ||= to === 'shipped';
        if (releasesSpace(to)) released++;
      }
      expect(released).toBeLessThanOrEqual(sailed ? 0 : 1);
    }),
  );
});

it('ends at completed and cancelled', () => {
  expect(nextStates('completed')).toEqual([]);
  expect(nextStates('cancelled')).toEqual([]);
  expect(mayBecome('confirmed', 'requested')).toBe(false);
});
