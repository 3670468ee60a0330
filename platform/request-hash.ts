/** What tells a repeated request from another one under the same idempotency key. */
import { type Failure, fail } from '../contracts/kit/result.ts';
import type { Scope } from '../contracts/kit/serve.ts';
import { base64 } from './ids.ts';
import { hmacSha256, parseRing, sha256Hex } from './secrets.ts';

type Caller = Pick<Scope, 'subject'>;
const encoder = new TextEncoder();

/** The hash of a request that holds no secret; another subject's request is another one. */
export function plainRequestHash(caller: Caller, input: unknown): Promise<string> {
  return sha256Hex(JSON.stringify([caller.subject, input]));
}

/** The hash of a request that may hold a password: under a key, since a plain hash would let it be guessed. */
export function requestHash(ring: string, caller: Caller, input: unknown): Promise<string> {
  return hashWith(ring, parseRing(ring).current, caller, input);
}

/** The hashes of a request under every key of a ring, the current one's first: a rotation in between changes nothing. */
export function requestHashes(ring: string, caller: Caller, input: unknown): Promise<[string, ...string[]]> {
  const { current, secrets } = parseRing(ring);
  const ids = [current, ...Object.keys(secrets).filter((id) => id !== current)];
  return Promise.all(ids.map((id) => hashWith(ring, id, caller, input))) as Promise<[string, ...string[]]>;
}

/** Whether a stored hash is that of a request; a rotation of the key in between changes nothing. */
export async function isSameRequest(ring: string, stored: string, caller: Caller, input: unknown): Promise<boolean> {
  const [id = ''] = stored.split('.');
  return id in parseRing(ring).secrets && (await hashWith(ring, id, caller, input)) === stored;
}

async function hashWith(ring: string, id: string, caller: Caller, input: unknown): Promise<string> {
  const key = encoder.encode(`idempotency:${parseRing(ring).secrets[id]}`);
  return `${id}.${base64(await hmacSha256(key, encoder.encode(JSON.stringify([caller.subject, input]))))}`;
}

/** The failure of a key that belongs to another request. */
export function keyMismatch(): Failure {
  return fail('idempotency.mismatch', 'This Idempotency-Key was used for another request');
}
