/** RateLimit-Policy and RateLimit (IETF draft "RateLimit header fields for HTTP", structured fields of RFC 9651). */
import type { Quotas } from '../../../contracts/policy.ts';

/** Requests a minute of the limits in front; wrangler.toml has the same numbers, and a test compares them. */
export const FRONT_LIMITS: Record<string, number> = { address: 600, subject: 6_000, connection: 6_000, login: 10 };

/** The headers of an answer: the exact quotas where they are known, else the limit in front as a policy only. */
export function rateLimitHeaders(limitedBy: string | null, quotas: Quotas | null): [string, string][] {
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
  return limitedBy ? [['ratelimit-policy', `"${limitedBy}";q=${FRONT_LIMITS[limitedBy]};w=60`]] : [];
}
