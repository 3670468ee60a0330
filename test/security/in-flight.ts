/** S01: what was under way when rights ended. A request is judged when all of it is there, and again where it writes. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { joinTenant, person } from '../support/people.ts';
import { type Check, changeMachine, type Lab, line } from './lab.ts';

const admin = ({ world }: Lab) => world.a.tenant.admin;
const newcomer = (): string => `in-flight-${randomUUID()}@alder.example`;

/** Sends all of a request but the end of its body, does something, and sends the rest; the status of the answer. */
function held(lab: Lab, token: string, path: string, body: object, act: () => Promise<unknown>): Promise<number> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'idempotency-key': randomUUID(),
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, lab.platform.origin), { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    sent.on('error', reject);
    sent.write(text.slice(0, 3), () => {
      // Two whole requests behind it: by then the platform has its headers.
      lab
        .call(token, 'GET', '/v1/me')
        .then(() => lab.call(token, 'GET', '/v1/me'))
        .then(act)
        .then(() => sent.end(text.slice(3)), reject);
    });
  });
}

/** An administrator, and what ends its rights in a given way. */
async function administrator(lab: Lab) {
  const email = newcomer();
  const { password, user } = await joinTenant(lab.platform, lab.world.a.tenant, email, 'tenant_admin');
  const { accessToken } = await person(lab.platform, email, password);
  const change = async (to: object): Promise<unknown> => {
    const { name, role, status, version } = await admin(lab).must('GET', `/v1/users/${user.id}`);
    const next = { name, role, status, ...to };
    return admin(lab).must('PUT', `/v1/users/${user.id}`, next, { 'if-match': `"${version}"` });
  };
  return { id: user.id, accessToken, change };
}

/** What an administrator may make that would outlive its rights. */
const MAKING: [path: string, body: (carrierId: string) => object][] = [
  ['/v1/invitations', () => ({ email: newcomer(), role: 'tenant_admin' })],
  ['/v1/clients', () => ({ name: 'held', role: 'tenant_admin' })],
  ['/v1/users', () => ({ email: newcomer(), name: 'H', role: 'tenant_admin', password: randomUUID() })],
  ['/v1/connections', (carrierId) => ({ name: 'held', carrierId, format: 'dcsa' })],
  ['/v1/webhook-endpoints', () => ({ url: 'https://hooks.example.com/x' })],
];

const ways: [name: string, to: object][] = [
  ['is disabled', { status: 'disabled' }],
  ['gets another role', { role: 'viewer' }],
];

const heldByPeople = ways.map(
  ([name, to]): Check => ({
    id: 'S01',
    name: `requests whose bodies end after the person ${name}`,
    want: '401 401 401 401 401',
    run: async (lab) => {
      const statuses: number[] = [];
      for (const [path, body] of MAKING) {
        const { accessToken, change } = await administrator(lab);
        statuses.push(await held(lab, accessToken, path, body(lab.world.a.tenant.carrierId), () => change(to)));
      }
      return line(...statuses);
    },
  }),
);

/** The service bindings of the gateway, which are behind admission. */
interface Services {
  IDENTITY: Record<string, (context: object, input: object) => Promise<{ ok: boolean; code?: string }>>;
  TRACKING: Services['IDENTITY'];
}

