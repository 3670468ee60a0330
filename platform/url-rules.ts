import type { UrlRules } from '../domain/identifiers/public-url.ts';

/** Which addresses an installation may call. */
export function urlRulesOf({
  ISSUER,
  ALLOW_LOOPBACK_WEBHOOKS,
}: {
  ISSUER: string;
  ALLOW_LOOPBACK_WEBHOOKS?: string;
}): UrlRules {
  return { own: ISSUER, allowLoopback: ALLOW_LOOPBACK_WEBHOOKS === 'yes' };
}
