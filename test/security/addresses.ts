/** S10: the address list holds wherever tokens are handed out. */
import { createTenant, signIn } from '../support/fixtures.ts';
import { at, type Check, type Lab, line, tokenBy, tokenOf } from './lab.ts';

let things = 0;
const newcomer = (): string => `s10-${++things}@closed.example`;
const tokenForm = (fields: Record<string, string>) => ({ client_id: 'fairlead-console', ...fields });

/** A tenant that admits one network, with an administrator's machine and somebody who signs in. */
async function closedTenant(lab: Lab) {
  const slug = `s10${++things}`;
  const tenant = await createTenant(lab.platform, slug);
  const inside = { 'cf-connecting-ip': '192.0.2.7' };
  const outside = { 'cf-connecting-ip': '198.51.100.7' };
  const machine = await lab.machine(tenant.admin, 'tenant_admin');
  const policy = { allowedAddresses: ['192.0.2.0/24'], blockedAddresses: [], corsOrigins: [] };
  const token = await tenant.admin.token();
  const set = await lab.call(token, 'PUT', '/v1/policy', policy, { 'if-match': '"0"', ...inside });
  if (set.status !== 200) throw new Error(`the policy was answered ${set.status}`);
  return { tenant, machine, inside, outside, token };
}

/** The checks. */
export const ADDRESSES: Check[] = [
  {
    id: 'S10',
    name: 'signing in and fetching a token from outside the address list, and from inside',
    want: '401 401 303 200',
    run: async (lab) => {
      const { tenant, machine, inside, outside } = await closedTenant(lab);
      const login = async (from: Record<string, string>) => {
        const { origin, issuer } = lab.platform;
        const tried = await signIn(origin, issuer, tenant.adminEmail, tenant.password, at(lab.fetcher, from));
        return 'status' in tried ? tried.status : 303;
      };
      const seen = [await login(outside), (await tokenBy(lab, machine, outside)).status];
      return line(...seen, await login(inside), (await tokenBy(lab, machine, inside)).status);
    },
  },
  {
    id: 'S10',
    name: 'from outside a right password and a wrong one, a right secret and a wrong one, are answered alike',
    want: 'alike alike',
    run: async (lab) => {
      const { tenant, machine, outside } = await closedTenant(lab);
      const page = async (password: string) => {
        const { origin, issuer } = lab.platform;
        const tried = await signIn(origin, issuer, tenant.adminEmail, password, at(lab.fetcher, outside));
        return JSON.stringify(tried).replaceAll(/value=\\"[\w-]{43}\\"/g, '');
      };
      const secret = async (text: string) =>
        JSON.stringify(await tokenBy(lab, { id: machine.id, secret: text }, outside));
      const alike = (same: boolean) => (same ? 'alike' : 'different');
      return line(
        alike((await page(tenant.password)) === (await page('not the password at all'))),
        alike((await secret(machine.secret)) === (await secret('fls_wrong'))),
      );
    },
  },
  {
    id: 'S10',
    name: 'a renewal and a link from outside, and the same from inside afterwards',
    want: '400 404 200 200',
    run: async (lab) => {
      const { tenant, inside, outside, token } = await closedTenant(lab);
      const { origin, issuer } = lab.platform;
      const own = await signIn(origin, issuer, tenant.adminEmail, tenant.password, at(lab.fetcher, inside));
      if (!('refreshToken' in own)) throw new Error('could not sign in from inside');
      const invited = await lab.call(token, 'POST', '/v1/invitations', { email: newcomer(), role: 'viewer' }, inside);
      const renew = async (from: Record<string, string>) =>
        (
          await lab.form(
            '/oauth/token',
            tokenForm({ grant_type: 'refresh_token', refresh_token: own.refreshToken }),
            from,
          )
        ).status;
      const choose = async (from: Record<string, string>) =>
        (
          await lab.form(
            '/set-password',
            { token: tokenOf(invited.body.url), name: 'X', password: 'a long enough one' },
            from,
          )
        ).status;
      return line(await renew(outside), await choose(outside), await renew(inside), await choose(inside));
    },
  },
  {
    id: 'S10',
    name: 'introspection from outside the address list',
    want: '401',
    run: async (lab) => {
      const { machine, outside, token } = await closedTenant(lab);
      const fields = { client_id: machine.id, client_secret: machine.secret, token };
      return line((await lab.form('/oauth/introspect', fields, outside)).status);
    },
  },
];
