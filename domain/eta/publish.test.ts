import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, intervalAround, type Publication, thresholdMs } from './publish.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
/** An estimate with a wide interval. */
const about = (p50: number) => ({ p10: p50 - 60 * HOUR, p50, p90: p50 + 60 * HOUR });
const published = (inHours: number): Publication => ({
  p50: NOW + inHours * HOUR,
  at: NOW,
  revisions: 0,
  beyondSince: null,
  side: 0,
});

describe('decide', () => {
  it('publishes a first estimate, and nothing that moves less than the threshold', () => {
    expect(decide(null, about(NOW + HOUR), NOW, false)).toMatchObject({
      published: true,
      publication: { revisions: 0 },
    });
    const before = published(200);
    expect(thresholdMs(before.p50, NOW)).toBe(6 * HOUR);
    expect(decide(before, about(before.p50 + 5 * HOUR), NOW, false)).toEqual({ publication: before, published: false });
  });

  it('waits whether a move stays before it publishes it', () => {
    const before = published(200);
    const moved = before.p50 + 8 * HOUR;
    const first = decide(before, about(moved), NOW, false);
    expect(first.published).toBe(false);
    const back = decide(first.publication, about(before.p50 + HOUR), NOW + HOUR, false);
    expect(back.publication).toMatchObject({ p50: before.p50, side: 0 });
    const stayed = decide(first.publication, about(moved), NOW + 2 * HOUR, false);
    expect(stayed).toMatchObject({ published: true, publication: { p50: moved, revisions: 1 } });
    // A move to the other side begins its own wait.
    const other = decide(first.publication, about(before.p50 - 8 * HOUR), NOW + 2 * HOUR, false);
    expect(other.published).toBe(false);
  });

  it('publishes at once what is large, urgent or overtaken by time', () => {
    const before = published(200);
    expect(decide(before, about(before.p50 + 20 * HOUR), NOW, false).published).toBe(true);
    expect(decide(before, about(before.p50 + 2 * HOUR), NOW, true).published).toBe(true);
    expect(decide(before, about(before.p50 + HOUR), before.p50 + 1, false).published).toBe(true);
  });

  it('does not stay with a median that its own interval excludes', () => {
    const before = published(200);
    const narrow = { p10: before.p50 + HOUR, p50: before.p50 + 2 * HOUR, p90: before.p50 + 3 * HOUR };
    const first = decide(before, narrow, NOW, false);
    expect(first.published).toBe(false);
    expect(decide(first.publication, narrow, NOW + 2 * HOUR, false).published).toBe(true);
  });

  it('revises a flapping estimate far less often than it flaps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 50, maxLength: 50 }), (noise) => {
        let publication = published(300);
        noise.forEach((hours, i) => {
          publication = decide(publication, about(NOW + (300 + hours) * HOUR), NOW + i * 0.5 * HOUR, false).publication;
        });
        expect(publication.revisions).toBeLessThan(12);
      }),
    );
  });
});

describe('intervalAround', () => {
  it('always holds the published median', () => {
    expect(intervalAround(5, { p10: 6, p50: 8, p90: 9 })).toEqual({ p10: 5, p90: 9 });
    expect(intervalAround(12, { p10: 6, p50: 8, p90: 9 })).toEqual({ p10: 6, p90: 12 });
  });
});
