import { base64Url, fromBase64 } from './ids.ts';

/** Packs a position in a list into an opaque cursor. */
export function encodeCursor(parts: (string | number)[]): string {
  return base64Url(new TextEncoder().encode(JSON.stringify(parts)));
}

/** Reads a cursor back; null when it is absent or not one of ours. */
export function decodeCursor(cursor: string | null | undefined): (string | number)[] | null {
  if (!cursor) return null;
  try {
    const parts: unknown = JSON.parse(new TextDecoder().decode(fromBase64(cursor)));
    return Array.isArray(parts) ? (parts as (string | number)[]) : null;
  } catch {
    return null;
  }
}
