import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, signIn, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { joinTenant, person, sendForm } from '../support/people.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

/** A fetch that comes from an address. */
function from(address: string): Fetch {
  return (url, init) =>
    fetchOf(platform)(url, { ...init, headers: { ...(init?.headers as object), 'cf-connecting-ip': address } });
}

const newUser = (email: string, role?: string) => joinTenant(platform, tenant, email, role);

describe('guessing', () => {
  it('is counted before it is tried: of thirty guesses at once ten are made', async () => {
    await newUser('gina@acme.example');
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        signIn(platform.origin, platform.issuer, 'gina@acme.example', `guess ${i}`, from('192.0.2.200')),
      ),
    );
    const statuses = guesses.map((answer) => ('status' in answer ? answer.status : 200));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(statuses.filter((status) => status === 200)).toEqual([]);
  });

  it('by others locks nobody out of a place from which they got in before', async () => {
    const email = 'hugo@acme.example';
    const { password } = await newUser(email);
    const home = from('198.51.100.7');
    expect(await signIn(platform.origin, platform.issuer, email, password, home)).toHaveProperty('accessToken');
    for (let i = 0; i < 110; i++) {
      await signIn(platform.origin, platform.issuer, email, 'a wrong guess', from(`203.0.113.${i}`));
    }
    const stranger = await signIn(platform.origin, platform.issuer, email, password, from('203.0.113.250'));
    expect(stranger).toMatchObject({ status: 429 });
    expect(await signIn(platform.origin, platform.issuer, email, password, home)).toHaveProperty('accessToken');
  });
});

describe('passwords', () => {
  it('are chosen by invitation, once; a withdrawn or used link is worth nothing', async () => {
    const { token, invitation } = await newUser('ines@acme.example', 'finance');
    const again = await sendForm(platform, '/set-password', { token, name: 'X', password: 'another password' });
    expect(again.status).toBe(404);
    const listed = (await tenant.admin.all('/v1/invitations')).find((entry) => entry.id === invitation.id);
    expect([listed.status, listed.url]).toEqual(['accepted', undefined]);
    expect((await tenant.admin.call('DELETE', `/v1/invitations/${invitation.id}`)).status).toBe(409);
    const open = await tenant.admin.must('POST', '/v1/invitations', { email: 'ida@acme.example', role: 'viewer' });
    expect((await tenant.admin.must('DELETE', `/v1/invitations/${open.id}`)).status).toBe('withdrawn');
    const page = await fetchOf(platform)(open.url.replace(platform.issuer, platform.origin));
    expect(page.status).toBe(404);
    const short = await tenant.admin.must('POST', '/v1/invitations', { email: 'short@acme.example', role: 'viewer' });
    const link = new URL(short.url).searchParams.get('token')!;
    const refused = await sendForm(platform, '/set-password', { token: link, name: 'S', password: 'short' });
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('12 to 200')]);
  });

  it('of twenty uses of one link exactly one counts', async () => {
    const { url } = await tenant.admin.must('POST', '/v1/invitations', { email: 'one@acme.example', role: 'viewer' });
    const token = new URL(url).searchParams.get('token')!;
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        sendForm(platform, '/set-password', { token, name: 'X', password: `password number ${i}` }),
      ),
    );
    expect(uses.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect((await tenant.admin.all('/v1/users')).filter((user) => user.email === 'one@acme.example')).toHaveLength(1);
  });

  it('when changed end the other sessions, when reset all of them', async () => {
    const { user, password } = await newUser('paul@acme.example');
    const [here, there] = [
      await person(platform, 'paul@acme.example', password),
      await person(platform, 'paul@acme.example', password),
    ];
    const wrong = await here.call('PUT', '/v1/me/password', { current: 'wrong', next: 'a new long password' });
    expect(wrong.status).toBe(403);
    const changed = await here.call('PUT', '/v1/me/password', { current: password, next: 'a new long password' });
    expect(changed.body).toEqual({ ended: 1 });
    expect((await there.call('POST', '/v1/sign-out')).status).toBe(401);
    const { url } = await tenant.admin.must('POST', `/v1/users/${user.id}/password-reset`);
    const token = new URL(url).searchParams.get('token')!;
    expect((await sendForm(platform, '/set-password', { token, password: 'reset to this one' })).status).toBe(200);
    expect((await here.call('POST', '/v1/sign-out')).status).toBe(401);
    expect((await person(platform, 'paul@acme.example', 'reset to this one')).accessToken).toBeTruthy();
  });
});

