/** Webhooks that the platform posts: check the signature before you believe one (Standard Webhooks 1.0.0). */
import type { WebhookPayload } from './api.ts';

/** Clock difference that is allowed (Standard Webhooks 1.0.0: five minutes). */
const TOLERANCE_SECONDS = 300;

/** The webhook is not from the platform, is too old, or was changed on its way. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/** What came with a webhook. `body` is the raw text, byte for byte. */
export interface ReceivedWebhook {
  headers: { get(name: string): string | null };
  body: string;
}

/**
 * The event of a webhook, once its signature by one of the endpoint's secrets is right. During a rotation
 * give both secrets. De-duplicate by `id`: delivery is at least once.
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  { headers, body }: ReceivedWebhook,
  nowMs = Date.now(),
): Promise<{ id: string; event: WebhookPayload }> {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  const presented = (headers.get('webhook-signature') ?? '').split(' ');
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) throw new WebhookError('the webhook headers are missing');
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) throw new WebhookError('the webhook is too old');
  const message = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    if (await isSigned(secret, message, presented)) return { id, event: JSON.parse(body) as WebhookPayload };
  }
  throw new WebhookError('the signature is not valid');
}

async function isSigned(secret: string, message: Uint8Array<ArrayBuffer>, presented: string[]): Promise<boolean> {
  const secretBytes = tryBytesOf(secret.replace(/^whsec_/, ''));
  if (!secretBytes?.length) throw new TypeError('a webhook secret is whsec_ and base64');
  const key = await crypto.subtle.importKey('raw', secretBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const signature of presented) {
    const [version, text = ''] = signature.split(',');
    // verify compares in constant time.
    const bytes = version === 'v1' ? tryBytesOf(text) : null;
    if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, message))) return true;
  }
  return false;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function tryBytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return bytesOf(base64);
  } catch {
    return null;
  }
}
