import { describe, expect, it } from 'vitest';
import { bookmarkOf, expectedVersion, idempotencyKey, matchesEtag } from './conditions.ts';

describe('If-None-Match', () => {
  it('is a list, compared weakly (RFC 9110 section 13.1.2)', () => {
    for (const header of ['"3"', 'W/"3"', '"1", "3"', '*'])
      expect([header, matchesEtag(header, '"3"')]).toEqual([header, true]);
    for (const header of [null, '', '"4"', '3', '"33"'])
      expect([header, matchesEtag(header, '"3"')]).toEqual([header, false]);
  });
});

describe('If-Match', () => {
  it('names one version, strong or weak', () => {
    expect(expectedVersion('"3"')).toBe(3);
    expect(expectedVersion('W/"3"')).toBe(3);
  });

  it('is required, and no list', () => {
    expect(expectedVersion(null)).toMatchObject({ code: 'precondition.required' });
    for (const header of ['*', '3', '"x"', '"1", "2"', '"-1"']) {
      expect([header, expectedVersion(header)]).toMatchObject([header, { code: 'precondition.failed' }]);
    }
  });
});

describe('Idempotency-Key', () => {
  it('has 8 to 128 visible characters', () => {
    expect(idempotencyKey('12345678')).toBe('12345678');
    for (const header of [null, 'short', 'x'.repeat(129), 'with blank', 'newline\n']) {
      expect([header, idempotencyKey(header)]).toMatchObject([
        header,
        { faults: [{ pointer: '/header/Idempotency-Key' }] },
      ]);
    }
  });
});

describe('Fairlead-Bookmark', () => {
  it('is one that D1 gave, on the network or locally', () => {
    expect(bookmarkOf(null)).toBeUndefined();
    for (const header of [
      '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683',
      '00000000-00000005-00000000-00000000000000000000000000000000',
    ]) {
      expect(bookmarkOf(header)).toBe(header);
    }
  });

  it('is refused by its name when it is anything else', () => {
    for (const header of [
      '',
      'garbage',
      'first-unconstrained',
      'first-primary',
      '00000001',
      `${'0'.repeat(8)}-`,
      "'; --",
    ]) {
      expect([header, bookmarkOf(header)]).toMatchObject([
        header,
        { code: 'invalid', faults: [{ pointer: '/header/Fairlead-Bookmark' }] },
      ]);
    }
  });
});
