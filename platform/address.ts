/** Network addresses and CIDR ranges (RFC 4632, RFC 4291), IPv4 and IPv6. */
import ipaddr from 'ipaddr.js';

type Range = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

function parseRange(text: string): Range | null {
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

/** Whether a text is an address or a CIDR range. */
export function isCidr(text: string): boolean {
  const host = text.split('/')[0]!;
  return (ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)) && parseRange(text) !== null;
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
