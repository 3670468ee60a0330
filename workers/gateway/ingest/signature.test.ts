import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../contracts/tracking/connection-options.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { isSigned } from './signature.ts';

const raw = Buffer.alloc(32, 7).toString('base64');
const body = new TextEncoder().encode('{"a":1}');
const now = 1_800_000_000_000;

function connection(scheme: ConnectionWithSecrets['scheme'], secrets: string[]): ConnectionWithSecrets {
  return {
    id: 'con_1',
    tenantId: 'ten_1',
    carrierId: 'car_1',
    name: '',
    format: 'dcsa',
    scheme,
    options: DEFAULT_OPTIONS,
    status: 'active',
    createdAt: '',
    secretRotatedAt: null,
    securityVersion: 1,
    secrets,
  };
}

describe('standard-webhooks', () => {
  const secret = `whsec_${raw}`;
  const signed = (at = now) =>
    new Headers({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', new Date(at), '{"a":1}'),
    });

  it('takes what the reference library signs, under the old secret too', async () => {
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(await isSigned(connection('standard-webhooks', [secret]), signed(), body, now)).toBe(true);
    expect(await isSigned(connection('standard-webhooks', [other, secret]), signed(), body, now)).toBe(true);
    expect(await isSigned(connection('standard-webhooks', [other]), signed(), body, now)).toBe(false);
  });

  it('refuses old, future, altered and unsigned deliveries', async () => {
    const mine = connection('standard-webhooks', [secret]);
    expect(await isSigned(mine, signed(now - 301_000), body, now)).toBe(false);
    expect(await isSigned(mine, signed(now + 302_000), body, now)).toBe(false);
    expect(await isSigned(mine, signed(), new TextEncoder().encode('{"a":2}'), now)).toBe(false);
    expect(await isSigned(mine, new Headers(), body, now)).toBe(false);
  });
});

describe('dcsa', () => {
  it('takes the hexadecimal HMAC of the body and nothing else', async () => {
    const mine = connection('dcsa', [raw]);
    const signature = `sha256=${createHmac('sha256', Buffer.alloc(32, 7)).update(body).digest('hex')}`;
    expect(await isSigned(mine, new Headers({ 'notification-signature': signature }), body, now)).toBe(true);
    expect(await isSigned(mine, new Headers({ 'notification-signature': `${signature}00` }), body, now)).toBe(false);
    expect(await isSigned(mine, new Headers(), body, now)).toBe(false);
  });
});
