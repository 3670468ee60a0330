/** What ends with the rights of whoever made it, as the audit trails tell it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditTrailEntry } from '../../contracts/operations/audit.ts';
import { createTenant, operatorOf, type TestTenant, until } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { joinTenant, person, sendForm } from '../support/people.ts';
import { trailWith } from '../support/trail.ts';

let platform: Platform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
});
afterAll(() => platform?.close());

it('what a change ends is on record one by one, under the name of who made the change', async () => {
  const { user, password } = await joinTenant(platform, tenant, 'leaving@acme.example', 'tenant_admin');
  const own = await person(platform, 'leaving@acme.example', password);
  await person(platform, 'leaving@acme.example', password);
  const { body: invitation } = await own.call('POST', '/v1/invitations', { email: 'y@acme.example', role: 'viewer' });
  const { user: other } = await joinTenant(platform, tenant, 'staying@acme.example');
  await own.call('POST', `/v1/users/${other.id}/password-reset`);
  const disabled = { name: 'L', role: 'tenant_admin', status: 'disabled' };
  await tenant.admin.must('PUT', `/v1/users/${user.id}`, disabled, { 'if-match': `"${user.version}"` });
  const entries = await trailWith(tenant.admin, ['user.disabled', 'password.reset_link_ended']);
  const { actor, correlationId } = entries.find(({ action }) => action === 'user.disabled')!;
  const caused = entries.filter((entry) => entry.correlationId === correlationId);
  expect(caused.map(({ action, object }) => `${action} ${object.id}`).sort()).toEqual(
    [
      `invitation.withdrawn ${invitation.id}`,
      `password.reset_link_ended ${other.id}`,
      ...caused.filter(({ action }) => action === 'session.ended').map(({ object }) => `session.ended ${object.id}`),
      `user.disabled ${user.id}`,
    ].sort(),
  );
  expect(caused.filter(({ action }) => action === 'session.ended')).toHaveLength(2);
  expect(new Set(caused.map((entry) => JSON.stringify(entry.actor)))).toEqual(new Set([JSON.stringify(actor)]));
});

it('a link that ends with who made it is on record where it led', async () => {
  const operator = operatorOf(platform);
  const join = async (url: string, email: string) => {
    const token = new URL(url).searchParams.get('token')!;
    await sendForm(platform, '/set-password', { token, name: 'N', password: 'a password of theirs' });
    return person(platform, email, 'a password of theirs');
  };
  const [helping, first] = ['helping@fairlead.example', 'first@beta.example'];
  const asked = await operator.must('POST', '/v1/invitations', { email: helping, role: 'platform_operator' });
  const helper = await join(asked.url, helping);
  const beta = (await helper.call('POST', '/v1/tenants', { name: 'Beta', slug: 'beta', admin: { email: first } })).body;
  const helpers = (await operator.must('GET', '/v1/users')).items.find(({ email }: any) => email === helping);
  const disabled = { name: 'H', role: 'platform_operator', status: 'disabled' };
  await operator.must('PUT', `/v1/users/${helpers.id}`, disabled, { 'if-match': `"${helpers.version}"` });
  const links = [beta.invitation];
  for (let i = 0; i < 2; i++)
    links.push(await operator.must('POST', `/v1/tenants/${beta.id}/administrators`, { email: first }));
  const admin = await join(links[2].url, first);
  const entries = await until('the trail has both ends', async () => {
    const { items } = (await admin.call('GET', '/v1/audit?limit=200')).body;
    const ends = items.filter(({ action }: AuditTrailEntry) => action === 'invitation.withdrawn');
    return ends.length === 2 && ends;
  });
  const ended = new Set(entries.map(({ object }: AuditTrailEntry) => object.id));
  expect(ended).toEqual(new Set([links[0].id, links[1].id]));
});
