import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenant, fetchOf, signIn, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { callWith, joinTenant, person, sendForm } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';

let platform: Platform;
let tenant: TestTenant;
const admin = () => person(platform, tenant.adminEmail, tenant.password);

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

const newUser = (email: string, role?: string) => joinTenant(platform, tenant, email, role);

describe('a session that is ended', () => {
  it('stops reads within a second and writes at once, and closes its sockets with 4401', async () => {
    const [one, other] = [await admin(), await admin()];
    expect((await one.call('GET', '/v1/containers')).status).toBe(200);
    const sessions = (await one.call('GET', '/v1/sessions')).body.items as { id: string; methods: string[] }[];
    const me = (await one.call('GET', '/v1/me')).body;
    expect(sessions.map((session) => session.id)).toContain(me.sessionId);
    expect(sessions[0]!.methods).toEqual(['pwd']);
    const ticket = await one.call('POST', '/v1/ws-tickets', { topic: 'fleet' });
    const socket = await openSocket(platform.origin, ticket.body.url);
    await socket.next();
    const spare = await one.call('POST', '/v1/ws-tickets', { topic: 'fleet' });

    expect((await other.call('DELETE', `/v1/sessions/${me.sessionId}`)).body).toEqual({ ended: true });
    expect(await socket.closed).toBe(4401);
    expect((await one.call('POST', '/v1/ws-tickets', { topic: 'fleet' })).status).toBe(401);
    await expect(openSocket(platform.origin, spare.body.url)).rejects.toThrow('401');
    // By an earlier yes reads may go on for a moment: how long is tested where the yes is kept.
    await until('reads stop', async () => (await one.call('GET', '/v1/containers')).status === 401);
    const refreshed = await sendForm(platform, '/oauth/token', {
      grant_type: 'refresh_token',
      client_id: 'fairlead-console',
      refresh_token: one.refreshToken,
    });
    expect(refreshed.status).toBe(400);
    expect((await other.call('GET', '/v1/containers')).status).toBe(200);
    expect((await other.call('DELETE', `/v1/sessions/${me.sessionId}`)).status).toBe(404);
  });

  it('can be another user’s for an administrator, and for nobody else', async () => {
    const { user, password } = await newUser('omar@acme.example');
    const omar = await person(platform, 'omar@acme.example', password);
    const boss = await admin();
    const listed = (await boss.call('GET', `/v1/users/${user.id}/sessions`)).body.items;
    expect(listed).toHaveLength(1);
    expect((await omar.call('GET', `/v1/users/${user.id}/sessions`)).status).toBe(403);
    expect((await boss.call('DELETE', `/v1/users/${user.id}/sessions`)).body).toEqual({ ended: 1 });
    expect((await omar.call('DELETE', '/v1/sessions/ses_x')).status).toBe(401);
  });

  it('can be one of several: the others of the same user go on', async () => {
    const { user, password } = await newUser('nora@acme.example');
    const [phone, desk] = [
      await person(platform, 'nora@acme.example', password),
      await person(platform, 'nora@acme.example', password),
    ];
    const { sessionId } = (await phone.call('GET', '/v1/me')).body;
    const path = `/v1/users/${user.id}/sessions/${sessionId}`;
    expect((await desk.call('DELETE', path)).status).toBe(403);
    expect((await tenant.admin.must('DELETE', path)).ended).toBe(true);
    expect((await tenant.admin.call('DELETE', path)).status).toBe(404);
    expect((await phone.call('POST', '/v1/sign-out')).status).toBe(401);
    expect((await desk.call('POST', '/v1/sign-out')).status).toBe(200);
  });

  it('ends with the account: a disabled user is out, and who changes role signs in anew', async () => {
    const { user, password } = await newUser('vera@acme.example', 'viewer');
    const vera = await person(platform, 'vera@acme.example', password);
    const change = { name: 'Vera', role: 'operations', status: 'active' };
    const put = (body: object, version: number) =>
      tenant.admin.call('PUT', `/v1/users/${user.id}`, body, { 'if-match': `"${version}"` });
    expect((await put(change, 9)).status).toBe(412);
    const changed = await put(change, 1);
    expect([changed.status, changed.headers.get('etag'), changed.body.role]).toEqual([200, '"2"', 'operations']);
    expect((await vera.call('POST', '/v1/sign-out')).status).toBe(401);
    const again = await person(platform, 'vera@acme.example', password);
    expect((await again.call('GET', '/v1/me')).body.roles).toEqual(['operations']);
    expect((await put({ ...change, status: 'disabled' }, 2)).status).toBe(200);
    expect((await again.call('POST', '/v1/sign-out')).status).toBe(401);
    const refused = await signIn(platform.origin, platform.issuer, 'vera@acme.example', password, fetchOf(platform));
    expect(refused).toMatchObject({ status: 401 });
  });
});

