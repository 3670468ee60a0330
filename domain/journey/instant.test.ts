import { expect, it } from 'vitest';
import { parseInstant } from './instant.ts';

it('reads stated offsets, port zones and naked times, and says which', () => {
  const iso = (text: string, zone: string | null = null) => {
    const parsed = parseInstant(text, zone);
    return parsed && [new Date(parsed.at).toISOString(), parsed.zoneSource];
  };
  expect(iso('2026-03-01T10:00:00+08:00')).toEqual(['2026-03-01T02:00:00.000Z', 'stated']);
  expect(iso('2026-03-01T10:00:00-0530')).toEqual(['2026-03-01T15:30:00.000Z', 'stated']);
  expect(iso('2026-03-01 10:00')).toEqual(['2026-03-01T10:00:00.000Z', 'assumed_utc']);
  expect(iso('2026-07-01T10:00:00', 'Europe/Amsterdam')).toEqual(['2026-07-01T08:00:00.000Z', 'port']);
  expect(iso('2026-01-01T10:00:00', 'Europe/Amsterdam')).toEqual(['2026-01-01T09:00:00.000Z', 'port']);
});

it('refuses what is no date', () => {
  for (const text of ['', 'yesterday', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T10:61:00Z']) {
    expect(parseInstant(text, null)).toBeNull();
  }
});
