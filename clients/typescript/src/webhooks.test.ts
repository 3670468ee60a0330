import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifyWebhook } from './webhooks.ts';

const secret = `whsec_${btoa('x'.repeat(32))}`;
const other = `whsec_${btoa('y'.repeat(32))}`;
const body = '{"type":"container.milestone","timestamp":"2026-11-26T08:30:00.000Z","data":{}}';
const now = Date.UTC(2026, 10, 26);

function received(by: string, { id = 'evt_1', at = now, text = body } = {}) {
  const signature = new Webhook(by).sign(id, new Date(at), text);
  const headers = new Headers({
    'webhook-id': id,
    'webhook-timestamp': String(at / 1000),
    'webhook-signature': signature,
  });
  return { headers, body: text };
}

describe('a webhook', () => {
  it('that the reference library signed is believed, by either secret of a rotation', async () => {
    expect(await verifyWebhook(secret, received(secret), now)).toMatchObject({ id: 'evt_1', event: JSON.parse(body) });
    expect(await verifyWebhook([other, secret], received(secret), now)).toMatchObject({ id: 'evt_1' });
  });

  it('is not believed when it is another’s, changed, too old, or has no headers', async () => {
    const wrong = [
      received(other),
      { ...received(secret), body: `${body} ` },
      received(secret, { at: now - 301_000 }),
      received(secret, { at: now + 301_000 }),
      { headers: new Headers(), body },
      {
        headers: new Headers({ ...Object.fromEntries(received(secret).headers), 'webhook-signature': 'v1,%%%' }),
        body,
      },
    ];
    for (const webhook of wrong) await expect(verifyWebhook(secret, webhook, now)).rejects.toThrow();
  });
});