describe('what was begun before', () => {
  it('ends with a reset: a code that was not redeemed yet, and a sign-in between its two steps', async () => {
    const email = 'cora@acme.example';
    const { user, password } = await newUser(email);
    const verifier = 'v'.repeat(50);
    const redirectUri = `${platform.issuer}/auth/callback`;
    const request = {
      response_type: 'code',
      client_id: 'fairlead-console',
      redirect_uri: redirectUri,
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const login = await sendForm(platform, '/oauth/authorize', { ...request, email, password });
    const code = new URL(login.headers.get('location')!).searchParams.get('code')!;
    const { url } = await tenant.admin.must('POST', `/v1/users/${user.id}/password-reset`);
    const token = new URL(url).searchParams.get('token')!;
    expect((await sendForm(platform, '/set-password', { token, password: 'a reset password' })).status).toBe(200);
    const redeemed = await sendForm(platform, '/oauth/token', {
      grant_type: 'authorization_code',
      client_id: request.client_id,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    });
    expect([redeemed.status, ((await redeemed.json()) as { error: string }).error]).toEqual([400, 'invalid_grant']);
  });

  it('ends with the account: invitations and reset links that somebody made who may no longer', async () => {
    const { user, password } = await newUser('dora@acme.example', 'tenant_admin');
    const dora = await person(platform, 'dora@acme.example', password);
    const { user: other } = await newUser('ozzy@acme.example', 'viewer');
    const invitation = (
      await dora.call('POST', '/v1/invitations', { email: 'friend@acme.example', role: 'tenant_admin' })
    ).body;
    const reset = (await dora.call('POST', `/v1/users/${other.id}/password-reset`)).body;
    expect((await dora.call('POST', `/v1/users/${user.id}/password-reset`)).status).toBe(403);
    const change = { name: 'Dora', role: 'tenant_admin', status: 'disabled' };
    const disabled = await tenant.admin.call('PUT', `/v1/users/${user.id}`, change, { 'if-match': '"1"' });
    expect(disabled.status).toBe(200);
    for (const { url } of [invitation, reset]) {
      const token = new URL(url).searchParams.get('token')!;
      const used = await sendForm(platform, '/set-password', { token, name: 'F', password: 'friend of a friend' });
      expect(used.status).toBe(404);
    }
  });

  it('leaves one administrator at least, and nobody takes their own role away', async () => {
    const boss = await admin();
    const { subject } = (await boss.call('GET', '/v1/me')).body;
    const read = await tenant.admin.call('GET', `/v1/users/${subject}`);
    const change = { name: 'Admin', role: 'viewer', status: 'active' };
    const match = { 'if-match': read.headers.get('etag')! };
    expect((await boss.call('PUT', `/v1/users/${subject}`, change, match)).status).toBe(403);
    const last = await tenant.admin.call('PUT', `/v1/users/${subject}`, change, match);
    expect([last.status, last.body.detail]).toEqual([409, expect.stringContaining('last administrator')]);
  });
});

describe('a machine client', () => {
  it('is refused at once when it is disabled, its socket too, and may rotate its secret without a gap', async () => {
    const client = await tenant.admin.must('POST', '/v1/clients', { name: 'robot', role: 'operations' });
    const tokenBy = async (secret: string) => {
      const answer = await sendForm(platform, '/oauth/token', {
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: secret,
      });
      return answer.status === 200 ? ((await answer.json()) as { access_token: string }).access_token : null;
    };
    const rotated = await tenant.admin.must('POST', `/v1/clients/${client.id}/rotate-secret`);
    expect(await tokenBy(client.secret)).not.toBeNull();
    const bearer = `Bearer ${await tokenBy(rotated.secret)}`;
    const ticket = await callWith(platform, bearer, 'POST', '/v1/ws-tickets', { topic: 'fleet' });
    const socket = await openSocket(platform.origin, ticket.body.url);
    const disabled = await tenant.admin.call(
      'PUT',
      `/v1/clients/${client.id}`,
      { name: 'robot', scopes: null, status: 'disabled' },
      { 'if-match': '"2"' },
    );
    expect(disabled.body.status).toBe('disabled');
    expect(await socket.closed).toBe(4401);
    expect((await callWith(platform, bearer, 'POST', '/v1/ws-tickets', { topic: 'fleet' })).status).toBe(401);
    expect(await tokenBy(rotated.secret)).toBeNull();
  });
});
