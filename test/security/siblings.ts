/** Siblings of the promises: the same rule at another door, and what went past a rule by a side way. */
import { createHash, randomUUID } from 'node:crypto';
import { addressGroup } from '../../domain/security/addresses.ts';
import { ApiClient } from '../../scripts/support/api.ts';
import { createTenant, operatorOf, signIn, spaceOf } from '../support/fixtures.ts';
import { joinTenant, person } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';
import { at, type Check, changeMachine, type Lab, line, useLink } from './lab.ts';
import { triesFrom } from './stored.ts';

const admin = ({ world }: Lab) => world.a.tenant.admin;
const newcomer = (): string => `sibling-${randomUUID()}@alder.example`;
const consoleForm = (fields: Record<string, string>) => ({ client_id: 'fairlead-console', ...fields });
const renewal = (token: string) => consoleForm({ grant_type: 'refresh_token', refresh_token: token });

/** Somebody of tenant A, signed in. */
async function somebody(lab: Lab, role = 'viewer') {
  const email = newcomer();
  const { password } = await joinTenant(lab.platform, lab.world.a.tenant, email, role);
  return { email, password, own: await person(lab.platform, email, password) };
}

/** The terms of space, as a change names them: without carrier, lane and unit. */
const termsOf = (space: object): object => {
  const { carrierId: _carrier, origin: _from, destination: _to, ...terms } = space as Record<string, unknown>;
  return terms;
};

