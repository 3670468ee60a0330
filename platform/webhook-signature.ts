/** Standard Webhooks 1.0.0 signatures: `v1,` + base64(HMAC-SHA256(secret, id.timestamp.body)). */
import { base64, fromBase64 } from './ids.ts';
import { equalBytes, hmacSha256 } from './secrets.ts';

const encoder = new TextEncoder();

/** The key bytes of a `whsec_...` secret. */
function keyOfSecret(secret: string): Uint8Array<ArrayBuffer> {
  return fromBase64(secret.replace(/^whsec_/, ''));
}

/** Signs a message. `timestamp` is in seconds since the epoch. */
export async function signWebhook(secret: string, id: string, timestamp: number, body: Uint8Array): Promise<string> {
  const signature = await hmacSha256(keyOfSecret(secret), encoder.encode(`${id}.${timestamp}.`), body);
  return `v1,${base64(signature)}`;
}

/** Whether any of the space-separated signatures in the header is right under any of the secrets. */
export async function verifyWebhook(
  secrets: readonly string[],
  headers: { id: string; timestamp: number; signature: string },
  body: Uint8Array,
): Promise<boolean> {
  const presented = headers.signature
    .split(' ')
    .slice(0, 10)
    .filter((entry) => entry.startsWith('v1,'));
  let right = false;
  for (const secret of secrets) {
    const expected = encoder.encode(await signWebhook(secret, headers.id, headers.timestamp, body));
    for (const entry of presented) right = equalBytes(encoder.encode(entry), expected) || right;
  }
  return right;
}
