/** S02: nobody acts on who may do more; one rule for people, clients, sessions, invitations and links. */
import { accept } from '../../scripts/support/invitations.ts';
import { joinTenant, person } from '../support/people.ts';
import { type Check, type Lab, line } from './lab.ts';

let people = 0;
const admin = ({ world }: Lab) => world.a.tenant.admin;

/** A machine that may manage one thing and nothing else. */
const manager = (lab: Lab, scope: string) =>
  lab.machine(admin(lab), 'tenant_admin', [scope]).then(({ api }) => api.token());

async function newAdministrator(lab: Lab) {
  const email = `s02-${++people}@alder.example`;
  const { password, user } = await joinTenant(lab.platform, lab.world.a.tenant, email, 'tenant_admin');
  return { user, own: await person(lab.platform, email, password) };
}

const asked = async (lab: Lab, scope: string, method: string, path: string, body?: unknown) =>
  (await lab.call(await manager(lab, scope), method, path, body, { 'if-match': '"1"' })).status;

/** The checks. */
export const AUTHORITY: Check[] = [
  {
    id: 'S02',
    name: 'a narrow client narrows, disables and rotates a stronger one',
    want: '403 403 403, and it is as it was',
    run: async (lab) => {
      const strong = await lab.machine(admin(lab), 'tenant_admin');
      const narrow = await manager(lab, 'clients:manage');
      const path = `/v1/clients/${strong.id}`;
      const put = (change: object) =>
        lab.call(narrow, 'PUT', path, { name: 'x', scopes: null, status: 'active', ...change }, { 'if-match': '"1"' });
      const seen = [
        (await put({ scopes: ['clients:manage'] })).status,
        (await put({ scopes: ['clients:manage'], status: 'disabled' })).status,
        (await lab.call(narrow, 'POST', `${path}/rotate-secret`, { immediately: true })).status,
      ];
      const after = await admin(lab).must('GET', path);
      const same = after.version === 1 && after.status === 'active' && after.scopes === null;
      return `${line(...seen)}, and it is ${same ? 'as it was' : 'another'}`;
    },
  },
  {
    id: 'S02',
    name: 'a narrow client widens itself',
    want: '403',
    run: async (lab) => {
      const { id, api } = await lab.machine(admin(lab), 'tenant_admin', ['clients:manage']);
      const body = { name: 'x', scopes: null, status: 'active' };
      return line((await lab.call(await api.token(), 'PUT', `/v1/clients/${id}`, body, { 'if-match': '"1"' })).status);
    },
  },
  {
    id: 'S02',
    name: 'a narrow client makes a wider one, and a wider invitation',
    want: '403 403',
    run: async (lab) =>
      line(
        await asked(lab, 'clients:manage', 'POST', '/v1/clients', {
          name: 'x',
          role: 'tenant_admin',
          scopes: ['users:manage'],
        }),
        await asked(lab, 'users:manage', 'POST', '/v1/invitations', { email: 'x@alder.example', role: 'tenant_admin' }),
      ),
  },
  {
    id: 'S02',
    name: 'a narrow client changes, resets and signs out an administrator',
    want: '403 403 403 403 403 403, who is still in',
    run: async (lab) => {
      const { user, own } = await newAdministrator(lab);
      const path = `/v1/users/${user.id}`;
      const body = { name: user.name, role: 'viewer', status: 'disabled' };
      const [session] = (await own.call('GET', '/v1/sessions')).body.items;
      const seen = [
        await asked(lab, 'users:manage', 'PUT', path, body),
        await asked(lab, 'users:manage', 'POST', `${path}/password-reset`),
        await asked(lab, 'users:manage', 'DELETE', `${path}/second-factor`),
        await asked(lab, 'users:manage', 'DELETE', `${path}/sessions`),
        await asked(lab, 'users:manage', 'DELETE', `${path}/sessions/${session.id}`),
        await asked(lab, 'users:manage', 'GET', `${path}/sessions`),
      ];
      const after = await own.call('POST', '/v1/clients', { name: 'x', role: 'viewer' });
      return `${line(...seen)}, who is ${after.status === 201 ? 'still in' : 'out'}`;
    },
  },
  {
    id: 'S02',
    name: 'a narrow client withdraws an administrator’s invitation',
    want: '403 open',
    run: async (lab) => {
      const email = `s02-${++people}@alder.example`;
      const made = await admin(lab).must('POST', '/v1/invitations', { email, role: 'tenant_admin' });
      const status = await asked(lab, 'users:manage', 'DELETE', `/v1/invitations/${made.id}`);
      const found = (await admin(lab).all('/v1/invitations')).find(({ id }) => id === made.id);
      return line(status, found.status);
    },
  },
  {
    id: 'S02',
    name: 'an administrator does all of it to who may do less',
    want: '200 200 200 200',
    run: async (lab) => {
      const email = `s02-${++people}@alder.example`;
      const { user } = await joinTenant(lab.platform, lab.world.a.tenant, email);
      const token = await admin(lab).token();
      const path = `/v1/users/${user.id}`;
      const body = { name: user.name, role: 'viewer', status: 'active' };
      const seen = [
        await lab.call(token, 'PUT', path, body, { 'if-match': `"${user.version}"` }),
        await lab.call(token, 'POST', `${path}/password-reset`),
        await lab.call(token, 'DELETE', `${path}/second-factor`),
        await lab.call(token, 'DELETE', `${path}/sessions`),
      ];
      return line(...seen.map(({ status }) => (status === 201 ? 200 : status)));
    },
  },
  {
    id: 'S02',
    name: 'a tenant’s first administrator comes by an invitation; a second one only while there is none',
    want: '201 link, 409 once it was accepted',
    run: async (lab) => {
      const email = `first-${++people}@new.example`;
      const operator = await lab.world.operator.token();
      const made = await lab.call(operator, 'POST', '/v1/tenants', {
        name: 'New',
        slug: `s02-${people}`,
        admin: { email },
      });
      const again = () => lab.call(operator, 'POST', `/v1/tenants/${made.body.id}/administrators`, { email });
      const second = await again();
      await accept(
        lab.platform.origin,
        second.body,
        { name: 'First', password: 'a long enough password' },
        lab.fetcher,
      );
      return `${made.status} ${made.body.invitation.url ? 'link' : 'nothing'}, ${(await again()).status} once it was accepted`;
    },
  },
];
