/** Cursors: where a page of a list begins, opaque to callers. */

/** The position of a row in its list: what the list is sorted by. */
export type CursorParts = (string | number)[];

/** Packs a position into an opaque cursor: base64url of its JSON (RFC 4648 section 5). */
export function encodeCursor(parts: CursorParts): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Reads a cursor back; null when it is not one of ours. */
export function decodeCursor(cursor: string): CursorParts | null {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    const parts: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(
        Uint8Array.from(binary, (c) => c.charCodeAt(0)),
      ),
    );
    const valid =
      Array.isArray(parts) && parts.length > 0 && parts.every((part) => ['string', 'number'].includes(typeof part));
    return valid ? (parts as CursorParts) : null;
  } catch {
    return null;
  }
}
