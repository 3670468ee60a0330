/** A delivery's body as text: feeds compress it, and write it in encodings that JSON does not have. */
import { Inflate } from 'pako';
import { joinBytes } from '../../../platform/bytes.ts';
import { INGEST_BODY_MAX_BYTES } from '../../../platform/limits.ts';

/** The text, with what has to be said of how it was read; or why it cannot be read. */
export type BodyText = { text: string; warning: string | null } | { unreadable: string };

/** Reads a body: gzip by its first bytes, within the bound of a body; UTF-8, UTF-16, and Latin-1 as a last resort. */
export function readBodyText(body: Uint8Array): BodyText {
  if (!isGzip(body)) return decode(body);
  const unzipped = unzip(body);
  return typeof unzipped === 'string' ? { unreadable: unzipped } : decode(unzipped);
}

const isGzip = (body: Uint8Array): boolean => body[0] === 0x1f && body[1] === 0x8b;

/** A body that cannot be read, in text: as it looks, or where it is compressed as a data URL (RFC 2397) of its beginning. */
export function rawBody(body: Uint8Array, maxChars: number): string {
  if (!isGzip(body)) return new TextDecoder().decode(body.subarray(0, maxChars));
  const head = 'data:application/gzip;base64,';
  const bytes = body.subarray(0, Math.floor((maxChars - head.length) / 4) * 3);
  return head + btoa(String.fromCharCode(...bytes));
}

/** The bytes of a gzip stream of one member or more (RFC 1952 section 2.2), or why there are none. */
function unzip(body: Uint8Array): Uint8Array | string {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate({ chunkSize: UNZIP_CHUNK_BYTES });
  stream.onData = (chunk) => {
    size += chunk.length;
    if (size > INGEST_BODY_MAX_BYTES) throw new TooLarge();
    chunks.push(chunk);
  };
  try {
    if (!stream.push(body, true)) return 'it begins as gzip and is broken';
  } catch (error) {
    if (error instanceof TooLarge) return `unzipped it is larger than ${INGEST_BODY_MAX_BYTES} bytes`;
    throw error;
  }
  return joinBytes(chunks);
}

/** So much is unzipped at a time: the bound of a body is passed by one chunk at most. */
const UNZIP_CHUNK_BYTES = 65_536;

/** Ends unzipping at the bound of a body. */
class TooLarge extends Error {}

function decode(body: Uint8Array): BodyText {
  const wide = wideOrder(body);
  if (wide) return { text: decodeWide(body, wide), warning: null };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body), warning: null };
  } catch {
    const text = new TextDecoder('windows-1252').decode(body);
    return { text, warning: 'The body is not UTF-8 and was read as Latin-1: letters with accents may be wrong' };
  }
}

/** Whether a body is UTF-16, by its mark or by the zero beside its first letter, which is ASCII in every format here. */
function wideOrder([first, second]: Uint8Array): 'little' | 'big' | null {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && first !== undefined && second === 0)) return 'little';
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined) ? 'big' : null;
}

function decodeWide(body: Uint8Array, order: 'little' | 'big'): string {
  const pairs = body.slice(0, body.length - (body.length % 2));
  if (order === 'big') for (let i = 0; i < pairs.length; i += 2) [pairs[i], pairs[i + 1]] = [pairs[i + 1]!, pairs[i]!];
  return new TextDecoder('utf-16le').decode(pairs);
}
