/** A delivery's body as text: feeds compress it, and write it in encodings that JSON does not have. */
import { INGEST_BODY_MAX_BYTES } from '../../../platform/limits.ts';

/** The text, with what has to be said of how it was read; or why it cannot be read. */
export type BodyText = { text: string; warning: string | null } | { unreadable: string };

/** Reads a body: gzip by its first bytes, within the bound of a body; UTF-8, UTF-16, and Latin-1 as a last resort. */
export async function readBodyText(body: Uint8Array): Promise<BodyText> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return decode(body);
  const unzipped = await unzip(body);
  return typeof unzipped === 'string' ? { unreadable: unzipped } : decode(unzipped);
}

/** The bytes of a gzip stream (RFC 1952), or why there are none. */
async function unzip(body: Uint8Array): Promise<Uint8Array | string> {
  const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > INGEST_BODY_MAX_BYTES) {
        // Not waited for: a stream that is cut off has nothing more to say.
        reader.cancel().catch(() => {});
        return `unzipped it is larger than ${INGEST_BODY_MAX_BYTES} bytes`;
      }
      chunks.push(value);
    }
  } catch {
    return 'it begins as gzip and is broken';
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

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
