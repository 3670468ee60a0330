import { type Failure, fault } from '../../../contracts/kit/result.ts';
import { joinBytes } from '../../../platform/bytes.ts';

/** Reads a body of at most `maxBytes`. A body without a stated length is counted as it comes. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | 'too_large'> {
  const stated = request.headers.get('content-length');
  if (stated !== null) {
    if (Number(stated) > maxBytes) return 'too_large';
    // The runtime holds a body to its stated length, so this is bounded, and in one piece.
    return new Uint8Array(await request.arrayBuffer());
  }
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      return 'too_large';
    }
    chunks.push(value);
  }
  return joinBytes(chunks);
}

/** Nothing of ours nests deeper; what copies or checks a body recurses, and must not run out of stack. */
const DEPTH_MAX = 64;

/** Whether brackets outside of strings open more levels than allowed. All that matters is ASCII, also in UTF-8. */
function isTooDeep(body: Uint8Array): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (quoted && byte === BACKSLASH) i++;
    else if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && (byte === OPEN_BRACE || byte === OPEN_BRACKET) && ++depth > DEPTH_MAX) return true;
    else if (!quoted && (byte === CLOSE_BRACE || byte === CLOSE_BRACKET)) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** The value of a JSON body; `whenEmpty` is what an empty one means, where it may be empty. */
export function parseJson(body: Uint8Array, whenEmpty?: object): { value: unknown } | Failure {
  if (body.length === 0 && whenEmpty) return { value: whenEmpty };
  if (isTooDeep(body))
    return { ...fault('', 'too_deep', `nests more than ${DEPTH_MAX} levels`), detail: 'The body is not valid' };
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)) as unknown };
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'not JSON';
    return { ...fault('', 'not_json', detail), detail: 'The body is not JSON' };
  }
}
