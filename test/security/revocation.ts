/** S01, S05: what somebody made and holds ends with their rights, for people and machines alike. */
import { type Fetch, postSigned } from '../../scripts/support/api.ts';
import { fetchOf, signIn } from '../support/fixtures.ts';
import { joinTenant, person } from '../support/people.ts';
import { openSocket } from '../support/socket.ts';
import { type Check, changeMachine, type Lab, line, type Machine, tokenBy, useLink } from './lab.ts';

let people = 0;
const newcomer = (): string => `s01-${++people}@alder.example`;

/** The links that somebody with an administrator's rights makes. */
async function links(lab: Lab, token: string): Promise<[invitation: string, reset: string]> {
  const invitation = await lab.call(token, 'POST', '/v1/invitations', { email: newcomer(), role: 'viewer' });
  const { user } = await joinTenant(lab.platform, lab.world.a.tenant, newcomer());
  const reset = await lab.call(token, 'POST', `/v1/users/${user.id}/password-reset`);
  return [invitation.body.url, reset.body.url];
}

/** What two links are worth. */
const worth = async (lab: Lab, made: string[]): Promise<string> => {
  const statuses: number[] = [];
  for (const url of made) statuses.push(await useLink(lab, url));
  return statuses.join(' ');
};

/** What is left of a machine's token, links, ticket and socket after something was done to it. */
async function remains(lab: Lab, machine: Machine, act: () => Promise<unknown>): Promise<string> {
  const token = await machine.api.token();
  const made = await links(lab, token);
  const ticket = async () => (await lab.call(token, 'POST', '/v1/ws-tickets', { topic: 'fleet' })).body.url as string;
  const [open, unused] = [await ticket(), await ticket()];
  const socket = await openSocket(lab.platform.origin, open);
  await act();
  const read = await lab.call(token, 'GET', '/v1/clients');
  const write = await lab.call(token, 'POST', '/v1/clients', { name: 'x', role: 'tenant_admin' });
  const reopened = await openSocket(lab.platform.origin, unused).then(
    () => 'opened',
    () => 'refused',
  );
  return line(read.status, write.status, await worth(lab, made), await socket.closed, reopened);
}

const GONE = '401 401 404 404 4401 refused';
const admin = ({ world }: Lab) => world.a.tenant.admin;

/** Somebody with an administrator's rights, signed in. */
async function administrator(lab: Lab) {
  const email = newcomer();
  const { password, user } = await joinTenant(lab.platform, lab.world.a.tenant, email, 'tenant_admin');
  const own = await person(lab.platform, email, password);
  return { email, password, user, own };
}

const change = (lab: Lab, user: { id: string }, change: object) =>
  admin(lab)
    .must('GET', `/v1/users/${user.id}`)
    .then(({ name, role, status, version }) =>
      admin(lab).must('PUT', `/v1/users/${user.id}`, { name, role, status, ...change }, { 'if-match': `"${version}"` }),
    );

/** What is left of a person's links, session and unused code. */
async function remainsOf(lab: Lab, act: (who: Awaited<ReturnType<typeof administrator>>) => Promise<unknown>) {
  const who = await administrator(lab);
  const made = await links(lab, who.own.accessToken);
  await act(who);
  const renewed = await lab.form('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: 'fairlead-console',
    refresh_token: who.own.refreshToken,
  });
  const write = await who.own.call('POST', '/v1/clients', { name: 'x', role: 'viewer' });
  return line(write.status, renewed.status, await worth(lab, made));
}

