import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../scripts/support/api.ts';
import { createTenant, operatorOf, spaceOf, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';
import { asker, invite } from '../support/world.ts';

let platform: Platform;
let tenant: TestTenant;
let operator: ApiClient;

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  operator = operatorOf(platform);
});
afterAll(() => platform?.close());

describe('people of a carrier', () => {
  const spaceFor = (carrierId: string) => spaceOf(carrierId, 10, { confirmation: 'carrier' });

  it('see and answer what is addressed to their carrier, in whichever tenant, and nothing else', async () => {
    const other = await createTenant(platform, 'bravo');
    const book = async ({ admin }: TestTenant, scac: string) => {
      const carrier = await admin.must('POST', '/v1/carriers', { scac, name: scac });
      const space = await admin.must('POST', '/v1/allocations', spaceFor(carrier.id));
      const booking = await admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 2 });
      return { carrierId: carrier.id as string, booking };
    };
    const [first, second, foreign] = [await book(tenant, 'LINE'), await book(other, 'LINE'), await book(other, 'ELSE')];
    expect(first.carrierId).toBe(second.carrierId);
    const token = await invite(platform, operator, {
      email: 'desk@line.example',
      role: 'carrier_user',
      carrierId: first.carrierId,
    });
    const as = asker(platform, token);
    const ids = async (): Promise<string[]> =>
      (await as('GET', '/v1/carrier/bookings')).body.items.map((item: any) => item.id);
    const addressed = new Set([first.booking.id, second.booking.id]);
    expect(new Set(await ids())).toEqual(addressed);
    const customers = (await as('GET', '/v1/carrier/customers')).body.items;
    expect(new Set(customers.map((entry: any) => entry.name))).toEqual(new Set(['acme', 'bravo']));
    const page = (await as('GET', '/v1/carrier/bookings?limit=1')).body;
    const rest = (await as('GET', `/v1/carrier/bookings?limit=1&cursor=${page.nextCursor}`)).body;
    expect(new Set([page.items[0].id, rest.items[0].id])).toEqual(addressed);

    const of = (id: string) => `/v1/carrier/customers/${tenant.id}/bookings/${id}`;
    const path = of(first.booking.id);
    expect((await as('GET', path)).body).toMatchObject({ state: 'requested', tenant: { name: 'acme' } });
    expect((await as('GET', of(foreign.booking.id))).status).toBe(404);
    expect((await as('GET', of(second.booking.id))).status).toBe(404);
    const confirm = (headers: Record<string, string>) =>
      as('POST', `${path}/transitions`, { to: 'confirmed', reason: 'as asked' }, headers);
    expect((await confirm({})).status).toBe(428);
    expect((await confirm({ 'if-match': '"7"' })).status).toBe(412);
    const confirmed = await confirm({ 'if-match': '"1"' });
    expect([confirmed.status, confirmed.body.state]).toEqual([200, 'confirmed']);
    const subject = expect.stringMatching(/^usr_/);
    expect(confirmed.body.confirmedBy).toMatchObject({ how: 'carrier', subject, means: null, spokeWith: null });
    expect((await confirm({ 'if-match': '"2"' })).status).toBe(409);
    const { audit: trail, confirmedBy } = await tenant.admin.must('GET', `/v1/bookings/${first.booking.id}`);
    const detail = expect.stringMatching(/^shipment shp_\w+, as asked$/);
    expect(trail.at(-1)).toMatchObject({ action: 'booking.confirmed', subject, detail });
    expect(confirmedBy).toEqual(confirmed.body.confirmedBy);
    for (const route of ['/v1/bookings', '/v1/containers', '/v1/users', '/v1/allocations', '/v1/carriers']) {
      expect([route, (await as('GET', route)).status]).toEqual([route, 403]);
    }
    const { body: me } = await as('GET', '/v1/me');
    expect(me.tenant.id).toBe(first.carrierId);

    // They have no administrator of their own: the operators look after them.
    const people = (await operator.must('GET', `/v1/users?carrierId=${first.carrierId}`)).items;
    expect(people.map((entry: any) => entry.id)).toEqual([me.subject]);
    const change = { name: 'Desk', role: 'carrier_user', status: 'disabled' };
    const put = (body: object) => operator.call('PUT', `/v1/users/${me.subject}`, body, { 'if-match': '"1"' });
    expect((await put({ ...change, role: 'platform_operator' })).status).toBe(403);
    expect((await put(change)).status).toBe(200);
    expect((await as('POST', '/v1/sign-out')).status).toBe(401);
    expect((await tenant.admin.call('GET', `/v1/users?carrierId=${first.carrierId}`)).status).toBe(403);
  });

  it('see what was recorded of their confirmation, without the shipper’s people', async () => {
    const other = await createTenant(platform, 'charlie');
    const carrier = await other.admin.must('POST', '/v1/carriers', { scac: 'WORD', name: 'WORD' });
    const space = await other.admin.must('POST', '/v1/allocations', spaceFor(carrier.id));
    const { id } = await other.admin.must('POST', '/v1/bookings', { allocationId: space.id, quantity: 2 });
    const given = { means: 'telephone', spokeWith: 'The export desk' };
    const headers = { 'if-match': '"1"' };
    await other.admin.must('POST', `/v1/bookings/${id}/carrier-confirmation`, given, headers);
    const invitation = { email: 'desk@word.example', role: 'carrier_user', carrierId: carrier.id };
    const as = asker(platform, await invite(platform, operator, invitation));
    const { body } = await as('GET', `/v1/carrier/customers/${other.id}/bookings/${id}`);
    expect(body.confirmedBy).toMatchObject({ how: 'recorded', subject: null, ...given });
    const confirm = await as(
      'POST',
      `/v1/carrier/customers/${other.id}/bookings/${id}/transitions`,
      { to: 'confirmed' },
      { 'if-match': '"2"' },
    );
    expect(confirm.body.code).toBe('booking.transition_invalid');
  });

  it('are invited by the platform alone, and space needs a carrier that was invited', async () => {
    const invitation = { email: 'x@line.example', role: 'carrier_user', carrierId: tenant.carrierId };
    expect((await tenant.admin.call('POST', '/v1/invitations', invitation)).status).toBe(403);
    const noCarrier = await operator.call('POST', '/v1/invitations', { email: 'y@line.example', role: 'carrier_user' });
    expect([noCarrier.status, noCarrier.body.errors[0].pointer]).toEqual([400, '/carrierId']);
    expect((await operator.call('POST', '/v1/invitations', { email: 'z@x.example', role: 'viewer' })).status).toBe(403);
    const space = await tenant.admin.call('POST', '/v1/allocations', spaceFor('car_00000000000000000000000000'));
    expect([space.status, space.body.errors[0].pointer]).toEqual([400, '/carrierId']);
  });
});
