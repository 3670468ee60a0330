import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REQUESTS_PER_MINUTE } from '../admission/rates.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

it('names the exact quotas where they are known, else the limit in front as a policy', () => {
  const status = { limit: 100, remaining: 42, resetSeconds: 17 };
  expect(rateLimitHeaders('subject', { subject: status, tenant: { ...status, limit: 1_000 } })).toEqual([
    ['ratelimit-policy', '"subject";q=100;w=60, "tenant";q=1000;w=60'],
    ['ratelimit', '"subject";r=42;t=17, "tenant";r=42;t=17'],
  ]);
  expect(rateLimitHeaders('address', null)).toEqual([['ratelimit-policy', '"address";q=600;w=60']]);
  expect(rateLimitHeaders(null, null)).toEqual([]);
});

it('says what the configuration says', () => {
  const config = readFileSync(new URL('../../../wrangler.toml', import.meta.url), 'utf8');
  const names = { address: 'ADDRESS_LIMIT', subject: 'API_LIMIT', connection: 'INGEST_LIMIT' };
  for (const [name, binding] of Object.entries(names)) {
    const [, limit, period] = new RegExp(`"${binding}"[^[]*limit = (\\d+), period = (\\d+)`).exec(config)!;
    expect([name, Number(limit), Number(period)]).toEqual([name, REQUESTS_PER_MINUTE[name as keyof typeof names], 60]);
  }
});
