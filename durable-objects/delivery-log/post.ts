/** Posting one delivery: signed by Standard Webhooks 1.0.0, to a public address, with bounded time and answer. */
import { hasSpecialAddress, isLoopback, refuseUrl, type UrlRules } from '../../domain/identifiers/public-url.ts';
import { type Attempt, retryAfterMs } from '../../domain/webhook/retry.ts';
import { WEBHOOK_ANSWER_MAX_BYTES, WEBHOOK_TIMEOUT_MS } from '../../platform/limits.ts';
import { errorText } from '../../platform/log.ts';
import { addressesOf } from '../../platform/resolve.ts';
import { signWebhook } from '../../platform/webhook-signature.ts';

/** What is posted, and where. */
export interface Posting {
  url: string;
  eventId: string;
  body: string;
  /** While a rotation overlaps, the current secret and the one before. */
  secrets: readonly string[];
}

/** Posts a delivery once. Whatever goes wrong is the attempt's answer. */
export async function post({ url, eventId, body, secrets }: Posting, rules: UrlRules): Promise<Attempt> {
  try {
    const refusal = await refusalOf(url, rules);
    if (refusal) return { error: `the address ${refusal}` };
    const timestamp = Math.floor(Date.now() / 1000);
    const bytes = new TextEncoder().encode(body);
    // One signature by each secret: the receiver takes whichever it knows.
    const signatures = await Promise.all(secrets.map((secret) => signWebhook(secret, eventId, timestamp, bytes)));
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Fairlead-Webhooks/1',
        'webhook-id': eventId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatures.join(' '),
      },
      body: bytes,
    });
    // The status is the answer: what becomes of its body changes nothing.
    await discardBody(answer).catch(() => {});
    return { status: answer.status, retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), Date.now()) };
  } catch (error) {
    return { error: errorText(error).slice(0, 200) };
  }
}

/** Why an address is not posted to: by its name, or by what the name stands for now. */
async function refusalOf(url: string, rules: UrlRules): Promise<string | null> {
  const refusal = refuseUrl(url, rules);
  const { hostname } = new URL(url);
  if (refusal || (rules.allowLoopback && isLoopback(hostname))) return refusal;
  return hasSpecialAddress(await addressesOf(hostname)) ? 'stands for a network that is not public' : null;
}

/** Reads a bounded part of an answer and drops the rest: a receiver cannot make us read forever. */
async function discardBody(answer: Response): Promise<void> {
  const reader = answer.body?.getReader();
  for (let read = 0; reader && read < WEBHOOK_ANSWER_MAX_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return;
    read += value.byteLength;
  }
  await reader?.cancel();
}
