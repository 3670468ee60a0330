/** Signatures of inbound webhooks, over the raw bytes, by the connection's scheme. */
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { fromBase64 } from '../../../platform/ids.ts';
import { SIGNATURE_TOLERANCE_SECONDS } from '../../../platform/limits.ts';
import { equalBytes, hex, hmacSha256 } from '../../../platform/secrets.ts';
import { verifyWebhook } from '../../../platform/webhook-signature.ts';

type Check = (secrets: string[], headers: Headers, body: Uint8Array, nowMs: number) => Promise<boolean>;

/** Standard Webhooks 1.0.0: id, timestamp within five minutes, and `v1,` signatures. */
const standardWebhooks: Check = async (secrets, headers, body, nowMs) => {
  const id = headers.get('webhook-id') ?? '';
  const stamp = headers.get('webhook-timestamp') ?? '';
  const signature = headers.get('webhook-signature') ?? '';
  if (!id || id.length > 200 || !/^\d{1,12}$/.test(stamp) || signature.length > 2_000) return false;
  if (Math.abs(nowMs / 1000 - Number(stamp)) > SIGNATURE_TOLERANCE_SECONDS) return false;
  return verifyWebhook(secrets, { id, timestamp: Number(stamp), signature }, body);
};

/** DCSA Event Subscription: `Notification-Signature: sha256=<hex>` over the body alone. */
const dcsa: Check = async (secrets, headers, body) => {
  const encoder = new TextEncoder();
  const presented = encoder.encode((headers.get('notification-signature') ?? '').slice(0, 200).toLowerCase());
  let right = false;
  for (const secret of secrets) {
    const expected = `sha256=${hex(await hmacSha256(fromBase64(secret), body))}`;
    right = equalBytes(presented, encoder.encode(expected)) || right;
  }
  return right;
};

const CHECKS: Record<ConnectionWithSecrets['scheme'], Check> = { 'standard-webhooks': standardWebhooks, dcsa };

/** Whether a delivery was signed with one of the connection's live secrets. */
export function isSigned(
  connection: ConnectionWithSecrets,
  headers: Headers,
  body: Uint8Array,
  nowMs: number,
): Promise<boolean> {
  return CHECKS[connection.scheme](connection.secrets, headers, body, nowMs);
}
