/** Conditional requests (RFC 9110 section 13), idempotency keys and bookmarks. */
import { type Failure, fail, fault } from '../../../contracts/kit/result.ts';

/** The entity tag of a version. */
export const etagOf = (version: number): string => `"${version}"`;

/** If-None-Match: a list, or `*`, compared weakly (RFC 9110 section 13.1.2). */
export function matchesEtag(header: string | null, etag: string): boolean {
  return (header ?? '').split(',').some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag);
}

/** The version named by If-Match (`"3"`), or the failure: it is required where this is asked. */
export function expectedVersion(header: string | null): number | Failure {
  if (!header) return fail('precondition.required', 'Send If-Match with the ETag you have read');
  // A proxy that compresses may have made the tag weak; the version in it is as exact as before.
  const match = /^(?:W\/)?"(0|[1-9]\d{0,14})"$/.exec(header);
  return match ? Number(match[1]) : fail('precondition.failed', 'If-Match must name the ETag you have read');
}

/** The Idempotency-Key of a request that needs one, or the failure. */
export function idempotencyKey(header: string | null): string | Failure {
  if (header && /^[\x21-\x7e]{8,128}$/.test(header)) return header;
  const failure = fault(
    '/header/Idempotency-Key',
    'required',
    'Use a fresh UUID for each new request and the same one for its retries',
  );
  return { ...failure, detail: 'An Idempotency-Key header of 8 to 128 visible characters is required' };
}

/**
 * A bookmark as D1 gives it: numbers in hexadecimal, joined by hyphens ("00000085-0000024c-00004c6d-8e61..."). D1
 * promises no format, so how many and how long they are is left open.
 */
export const BOOKMARK = /^[0-9a-f]{1,64}(-[0-9a-f]{1,64}){2,7}$/;

/** The bookmark of a request, undefined without one, or the failure: what D1 never gave it could not wait for. */
export function bookmarkOf(header: string | null): string | Failure | undefined {
  if (header === null) return undefined;
  if (BOOKMARK.test(header)) return header;
  const failure = fault('/header/Fairlead-Bookmark', 'invalid', 'must be the Fairlead-Bookmark of an earlier answer');
  return { ...failure, detail: 'The Fairlead-Bookmark header is not one of ours' };
}
