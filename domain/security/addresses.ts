/** Network addresses and CIDR ranges (RFC 4632, RFC 4291), IPv4 and IPv6. */
import ipaddr from 'ipaddr.js';

type Range = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

function parseRange(text: string): Range | null {
  // A zone (fe80::1%eth0) says which of a machine's own networks is meant, which is nobody else's to know.
  if (text.includes('%')) return null;
  try {
    if (text.includes('/')) {
      const [address, bits] = ipaddr.parseCIDR(text);
      return [address, bits];
    }
    // Not the forgiving spellings (0x7f.1, 127.1): a list must mean what it says.
    if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null;
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return null;
  }
}

/** Whether a text is an address or a CIDR range. IPv4 in IPv6 clothes is neither: it would never match. */
export function isCidr(text: string): boolean {
  const host = text.split('/')[0]!;
  if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !ipaddr.IPv6.isValid(host)) return false;
  const range = parseRange(text);
  return range !== null && !(range[0].kind() === 'ipv6' && (range[0] as ipaddr.IPv6).isIPv4MappedAddress());
}

/** What a limit counts by: an IPv4 address, or the /64 that an IPv6 address shares with its neighbours. */
export function addressGroup(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

/** A test for "is in one of these ranges". An IPv4 address in IPv6 clothes counts as IPv4. */
export function addressMatcher(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map(parseRange).filter((range) => range !== null);
  return (address) => {
    if (parsed.length === 0 || !ipaddr.isValid(address)) return false;
    const candidate = ipaddr.process(address);
    return parsed.some(([range, bits]) => candidate.kind() === range.kind() && candidate.match(range, bits));
  };
}
