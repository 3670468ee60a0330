/** RateLimit-Policy and RateLimit (IETF draft "RateLimit header fields for HTTP", structured fields of RFC 9651). */
import type { Quotas } from '../../../contracts/identity/access.ts';
import { type LimitName, REQUESTS_PER_MINUTE } from '../admission/rates.ts';

/** The headers of an answer: the exact quotas where they are known, else the limit in front as a policy only. */
export function rateLimitHeaders(limitedBy: LimitName | null, quotas: Quotas | null): [string, string][] {
  if (quotas) {
    const entries = Object.entries(quotas);
    return [
      ['ratelimit-policy', entries.map(([name, { limit }]) => `"${name}";q=${limit};w=60`).join(', ')],
      [
        'ratelimit',
        entries.map(([name, { remaining, resetSeconds }]) => `"${name}";r=${remaining};t=${resetSeconds}`).join(', '),
      ],
    ];
  }
  return limitedBy ? [['ratelimit-policy', `"${limitedBy}";q=${REQUESTS_PER_MINUTE[limitedBy]};w=60`]] : [];
}