/** The checks. */
export const SIBLINGS: Check[] = [
  {
    id: 'S01',
    name: 'signing out by a refresh token that was spent meanwhile ends the session',
    want: '200 200 400 401',
    run: async (lab) => {
      const { own } = await somebody(lab);
      const renewed = await lab.form('/oauth/token', renewal(own.refreshToken));
      const { refresh_token: next, access_token: token } = (await renewed.json()) as Record<string, string>;
      const revoked = await lab.form('/oauth/revoke', consoleForm({ token: own.refreshToken }));
      const after = await lab.form('/oauth/token', renewal(next!));
      const asked = await lab.call(token!, 'POST', '/v1/sign-out');
      return line(renewed.status, revoked.status, after.status, asked.status);
    },
  },
  {
    id: 'S01',
    name: 'what the operators’ client made by a secret that has leaked: link and token, before and after it is revoked',
    want: '200 404 401 200',
    run: async (lab) => {
      const operator = operatorOf(lab.platform);
      const token = await operator.token();
      const made = await operator.must('POST', '/v1/invitations', { email: newcomer(), role: 'platform_operator' });
      const before = await lab.call(token, 'GET', '/v1/tenants');
      await operator.must('POST', '/v1/operator-client/revoke', {});
      const link = await useLink(lab, made.url, lab.address());
      const after = await lab.call(token, 'GET', '/v1/tenants');
      const anew = await lab.call(await operatorOf(lab.platform).token(), 'GET', '/v1/tenants');
      return line(before.status, link, after.status, anew.status);
    },
  },
  {
    id: 'S02',
    name: 'a secret that was rotated before, asked for again under its key by who was narrowed since',
    want: '200 403',
    run: async (lab) => {
      const [target, caller] = [
        await lab.machine(admin(lab), 'tenant_admin'),
        await lab.machine(admin(lab), 'tenant_admin'),
      ];
      const path = `/v1/clients/${target.id}/rotate-secret`;
      const key = { 'idempotency-key': randomUUID() };
      const first = await lab.call(await caller.api.token(), 'POST', path, {}, key);
      await changeMachine(admin(lab), caller.id, { scopes: ['clients:manage', 'users:manage'] });
      const fresh = new ApiClient(lab.platform.origin, { id: caller.id, secret: caller.secret }, lab.fetcher);
      return line(first.status, (await lab.call(await fresh.token(), 'POST', path, {}, key)).status);
    },
  },
  {
    id: 'S04',
    name: 'a right password at one’s own account does not hide a wrong one at somebody else’s under the same address',
    want: '303, 1 try counted',
    run: async (lab) => {
      const { email } = await somebody(lab);
      const from = lab.address();
      const { tenant } = lab.world.b;
      await tenant.admin.must('POST', '/v1/users', {
        email,
        name: 'G',
        role: 'viewer',
        password: 'a guess at the other',
      });
      const { origin, issuer } = lab.platform;
      const tried = await signIn(origin, issuer, email, 'a guess at the other', at(lab.fetcher, from));
      const tries = await triesFrom(lab.platform, addressGroup(from['cf-connecting-ip']!));
      return `${'status' in tried ? tried.status : 303}, ${tries} try counted`;
    },
  },
  {
    id: 'S07',
    name: 'the account in a sixth organisation under one address: without a name, and with its short name; another’s with a blank for a name',
    want: '401 303 303',
    run: async (lab) => {
      const email = newcomer();
      const slug = `six${createHash('sha256').update(email).digest('hex').slice(0, 8)}`;
      for (let i = 0; i < 5; i++) {
        const other = await createTenant(lab.platform, `${slug}${i}`);
        await other.admin.must('POST', '/v1/users', { email, name: 'X', role: 'viewer', password: `of another ${i}` });
      }
      const sixth = await createTenant(lab.platform, slug);
      const { password } = await joinTenant(lab.platform, sixth, email);
      const login = async (more: Record<string, string>) => {
        const fields = {
          response_type: 'code',
          client_id: 'fairlead-console',
          redirect_uri: `${lab.platform.issuer}/auth/callback`,
          state: 's',
          code_challenge: createHash('sha256').update('v').digest('base64url'),
          code_challenge_method: 'S256',
          email,
          password,
        };
        return (await lab.form('/oauth/authorize', { ...fields, ...more }, lab.address())).status;
      };
      const blank = { email: sixth.adminEmail, password: sixth.password, organisation: ' ' };
      return line(await login({}), await login({ organisation: slug }), await login(blank));
    },
  },
  {
    id: 'S10',
    name: 'a socket that is open when the address list is changed',
    want: '4401',
    run: async (lab) => {
      const tenant = await createTenant(lab.platform, `sock${randomUUID().slice(0, 8)}`);
      const { url } = await tenant.admin.must('POST', '/v1/ws-tickets', { topic: 'fleet' });
      const socket = await openSocket(lab.platform.origin, url);
      const policy = { allowedAddresses: [], blockedAddresses: ['198.51.100.0/24'], corsOrigins: [] };
      await tenant.admin.must('PUT', '/v1/policy', policy, { 'if-match': '"0"' });
      return line(await socket.closed);
    },
  },
  {
    id: 'S10',
    name: 'a renewal by cookie from outside the address list, and again from inside',
    want: '400 with the cookie kept, 200, and 400 with the cookie dropped once the session is over',
    run: async (lab) => {
      const tenant = await createTenant(lab.platform, `cook${randomUUID().slice(0, 8)}`);
      const email = newcomer();
      const { password } = await joinTenant(lab.platform, tenant, email);
      const { refreshToken } = await person(lab.platform, email, password);
      const [inside, outside] = [lab.address(), lab.address()];
      const policy = { allowedAddresses: [`${inside['cf-connecting-ip']}/128`], blockedAddresses: [], corsOrigins: [] };
      const { origin: _origin, issuer } = lab.platform;
      await tenant.admin.must('PUT', '/v1/policy', policy, { 'if-match': '"0"', ...inside });
      const renew = (from: Record<string, string>) =>
        lab.form('/oauth/token', consoleForm({ grant_type: 'refresh_token', refresh_token_delivery: 'cookie' }), {
          ...from,
          origin: issuer,
          cookie: `__Host-fairlead-session=${refreshToken}; __Secure-fairlead-session=${refreshToken}; fairlead-session=${refreshToken}`,
        });
      const cookieOf = (answer: Response) => (answer.headers.has('set-cookie') ? 'dropped' : 'kept');
      const refused = await renew(outside);
      const good = await renew(inside);
      await lab.form('/oauth/revoke', consoleForm({ token: refreshToken }), inside);
      const over = await renew(inside);
      return `${refused.status} with the cookie ${cookieOf(refused)}, ${good.status}, and ${over.status} with the cookie ${cookieOf(over)} once the session is over`;
    },
  },
  {
    id: 'S06',
    name: 'terms that would confirm in the carrier’s place: instant, by who may not record its word and by who may',
    want: '403 200',
    run: async (lab) => {
      const { tenant } = lab.world.a;
      const space = spaceOf(tenant.carrierId, 10);
      const made = await admin(lab).must('POST', '/v1/allocations', { ...space, confirmation: 'carrier' });
      const change = async (token: string) =>
        (
          await lab.call(
            token,
            'PUT',
            `/v1/allocations/${made.id}`,
            { ...termsOf(space), confirmation: 'instant' },
            { 'if-match': '"1"' },
          )
        ).status;
      const manager = await lab.machine(admin(lab), 'procurement_manager');
      return line(await change(await manager.api.token()), await change(await admin(lab).token()));
    },
  },
  {
    id: 'S06',
    name: 'a confirmation that is said to be older than the booking',
    want: '422 /confirmedAt',
    run: async (lab) => {
      const { tenant } = lab.world.a;
      const terms = { ...spaceOf(tenant.carrierId, 10), confirmation: 'carrier' };
      const space = await admin(lab).must('POST', '/v1/allocations', terms);
      const booking = await admin(lab).must('POST', '/v1/bookings', { allocationId: space.id, quantity: 1 });
      const said = { means: 'telephone', confirmedAt: '2001-01-01T00:00:00Z' };
      const path = `/v1/bookings/${booking.id}/carrier-confirmation`;
      const answer = await lab.call(await admin(lab).token(), 'POST', path, said, { 'if-match': '"1"' });
      return line(answer.status, answer.body.errors?.[0]?.pointer);
    },
  },
];