/** The checks. */
export const REVOCATION: Check[] = [
  {
    id: 'S01',
    name: 'a disabled client’s token, links, ticket and socket',
    want: GONE,
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      return remains(lab, machine, () => changeMachine(admin(lab), machine.id, { status: 'disabled' }));
    },
  },
  {
    id: 'S01',
    name: 'a narrowed client’s token, links, ticket and socket',
    want: GONE,
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      return remains(lab, machine, () => changeMachine(admin(lab), machine.id, { scopes: ['bookings:read'] }));
    },
  },
  {
    id: 'S01',
    name: 'a client’s token, links, ticket and socket once its secret is rotated at once',
    want: GONE,
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      const path = `/v1/clients/${machine.id}/rotate-secret`;
      return remains(lab, machine, () => admin(lab).must('POST', path, { immediately: true }));
    },
  },
  {
    id: 'S01',
    name: 'a client’s secret of before, rotated at once and rotated with an overlap',
    want: '401 200',
    run: async (lab) => {
      const [atOnce, overlapping] = [await lab.machine(admin(lab), 'viewer'), await lab.machine(admin(lab), 'viewer')];
      await admin(lab).must('POST', `/v1/clients/${atOnce.id}/rotate-secret`, { immediately: true });
      await admin(lab).must('POST', `/v1/clients/${overlapping.id}/rotate-secret`);
      return line((await tokenBy(lab, atOnce)).status, (await tokenBy(lab, overlapping)).status);
    },
  },
  {
    id: 'S01',
    name: 'a client that is only renamed loses nothing',
    want: '200',
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      const token = await machine.api.token();
      await changeMachine(admin(lab), machine.id, { name: 'renamed' });
      return line((await lab.call(token, 'GET', '/v1/clients')).status);
    },
  },
  {
    id: 'S01',
    name: 'a client that is enabled again gets tokens, and its old one stays dead',
    want: '401 200 200',
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'viewer');
      const old = await machine.api.token();
      await changeMachine(admin(lab), machine.id, { status: 'disabled' });
      await changeMachine(admin(lab), machine.id, { status: 'active' });
      const fresh = await tokenBy(lab, machine);
      const asked = async (token: string) => (await lab.call(token, 'GET', '/v1/containers')).status;
      return line(await asked(old), fresh.status, await asked(fresh.token));
    },
  },
  {
    id: 'S01',
    name: 'a disabled person’s session, renewal and links',
    want: '401 400 404 404',
    run: (lab) => remainsOf(lab, ({ user }) => change(lab, user, { status: 'disabled' })),
  },
  {
    id: 'S01',
    name: 'a person’s session, renewal and links once they have another role',
    want: '401 400 404 404',
    run: (lab) => remainsOf(lab, ({ user }) => change(lab, user, { role: 'viewer' })),
  },
  {
    id: 'S01',
    name: 'a person’s session, renewal and links once somebody reset their password',
    want: '401 400 404 404',
    run: (lab) =>
      remainsOf(lab, async ({ user }) => {
        const { url } = await admin(lab).must('POST', `/v1/users/${user.id}/password-reset`);
        if ((await useLink(lab, url)) !== 200) throw new Error('the reset did not work');
      }),
  },
  {
    id: 'S01',
    name: 'links once their maker has another password, whose own session goes on while others end',
    want: '200 401 404 404',
    run: async (lab) => {
      const { email, password, own } = await administrator(lab);
      const other = await person(lab.platform, email, password);
      const made = await links(lab, own.accessToken);
      await own.call('PUT', '/v1/me/password', { current: password, next: 'another long password' });
      const mine = await own.call('GET', '/v1/sessions');
      const others = await other.call('POST', '/v1/clients', { name: 'x', role: 'viewer' });
      return line(mine.status, others.status, await worth(lab, made));
    },
  },
  {
    id: 'S01',
    name: 'a code that was not redeemed when its user was disabled',
    want: '400',
    run: async (lab) => {
      const email = newcomer();
      const { password, user } = await joinTenant(lab.platform, lab.world.a.tenant, email);
      const { platform } = lab;
      // Signs in as always, but the user is disabled between the code and its redemption.
      const fetcher: Fetch = async (url, init) => {
        if (url.endsWith('/oauth/token')) await change(lab, user, { status: 'disabled' });
        return fetchOf(platform)(url, init);
      };
      let seen = 0;
      await signIn(platform.origin, platform.issuer, email, password, async (url, init) => {
        const answer = await fetcher(url, init);
        if (url.endsWith('/oauth/token')) seen = answer.status;
        return answer;
      });
      return line(seen);
    },
  },
  {
    id: 'S01',
    name: 'a disabled connection’s deliveries, and those signed with a secret that was dropped',
    want: '202 401 202 401 202',
    run: async (lab) => {
      const connect = () =>
        admin(lab).must('POST', '/v1/connections', {
          name: 'to end',
          carrierId: lab.world.a.ids.carrier,
          format: 'positions',
        });
      const [disabled, rotated] = [await connect(), await connect()];
      const seen = [await deliver(lab, disabled)];
      await admin(lab).must('POST', `/v1/connections/${disabled.id}/disable`);
      seen.push(await deliver(lab, disabled), await deliver(lab, rotated));
      const fresh = await admin(lab).must('POST', `/v1/connections/${rotated.id}/rotate-secret`, { immediately: true });
      seen.push(await deliver(lab, rotated), await deliver(lab, fresh));
      return line(...seen);
    },
  },
  {
    id: 'S01',
    name: 'the first delivery under a secret just rotated in, after a stranger’s with a signature that does not fit',
    want: '202 401 202',
    run: async (lab) => {
      const body = { name: 'rotated', carrierId: lab.world.a.ids.carrier, format: 'positions' };
      const [own, other] = [
        await admin(lab).must('POST', '/v1/connections', body),
        await admin(lab).must('POST', '/v1/connections', body),
      ];
      const seen = [await deliver(lab, own), await deliver(lab, { ...own, secret: other.secret })];
      const fresh = await admin(lab).must('POST', `/v1/connections/${own.id}/rotate-secret`, { immediately: true });
      return line(...seen, await deliver(lab, fresh));
    },
  },
  {
    id: 'S05',
    name: 'a narrowed client’s old token that makes an administrator',
    want: '401, and the new one 403',
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'tenant_admin');
      const old = await machine.api.token();
      await changeMachine(admin(lab), machine.id, { scopes: ['bookings:read'] });
      const fresh = await tokenBy(lab, machine);
      const make = async (token: string) =>
        (await lab.call(token, 'POST', '/v1/clients', { name: 'x', role: 'tenant_admin' })).status;
      return `${await make(old)}, and the new one ${await make(fresh.token)}`;
    },
  },
];

async function deliver(lab: Lab, connection: { id: string; scheme: string; secret: string }): Promise<number> {
  const body = JSON.stringify({ container: 'CSQU3054383', time: new Date().toISOString(), latitude: 1, longitude: 1 });
  return (await postSigned(lab.platform.origin, connection, body, { fetcher: lab.fetcher })).status;
}
