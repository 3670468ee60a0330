/** Which addresses outbound webhooks may be sent to. */

/**
 * Why a URL is refused, or null when it may be called. Only https, only names: a literal address or
 * a local name could reach what is not public.
 */
export function refuseUrl(text: string, allowLoopback = false): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (allowLoopback && /^(localhost|127\.0\.0\.1)$/.test(url.hostname)) return null;
  if (url.protocol !== 'https:') return 'must use https';
  if (url.username || url.password) return 'must not carry credentials';
  const host = url.hostname.replace(/\.$/, '');
  if (host.startsWith('[') || /^[0-9.]+$/.test(host)) return 'must name a host, not an address';
  if (!host.includes('.') || /\.(local|localhost|internal|lan|home|arpa|test|invalid|onion)$/.test(host)) {
    return 'must name a public host';
  }
  return null;
}
