const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A sortable identifier: prefix, 48 bits of time and 80 bits of randomness in Crockford base 32
 * (the ULID layout, lower case), so that lists page by id in creation order.
 */
export function newId(prefix: string, nowMs: number): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `${idsFrom(prefix, nowMs)}${Array.from(random, (byte) => ALPHABET[byte % 32]).join('')}`;
}

/** What the ids of an instant begin with: it sorts before all of them, and after all earlier ones. */
export function idsFrom(prefix: string, atMs: number): string {
  let time = '';
  for (let rest = Math.max(0, atMs), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    time = ALPHABET[rest % 32]! + time;
  }
  return `${prefix}_${time}`;
}

/** A secret of 256 random bits in base64url, for codes, tickets and tokens. */
export function randomToken(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Standard base64 (RFC 4648 section 4). */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Decodes base64 or base64url; throws on characters outside the alphabet. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}
