import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './webhook-signature.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const bytes = (text: string) => new TextEncoder().encode(text);

it('signs as the reference library does, for any body', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 2_000_000_000 }), async (body, at) => {
      const theirs = new Webhook(secret).sign('msg_1', new Date(at * 1000), body);
      expect(await signWebhook(secret, 'msg_1', at, bytes(body))).toBe(theirs);
    }),
  );
});

it('takes either live secret, and nothing altered', async () => {
  const signature = await signWebhook(other, 'msg_1', 5, bytes('{}'));
  const headers = { id: 'msg_1', timestamp: 5, signature };
  expect(await verifyWebhook([secret, other], headers, bytes('{}'))).toBe(true);
  expect(await verifyWebhook([secret], headers, bytes('{}'))).toBe(false);
  expect(await verifyWebhook([other], headers, bytes('{ }'))).toBe(false);
  expect(await verifyWebhook([other], { ...headers, timestamp: 6 }, bytes('{}'))).toBe(false);
  expect(await verifyWebhook([other], { ...headers, id: 'msg_2' }, bytes('{}'))).toBe(false);
  expect(await verifyWebhook([other], { ...headers, signature: `v1,AAAA ${signature}` }, bytes('{}'))).toBe(true);
});
