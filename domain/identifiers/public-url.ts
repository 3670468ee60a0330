/** Which addresses outbound webhooks may be sent to: public hosts of others, and nothing that only we can reach. */
import { addressMatcher } from '../security/addresses.ts';

/** Ports of https: its own (RFC 9110 section 4.2.2), and the customary alternative. */
const PORTS = ['', '443', '8443'];

/**
 * Names that are nobody's in public: special-use (RFC 6761, RFC 6762, RFC 8375, RFC 7686), the reserved one for
 * private use, and what networks call themselves inside. Then names of a public domain whose records stand for
 * whatever address is written in them, or for loopback.
 */
const NOT_PUBLIC =
  /\.(local|localhost|internal|intranet|private|corp|lan|home|localdomain|svc|arpa|test|invalid|example|onion|alt)$/;
const ADDRESS_IN_NAME = /(^|\.)(nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me|vcap\.me|lacolhost\.com)$/;

/**
 * Ranges that are not public (RFC 6890 and the IANA special-purpose registries), those that carry an IPv4 address
 * inside included: what is behind them cannot be seen from here.
 */
const isSpecial = addressMatcher([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/** What an installation allows. */
export interface UrlRules {
  /** The platform's own address: it must not be made to call itself. */
  own: string | null;
  /** For development: plain http to loopback. */
  allowLoopback?: boolean;
}

/** Whether a host is this machine, as development names it. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.0\.0\.1)$/.test(host);

/** Why a URL is refused, in words that follow "the address"; null when it may be called. */
export function refuseUrl(text: string, { own, allowLoopback = false }: UrlRules): string | null {
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  const host = url.hostname;
  const { hostname: ownHost, port: ownPort } = own === null ? { hostname: null, port: null } : new URL(own);
  if (allowLoopback && isLoopback(host)) {
    const isOwn = ownHost !== null && isLoopback(ownHost) && url.port === ownPort;
    return isOwn ? 'must not be the platform’s own' : null;
  }
  if (url.protocol !== 'https:') return 'must use https';
  if (url.username || url.password) return 'must not carry credentials';
  if (!PORTS.includes(url.port)) return 'must use port 443 or 8443';
  if (host.startsWith('[') || /^[0-9.]+$/.test(host)) return 'must name a host, not an address';
  if (host.endsWith('.')) return 'must not end its host with a dot';
  if (!host.includes('.') || NOT_PUBLIC.test(host) || ADDRESS_IN_NAME.test(host)) return 'must name a public host';
  if (ownHost && (host === ownHost || host.endsWith(`.${ownHost}`))) return 'must not be the platform’s own';
  return null;
}

/** Whether one of the addresses that a host stands for is not public: then the host may not be called. */
export function hasSpecialAddress(addresses: readonly string[]): boolean {
  return addresses.some(isSpecial);
}
