import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditTrailEntry } from '../../contracts/operations/audit.ts';
import { genesis } from '../../domain/audit/chain.ts';
import { sha256 } from '../../platform/sha256.ts';
import { entriesOfPlatform, verifyEntries } from '../../scripts/support/audit.ts';
import { createTenant, operatorOf, spaceOf, type TestTenant, until } from '../support/fixtures.ts';
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

const put = (path: string, body: object, version: number) =>
  tenant.admin.must('PUT', path, body, { 'if-match': `"${version}"` });

it('everything that changes who may do what, or what was agreed, is on record, with no secret in it', async () => {
  const { admin } = tenant;
  const operator = operatorOf(platform);
  const { user, password } = await joinTenant(platform, tenant, 'grace@acme.example');
  const own = await person(platform, 'grace@acme.example', password);
  const { secret } = (await own.call('POST', '/v1/me/second-factor', { password })).body;
  await own.call('PUT', '/v1/me/password', { current: password, next: 'another long password' });
  await own.call('POST', '/v1/sign-out');
  await put(`/v1/users/${user.id}`, { name: 'Grace', role: 'viewer', status: 'active' }, user.version + 1);
  const reset = await admin.must('POST', `/v1/users/${user.id}/password-reset`);
  const token = new URL(reset.url).searchParams.get('token')!;
  await sendForm(platform, '/set-password', { token, password: 'a third long password' });
  await admin.must('DELETE', `/v1/users/${user.id}/second-factor`);
  await admin.must('DELETE', `/v1/users/${user.id}/sessions`);
  const invited = await admin.must('POST', '/v1/invitations', { email: 'x@acme.example', role: 'viewer' });
  await admin.must('DELETE', `/v1/invitations/${invited.id}`);
  const client = await admin.must('POST', '/v1/clients', { name: 'Robot', role: 'operations' });
  await put(`/v1/clients/${client.id}`, { name: 'Robot', scopes: ['bookings:read'], status: 'active' }, 1);
  const rotated = await admin.must('POST', `/v1/clients/${client.id}/rotate-secret`, { immediately: true });
  await put(`/v1/clients/${client.id}`, { name: 'Robot', scopes: ['bookings:read'], status: 'disabled' }, 3);
  await put('/v1/policy', { blockedAddresses: ['198.51.100.7/32'] }, 0);
  const limits = { subjectPerMinute: 5_000, tenantPerMinute: 50_000 };
  await operator.must('PUT', `/v1/tenants/${tenant.id}/limits`, limits, { 'if-match': '"0"' });
  await operator.must('POST', '/v1/signing-keys/rotate', {});
  const connection = await admin.must('POST', '/v1/connections', {
    name: 'P',
    carrierId: tenant.carrierId,
    format: 'positions',
  });
  await admin.must('POST', `/v1/connections/${connection.id}/rotate-secret`);
  await admin.must('POST', `/v1/connections/${connection.id}/disable`);
  const endpoint = await admin.must('POST', '/v1/webhook-endpoints', { url: 'https://hooks.acme.com/x' });
  await admin.must('POST', `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`);
  await admin.must('DELETE', `/v1/webhook-endpoints/${endpoint.id}`);
  const space = await admin.must('POST', '/v1/allocations', spaceOf(tenant.carrierId, 10));
  const booking = await admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
  await admin.must('POST', `/v1/bookings/${booking.id}/transitions`, { to: 'cancelled' }, { 'if-match': '"1"' });

  const actions = [
    'tenant.created',
    'invitation.made',
    'invitation.accepted',
    'invitation.withdrawn',
    'session.begun',
    'session.ended',
    'session.all_ended',
    'factor.begun',
    'factor.reset',
    'password.changed',
    'password.reset_link_made',
    'password.reset',
    'user.role_changed',
    'client.created',
    'client.narrowed',
    'client.rotated',
    'client.disabled',
    'carrier.invited',
    'policy.changed',
    'limits.changed',
    'connection.created',
    'connection.rotated',
    'connection.disabled',
    'endpoint.created',
    'endpoint.rotated',
    'endpoint.removed',
    'allocation.created',
    'booking.requested',
    'booking.confirmed',
    'booking.cancelled',
  ];
  const entries = await trailWith(tenant.admin, actions);
  const text = JSON.stringify(entries);
  for (const hidden of [secret, rotated.secret, connection.secret, endpoint.secret, token, password, 'long password']) {
    expect(text).not.toContain(hidden);
  }
  const of = (action: string) => entries.find((entry) => entry.action === action)!;
  expect(of('client.narrowed')).toMatchObject({
    object: { type: 'client', id: client.id },
    before: { scopes: null },
    after: { scopes: ['bookings:read'] },
    actor: { kind: 'client', organisationId: tenant.id },
  });
  expect(of('policy.changed').after).toEqual({ blockedAddresses: ['198.51.100.7/32'] });
  // What an operator does to a tenant is in the tenant's trail and in the platform's.
  expect(of('limits.changed').actor).toMatchObject({ organisationId: 'platform', subject: 'platform-operator' });
  const platforms = await trailWith(operator, ['limits.changed', 'tenant.created', 'signing_key.rotated']);
  expect(platforms.map(({ action }) => action)).not.toContain('client.created');
  const verdict = await verifyEntries(entriesOfPlatform(tenant.admin), {
    from: genesis(tenant.id, sha256),
    known: null,
  });
  expect(verdict).toMatchObject({ fault: null });
});

