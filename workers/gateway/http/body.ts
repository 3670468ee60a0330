import { type Failure, fault } from '../../../contracts/kit/result.ts';

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
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/** Reads a JSON body. */
export async function readJson(
  request: Request,
  maxBytes: number,
): Promise<{ value: unknown } | 'too_large' | Failure> {
  const body = await readBody(request, maxBytes);
  if (body === 'too_large') return body;
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body)) as unknown };
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'not JSON';
    return { ...fault('', 'not_json', detail), detail: 'The body is not JSON' };
  }
}