/** What is written in the directory, by the names of the operations; each needs the ids of things that exist. */
const WRITING: [service: keyof Services, operation: string, input: (of: Record<string, string>) => object][] = [
  ['IDENTITY', 'createInvitation', () => ({ email: newcomer(), role: 'viewer' })],
  ['IDENTITY', 'withdrawInvitation', ({ invitation }) => ({ id: invitation })],
  ['IDENTITY', 'createUser', () => ({ email: newcomer(), name: 'N', role: 'viewer', password: randomUUID() })],
  ['IDENTITY', 'changeUser', ({ user }) => ({ id: user, name: 'N', role: 'tenant_admin', status: 'active' })],
  ['IDENTITY', 'createPasswordReset', ({ user }) => ({ id: user })],
  ['IDENTITY', 'createClient', () => ({ name: 'N', role: 'tenant_admin' })],
  ['IDENTITY', 'changeClient', ({ client }) => ({ id: client, name: 'N', scopes: null, status: 'active' })],
  ['IDENTITY', 'rotateClientSecret', ({ client }) => ({ id: client, immediately: false })],
  ['IDENTITY', 'createCarrier', () => ({ scac: 'HELD', name: 'H' })],
  ['TRACKING', 'createConnection', ({ carrier }) => ({ name: 'N', carrierId: carrier, format: 'dcsa' })],
  ['TRACKING', 'rotateConnectionSecret', ({ connection }) => ({ id: connection, immediately: false })],
  ['TRACKING', 'disableConnection', ({ connection }) => ({ id: connection })],
];

/** What every write is answered that passed admission as an administrator, and gets to the directory with an old version. */
async function writesOf(lab: Lab, securityVersion: number, subject: string, kind: 'user' | 'client'): Promise<string> {
  const { server } = lab.platform;
  const services = await server.getWorker<Services>('fairlead-gateway').getEnv();
  const { tenant, ids } = lab.world.a;
  const { id: client } = await lab.machine(tenant.admin, 'viewer');
  const { user } = await joinTenant(lab.platform, tenant, newcomer());
  const invited = await tenant.admin.must('POST', '/v1/invitations', { email: newcomer(), role: 'viewer' });
  const connection = await tenant.admin.must('POST', '/v1/connections', {
    name: 'C',
    carrierId: tenant.carrierId,
    format: 'dcsa',
  });
  const of = {
    client,
    user: user.id,
    invitation: invited.id,
    connection: connection.id,
    carrier: tenant.carrierId,
  };
  const seen: string[] = [];
  for (const [service, operation, input] of WRITING) {
    const actor = { tenantId: ids.tenant, subject, kind, roles: ['tenant_admin'], scopes: null, sessionId: null };
    const context = {
      actor: { ...actor, securityVersion },
      correlationId: randomUUID(),
      address: '2001:db8::1',
      idempotencyKey: randomUUID(),
      expectedVersion: 1,
    };
    const answer = await services[service][operation]!(context, input(of));
    seen.push(`${operation} ${answer.ok ? 'done' : answer.code}`);
  }
  return line(...seen.filter((each) => !each.endsWith('unauthenticated')));
}

/** The checks. */
export const IN_FLIGHT: Check[] = [
  ...heldByPeople,
  {
    id: 'S01',
    name: 'a request whose body ends after its client is disabled',
    want: '401',
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      const disable = () => changeMachine(admin(lab), machine.id, { status: 'disabled' });
      const order = { name: 'held', role: 'tenant_admin' };
      return line(await held(lab, await machine.api.token(), '/v1/clients', order, disable));
    },
  },
  {
    id: 'S01',
    name: 'writes to the directory that passed admission before the person got another role',
    want: '',
    run: async (lab) => {
      const { id, change } = await administrator(lab);
      await change({ role: 'viewer' });
      return writesOf(lab, 1, id, 'user');
    },
  },
  {
    id: 'S01',
    name: 'writes to the directory that passed admission before the client was disabled',
    want: '',
    run: async (lab) => {
      const { id } = await lab.machine(admin(lab), 'tenant_admin');
      await changeMachine(admin(lab), id, { status: 'disabled' });
      return writesOf(lab, 1, id, 'client');
    },
  },
  {
    id: 'S01',
    name: 'the same writes of a client that still may',
    want: WRITING.map(([, operation]) => `${operation} done`).join(' '),
    run: async (lab) => writesOf(lab, 1, (await lab.machine(admin(lab), 'tenant_admin')).id, 'client'),
  },
];
