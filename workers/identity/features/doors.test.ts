/** Made-up codes, tokens and links: refused at every door before an object or the directory is asked. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { OAuthRequest } from '../../../contracts/identity/oauth.ts';
import { newBearerSecret } from '../../../platform/bearer-secrets.ts';
import type { Env } from '../env.ts';
import { finishLogin } from './authorize.ts';
import { token } from './grants.ts';
import { choosePassword, passwordLinkTarget } from './links.ts';
import { revoke } from './token-status.ts';

vi.mock('cloudflare:workers', () => ({ waitUntil: () => {}, DurableObject: Object, WorkerEntrypoint: Object }));

const WOKEN = 'somebody was asked';
const NOW = Date.parse('2026-11-26T12:00:00Z');
const ORGANISATION = 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e';

/** An environment of which nothing but the key of the check may be used. */
const env = new Proxy({ TOKEN_KEY: 'a key of tests', ISSUER: 'https://fairlead.test' } as unknown as Env, {
  get(target, name) {
    if (name in target) return Reflect.get(target, name);
    throw new Error(WOKEN);
  },
});

const madeUp = () =>
  `${ORGANISATION}.${randomBytes(32).toString('base64url')}.1.${randomBytes(16).toString('base64url')}`;

const request = (form: Record<string, string>): OAuthRequest => ({
  form: { client_id: 'fairlead-console', ...form },
  basic: null,
  proof: null,
  userAgent: null,
  address: '2001:db8::1',
  correlationId: 'c',
  callerCorrelationId: null,
  now: NOW,
});
const origin = { address: '2001:db8::1', correlationId: 'c', callerCorrelationId: null };

type Door = [name: string, kind: 'code' | 'refresh' | 'link' | 'pending', ask: (secret: string) => Promise<unknown>];
const DOORS: Door[] = [
  [
    'an authorization code',
    'code',
    (code) =>
      token(
        env,
        request({
          grant_type: 'authorization_code',
          code,
          code_verifier: randomBytes(32).toString('base64url'),
          redirect_uri: 'https://fairlead.test/auth/callback',
        }),
      ),
  ],
  [
    'a refresh token',
    'refresh',
    (refresh) => token(env, request({ grant_type: 'refresh_token', refresh_token: refresh })),
  ],
  ['a sign-in’s second step', 'pending', (pending) => finishLogin(env, pending, '123456', origin.address, NOW)],
  [
    'a link that is looked at',
    'link',
    (link) => passwordLinkTarget({ env, input: { token: link }, now: NOW, ...origin } as never),
  ],
  [
    'a link that is used',
    'link',
    (link) =>
      choosePassword({
        env,
        input: { token: link, name: 'N', password: 'a long password' },
        now: NOW,
        ...origin,
      } as never),
  ],
];

describe.each(DOORS)('%s', (_name, kind, ask) => {
  it('that was made up is refused, and nobody is asked', async () => {
    for (const secret of [madeUp(), '', 'x', `${ORGANISATION}.`, madeUp().replace('.1.', '.9.')]) {
      const answer = JSON.stringify(await ask(secret));
      expect(answer).toMatch(/invalid_grant|invalid_request|access_denied|not_found|"value":null/);
    }
  });

  it('of the right check is looked up', async () => {
    const secret = await newBearerSecret('a key of tests', kind, ORGANISATION);
    await expect(ask(secret)).rejects.toThrow(WOKEN);
  });
});

it('a refresh token that was made up is revoked without asking anybody', async () => {
  expect(await revoke(env, request({ token: madeUp() }))).toEqual({ ok: true });
});