describe('the second factor', () => {
  const secondStep = (pending: string, code: string) =>
    sendForm(platform, '/oauth/authorize/second-factor', { pending, code });
  /** Signs in up to the second step. */
  async function firstStep(email: string, password: string): Promise<string> {
    const page = await signIn(platform.origin, platform.issuer, email, password, fetchOf(platform));
    return /name="pending" value="([^"]+)"/.exec((page as { html: string }).html)![1]!;
  }

  it('is asked for once it is confirmed; a code works once, a recovery code once, five tries in all', async () => {
    const email = 'tess@acme.example';
    const { user, password } = await newUser(email);
    const tess = await person(platform, email, password);
    expect((await tess.call('POST', '/v1/me/second-factor', { password: 'wrong' })).status).toBe(403);
    const enrolment = (await tess.call('POST', '/v1/me/second-factor', { password })).body;
    expect(enrolment.uri).toMatch(/^otpauth:\/\/totp\/Fairlead:tess%40acme\.example\?/);
    const totp = new TOTP({ secret: enrolment.secret, algorithm: 'SHA1', digits: 6, period: 30 });
    expect((await tess.call('POST', '/v1/me/second-factor/confirm', { code: '000000' })).status).toBe(400);
    const first = totp.generate();
    const { recoveryCodes } = (await tess.call('POST', '/v1/me/second-factor/confirm', { code: first })).body;
    expect(recoveryCodes).toHaveLength(10);
    expect((await tess.call('GET', '/v1/me')).body.secondFactor).toEqual({ recoveryCodesLeft: 10 });

    const pending = await firstStep(email, password);
    // The code that confirmed it is used up, also for signing in.
    expect((await secondStep(pending, first)).status).toBe(401);
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    const done = await secondStep(pending, next);
    expect([done.status, new URL(done.headers.get('location')!).searchParams.has('code')]).toEqual([303, true]);
    expect((await secondStep(pending, next)).status).toBe(400);

    const byRecovery = await firstStep(email, password);
    expect((await secondStep(byRecovery, recoveryCodes[0])).status).toBe(303);
    const tried = await firstStep(email, password);
    expect((await secondStep(tried, recoveryCodes[0])).status).toBe(401);
    for (let i = 0; i < 4; i++) expect((await secondStep(tried, '123456')).status).toBe(401);
    expect((await secondStep(tried, recoveryCodes[1])).status).toBe(400);

    expect((await tenant.admin.must('DELETE', `/v1/users/${user.id}/second-factor`)).removed).toBe(true);
    expect((await tess.call('POST', '/v1/sign-out')).status).toBe(401);
    expect((await person(platform, email, password)).accessToken).toBeTruthy();
  });

  it('is removed by who knows the password, and is asked for no more', async () => {
    const email = 'rhea@acme.example';
    const { password } = await newUser(email);
    const rhea = await person(platform, email, password);
    expect((await rhea.call('POST', '/v1/me/second-factor/remove', { password })).body).toEqual({ removed: false });
    const { secret } = (await rhea.call('POST', '/v1/me/second-factor', { password })).body;
    const code = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate();
    expect((await rhea.call('POST', '/v1/me/second-factor/confirm', { code })).status).toBe(200);
    expect((await rhea.call('POST', '/v1/me/second-factor/remove', { password: 'wrong' })).status).toBe(403);
    expect((await rhea.call('POST', '/v1/me/second-factor/remove', { password })).body).toEqual({ removed: true });
    expect((await person(platform, email, password)).accessToken).toBeTruthy();
  });
});
