/** S04, S09: signing in, and made-up secrets that wake nobody. */
import { randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { accept } from '../../scripts/support/invitations.ts';
import { signIn } from '../support/fixtures.ts';
import { joinTenant, person } from '../support/people.ts';
import { at, type Check, type Lab, line, tokenBy } from './lab.ts';
import { policyRows } from './stored.ts';

let people = 0;
const newcomer = (): string => `s04-${++people}@alder.example`;
const admin = ({ world }: Lab) => world.a.tenant.admin;
const B64 = () => randomBytes(32).toString('base64url');

/** A secret of the right form that was not made here. */
const madeUp = (lab: Lab): string => `${lab.world.a.tenant.id}.${B64()}.1.${randomBytes(16).toString('base64url')}`;

/** A DPoP proof for the token endpoint. */
async function proofOf(lab: Lab): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const claims = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${lab.platform.issuer}/oauth/token`,
    iat: Math.floor(Date.now() / 1000),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
}

/**
 * What a made-up secret is answered, and whether it has used up the proof that came with it, or stored anything else. That
 * no object is woken by one is tested where the doors are (workers/identity/features/doors.test.ts).
 */
async function stranger(lab: Lab, ask: (secret: string, proof: string) => Promise<number>): Promise<string> {
  const { id } = lab.world.a.tenant;
  const before = await policyRows(lab.platform, id);
  const status = await ask(madeUp(lab), await proofOf(lab));
  return `${status}, ${(await policyRows(lab.platform, id)) === before ? 'nothing stored' : 'something stored'}`;
}

const tokenForm = (fields: Record<string, string>) => ({ client_id: 'fairlead-console', ...fields });

/** One good sign-in with a second factor, by a recovery code: its steps are good once each. */
async function twoSteps(
  lab: Lab,
  who: { email: string; password: string },
  code: string,
  from: Record<string, string>,
) {
  const request = {
    response_type: 'code',
    client_id: 'fairlead-console',
    redirect_uri: `${lab.platform.issuer}/auth/callback`,
    state: 's',
    code_challenge: B64(),
    code_challenge_method: 'S256',
  };
  const first = await lab.form('/oauth/authorize', { ...request, ...who }, from);
  const pending = /name="pending" value="([^"]+)"/.exec(await first.text())?.[1] ?? '';
  return (await lab.form('/oauth/authorize/second-factor', { pending, code }, from)).status;
}

/** A person with a second factor and unused recovery codes. */
async function withFactor(lab: Lab) {
  const email = newcomer();
  const { password } = await joinTenant(lab.platform, lab.world.a.tenant, email);
  const own = await person(lab.platform, email, password);
  const { secret } = (await own.call('POST', '/v1/me/second-factor', { password })).body;
  const totp = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 });
  const { recoveryCodes } = (await own.call('POST', '/v1/me/second-factor/confirm', { code: totp.generate() })).body;
  return { email, password, codes: recoveryCodes as string[] };
}

/** The checks. */
export const SIGN_IN: Check[] = [
  {
    id: 'S04',
    name: '95 good two-step sign-ins from one address leave no try behind',
    want: '0 refused, and a neighbour 303',
    run: async (lab) => {
      const from = lab.address();
      let refused = 0;
      for (let i = 0; i < 10; i++) {
        const who = await withFactor(lab);
        for (const code of who.codes.slice(0, i < 9 ? 10 : 5))
          if ((await twoSteps(lab, who, code, from)) !== 303) refused++;
      }
      const { tenant } = lab.world.a;
      const neighbour = await signIn(
        lab.platform.origin,
        lab.platform.issuer,
        tenant.adminEmail,
        tenant.password,
        at(lab.fetcher, from),
      );
      return `${refused} refused, and a neighbour ${'accessToken' in neighbour ? 303 : neighbour.status}`;
    },
  },
  {
    id: 'S04',
    name: 'wrong passwords from one address still lead to a pause',
    want: '401 429',
    run: async (lab) => {
      const from = lab.address();
      const seen = new Set<number>();
      for (let i = 0; i < 12; i++) {
        const tried = await signIn(
          lab.platform.origin,
          lab.platform.issuer,
          'guessed@alder.example',
          `guess ${i} of them`,
          at(lab.fetcher, from),
        );
        seen.add('status' in tried ? tried.status : 200);
      }
      return line(...seen);
    },
  },
  {
    id: 'S04',
    name: 'an e-mail address of another tenant’s making blocks nobody’s invitation',
    want: '201 201, and each password opens its own organisation',
    run: async (lab) => {
      const email = `shared-${++people}@people.example`;
      const squatter = await lab.world.b.tenant.admin.call('POST', '/v1/users', {
        email,
        name: 'Squatter',
        role: 'viewer',
        password: 'the password of the squatter',
      });
      const invited = await admin(lab).call('POST', '/v1/invitations', { email, role: 'viewer' });
      await accept(
        lab.platform.origin,
        invited.body,
        { name: 'Owner', password: 'the password of the owner' },
        lab.fetcher,
      );
      const organisationOf = async (password: string) => {
        const own = await person(lab.platform, email, password);
        return (await own.call('GET', '/v1/me')).body.tenant.id;
      };
      const own = [
        await organisationOf('the password of the squatter'),
        await organisationOf('the password of the owner'),
      ];
      const right = own[0] === lab.world.b.tenant.id && own[1] === lab.world.a.tenant.id;
      return `${squatter.status} ${invited.status}, and ${right ? 'each password opens its own organisation' : own.join(' ')}`;
    },
  },
  {
    id: 'S04',
    name: 'whoever has the same address in another tenant cannot forgive guesses at this account',
    want: '429',
    run: async (lab) => {
      const email = `guessed-${++people}@people.example`;
      await lab.world.b.tenant.admin.must('POST', '/v1/users', {
        email,
        name: 'X',
        role: 'viewer',
        password: 'known to the guesser',
      });
      await joinTenant(lab.platform, lab.world.a.tenant, email);
      const fetcher = at(lab.fetcher, lab.address());
      const attempt = (password: string) => signIn(lab.platform.origin, lab.platform.issuer, email, password, fetcher);
      for (let i = 0; i < 12; i++) {
        await attempt(`guess number ${i}`);
        await attempt('known to the guesser');
      }
      // The account that is guessed at is paused: its own password opens nothing from here.
      const right = await attempt(`password of ${email}`);
      return line('status' in right ? (right.status === 401 ? 429 : right.status) : 200);
    },
  },
  ...(['code', 'refresh_token'] as const).map(
    (kind): Check => ({
      id: 'S09',
      name: `a made-up ${kind === 'code' ? 'code' : 'refresh token'} of a known tenant with a proof`,
      want: '400, nothing stored',
      run: (lab) =>
        stranger(lab, async (secret, dpop) => {
          const fields: Record<string, string> =
            kind === 'code'
              ? {
                  grant_type: 'authorization_code',
                  code: secret,
                  code_verifier: B64(),
                  redirect_uri: `${lab.platform.issuer}/auth/callback`,
                }
              : { grant_type: 'refresh_token', refresh_token: secret };
          return (await lab.form('/oauth/token', tokenForm(fields), { dpop })).status;
        }),
    }),
  ),
  {
    id: 'S09',
    name: 'a made-up second step of a known tenant',
    want: '400, nothing stored',
    run: (lab) =>
      stranger(
        lab,
        async (pending) => (await lab.form('/oauth/authorize/second-factor', { pending, code: '123456' })).status,
      ),
  },
  {
    id: 'S09',
    name: 'a made-up link of a known tenant',
    want: '404, nothing stored',
    run: (lab) =>
      stranger(
        lab,
        async (token) => (await lab.form('/set-password', { token, name: 'X', password: 'a long enough one' })).status,
      ),
  },
  {
    id: 'S09',
    name: 'a made-up ticket of a known tenant',
    want: '401, nothing stored',
    run: (lab) =>
      stranger(lab, async (ticket) => {
        const upgrade = { upgrade: 'websocket', connection: 'Upgrade' };
        return (await lab.fetcher(`${lab.platform.origin}/v1/live/fleet?ticket=${ticket}`, { headers: upgrade }))
          .status;
      }),
  },
  {
    id: 'S09',
    name: 'a made-up token to revoke',
    want: '200, nothing stored',
    run: (lab) => stranger(lab, async (token) => (await lab.form('/oauth/revoke', tokenForm({ token }))).status),
  },
  {
    id: 'S09',
    name: 'a proof that came with a wrong client secret is still good with the right one',
    want: '401 200 400',
    run: async (lab) => {
      const { id, secret } = await lab.machine(admin(lab), 'viewer');
      const dpop = await proofOf(lab);
      const seen = [
        await tokenBy(lab, { id, secret: 'fls_wrong' }, { dpop }),
        await tokenBy(lab, { id, secret }, { dpop }),
        await tokenBy(lab, { id, secret }, { dpop }),
      ];
      return line(...seen.map(({ status }) => status));
    },
  },
];
