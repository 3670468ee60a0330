import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkDigit, isValidContainerNumber, normalizeContainerNumber } from './iso6346.ts';

it('knows the check digits of published numbers', () => {
  // CSQU3054383 is the worked example of the standard's annex; the others are real boxes.
  for (const number of ['CSQU3054383', 'MSKU9070323', 'TOLU4734787']) {
    expect(isValidContainerNumber(number)).toBe(true);
  }
  expect(isValidContainerNumber('CSQU3054384')).toBe(false);
  expect(isValidContainerNumber('csqu3054383')).toBe(false);
});

it('normalizes what people type', () => {
  expect(normalizeContainerNumber('csqu 305438-3')).toBe('CSQU3054383');
});

it('notices any single wrong digit, but for the 0/10 ambiguity the standard warns of', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Z]{4}[0-9]{6}$/),
      fc.integer({ min: 4, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (ten, at, shift) => {
        const wrong = ten.slice(0, at) + ((Number(ten[at]) + shift) % 10) + ten.slice(at + 1);
        const clash = checkDigit(ten) === checkDigit(wrong);
        expect(clash ? checkDigit(ten) : -1).toBeLessThanOrEqual(0);
      },
    ),
  );
});
