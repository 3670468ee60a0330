/** Tokens that must open nothing, or one thing less, for the authorization matrix. */
import { type Permission, ROLES } from '../../contracts/kit/permissions.ts';
import type { Fetch } from '../../scripts/support/api.ts';
import type { Platform } from '../support/harness.ts';
import { claimsOf, mint, signingKeyOf } from '../support/tokens.ts';
import type { World } from '../support/world.ts';

/** Tokens that must open nothing, by what is wrong with them. */
export async function badTokens(
  platform: Platform,
  world: World,
  fetcher: Fetch,
): Promise<Record<string, string | null>> {
  const key = await signingKeyOf(platform);
  const { admin } = world.a.tenant;
  const good = claimsOf(await admin.token());
  const now = Math.floor(Date.now() / 1000);
  const make = async (role: string) => {
    const client = await admin.must('POST', '/v1/clients', { name: 'to be refused', role });
    const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
    const post = (path: string, body: string) =>
      fetcher(`${platform.origin}${path}`, { method: 'POST', headers, body });
    const { access_token: token } = (await (await post('/oauth/token', 'grant_type=client_credentials')).json()) as {
      access_token: string;
    };
    return { client, token, post };
  };
  const revoked = await make('tenant_admin');
  await revoked.post('/oauth/revoke', `token=${revoked.token}`);
  const disabled = await make('tenant_admin');
  const { name, scopes } = disabled.client;
  await admin.must(
    'PUT',
    `/v1/clients/${disabled.client.id}`,
    { name, scopes, status: 'disabled' },
    { 'if-match': '"1"' },
  );
  return {
    'no token': null,
    garbage: 'not.a.token',
    expired: await mint(key, { ...good, iat: now - 900, exp: now - 600 }),
    revoked: revoked.token,
    'disabled client': disabled.token,
    'ended session': await mint(key, { ...good, kind: 'user', sid: 'ses_0000000000000000000000000' }),
    'wrong audience': await mint(key, { ...good, aud: 'another-api' }),
    'wrong issuer': await mint(key, { ...good, iss: 'https://issuer.example' }),
  };
}

/** A client of tenant A that has every permission but one. */
export async function tokenWithout(
  world: World,
  platform: Platform,
  fetcher: Fetch,
  permission: Permission,
): Promise<string> {
  const held = ROLES.tenant_admin.filter((name) => name !== permission);
  const client = await world.a.tenant.admin.must('POST', '/v1/clients', {
    name: `without ${permission}`,
    role: 'tenant_admin',
    scopes: held,
  });
  const answer = await fetcher(`${platform.origin}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
    }).toString(),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
