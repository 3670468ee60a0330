/** Secrets at rest and signatures: WebCrypto only, nothing home-made. */
import { base64, fromBase64 } from './ids.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/**
 * A secret with its predecessors, so that it can be rotated while what was made with the one before
 * still works. As text: the bare secret (its id is then "1"), or `{"current": id, "secrets": {id: secret}}`.
 */
export interface SecretRing {
  current: string;
  secrets: Record<string, string>;
  /** When each earlier secret was replaced, as an instant; unknown of those from before this was noted. */
  replacedAt?: Record<string, string>;
}

const rings = new Map<string, SecretRing>();

/** Reads a ring; throws when it is malformed, without showing it. */
export function parseRing(text: string): SecretRing {
  const known = rings.get(text);
  if (known) return known;
  const ring = text.startsWith('{') ? parseJson(text) : { current: '1', secrets: { '1': text } };
  if (!ring.secrets?.[ring.current]) throw new Error('a secret ring lacks its current secret');
  rings.set(text, ring);
  return ring;
}

function parseJson(text: string): SecretRing {
  try {
    return JSON.parse(text) as SecretRing;
  } catch {
    // JSON.parse quotes what it stumbled over: a piece of a secret.
    throw new Error('a secret ring is not JSON');
  }
}

const keys = new Map<string, Promise<CryptoKey>>();

function sealingKey(material: string): Promise<CryptoKey> {
  let key = keys.get(material);
  if (!key) {
    key = crypto.subtle.importKey('raw', fromBase64(material), 'AES-GCM', false, ['encrypt', 'decrypt']);
    keys.set(material, key);
  }
  return key;
}

/**
 * Encrypts a text for storage with AES-256-GCM under the ring's current key; `context` (such as the
 * row's id) is authenticated, so that a sealed value cannot be moved to another row. Each secret of
 * the ring is the base64 of 32 bytes. The result names its key: `id.iv.text`.
 */
export async function seal(ring: string, context: string, text: string): Promise<string> {
  const { current, secrets } = parseRing(ring);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: encoder.encode(context) },
    await sealingKey(secrets[current]!),
    encoder.encode(text),
  );
  return `${current}.${base64(iv)}.${base64(new Uint8Array(body))}`;
}

/** Opens what `seal` made; throws when the key or the context is another. Values without a key's id are of key 1. */
export async function open(ring: string, context: string, sealed: string): Promise<string> {
  const parts = sealed.split('.');
  const [id = '', iv = '', body = ''] = parts.length === 2 ? ['1', ...parts] : parts;
  const material = parseRing(ring).secrets[id];
  if (!material) throw new Error(`the sealing key ${id} is not in the ring any more`);
  const text = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: fromBase64(iv), additionalData: encoder.encode(context) },
    await sealingKey(material),
    fromBase64(body),
  );
  return decoder.decode(text);
}

/** The id of the key that a value is sealed with. */
export function sealedWith(sealed: string): string {
  const parts = sealed.split('.');
  return parts.length === 2 ? '1' : parts[0]!;
}

/** Whether a sealed value was made with another key than the ring's current one. */
export function isSealedWithOldKey(ring: string, sealed: string): boolean {
  return sealedWith(sealed) !== parseRing(ring).current;
}

/** HMAC-SHA256 of the parts, in order, under a raw key. */
export async function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, joined));
}

/** Compares in time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i % Math.max(1, b.length)] ?? 0);
  return difference === 0;
}

/** SHA-256 of a text as lower-case hexadecimal. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