it('an act names its request by our id and by the caller’s, and where it came from', async () => {
  const headers = { 'x-correlation-id': 'order-4711-try-2', 'cf-connecting-ip': '203.0.113.77' };
  const made = await tenant.admin.call('POST', '/v1/clients', { name: 'Traced', role: 'viewer' }, headers);
  const entries = await trailWith(tenant.admin, ['client.created']);
  const entry = entries.find(({ object }) => object.id === made.body.id)!;
  expect(entry).toMatchObject({
    correlationId: made.headers.get('x-request-id'),
    callerCorrelationId: 'order-4711-try-2',
    address: '203.0.113.77',
  });
});

it('a request that is refused, or answered again, records nothing', async () => {
  const key = { 'idempotency-key': 'the-same-request-twice' };
  const body = { name: 'Once', role: 'viewer' };
  const made = await tenant.admin.must('POST', '/v1/clients', body, key);
  await tenant.admin.must('POST', '/v1/clients', body, key);
  const stale = { name: 'Stale', scopes: null, status: 'active' };
  await tenant.admin.call('PUT', `/v1/clients/${made.id}`, stale, { 'if-match': '"7"' });
  const entries = await trailWith(tenant.admin, ['client.created']);
  expect(entries.filter(({ object }) => object.id === made.id).map(({ action }) => action)).toEqual(['client.created']);
});

it('a token that is revoked, and sealing anew, are on record', async () => {
  const operator = operatorOf(platform);
  const { password } = await joinTenant(platform, tenant, 'once@acme.example');
  const { accessToken } = await person(platform, 'once@acme.example', password);
  await sendForm(platform, '/oauth/revoke', { client_id: 'fairlead-console', token: accessToken });
  await trailWith(tenant.admin, ['token.revoked']);
  await operator.must('POST', '/v1/sealing-keys/identity/reseal', {});
  await trailWith(operator, ['sealing_key.reseal_asked']);
});

it('a carrier’s act on a customer’s booking is under the carrier’s own name', async () => {
  const operator = operatorOf(platform);
  const email = 'desk@carrier.example';
  const invited = await operator.must('POST', '/v1/invitations', {
    email,
    role: 'carrier_user',
    carrierId: tenant.carrierId,
  });
  const token = new URL(invited.url).searchParams.get('token')!;
  await sendForm(platform, '/set-password', { token, name: 'Desk', password: 'a password of the desk' });
  const desk = await person(platform, email, 'a password of the desk');
  const terms = spaceOf(tenant.carrierId, 10, { confirmation: 'carrier' });
  const space = await tenant.admin.must('POST', '/v1/allocations', terms);
  const booking = await tenant.admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
  const path = `/v1/carrier/customers/${tenant.id}/bookings/${booking.id}/transitions`;
  const done = await desk.call('POST', path, { to: 'confirmed' }, { 'if-match': '"1"' });
  expect(done.status).toBe(200);
  const entry = await until('the trail has the confirmation', async () =>
    (await tenant.admin.all<AuditTrailEntry>('/v1/audit?limit=200')).find(
      ({ action, object }) => action === 'booking.confirmed' && object.id === booking.id,
    ),
  );
  expect(entry.actor).toMatchObject({ kind: 'user', organisationId: tenant.carrierId, sessionId: null });
});
