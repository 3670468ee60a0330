/** S03, S07, S13, S14 and addresses of endpoints: quotas, rotations, renewals, cursors, and whom we call. */
import { resealAll } from '../../scripts/support/resealing.ts';
import { rotateRing } from '../../scripts/support/secret-rings.ts';
import { createTenant } from '../support/fixtures.ts';
import { joinTenant, person } from '../support/people.ts';
import { type Check, type Lab, line, tokenBy } from './lab.ts';

let things = 0;
const admin = ({ world }: Lab) => world.a.tenant.admin;

/** A tenant with a quota a minute for each subject, and a machine of it. */
async function withQuota(lab: Lab, subjectPerMinute: number) {
  const tenant = await createTenant(lab.platform, `s03${++things}`);
  const machine = await lab.machine(tenant.admin, 'viewer');
  const tokens: string[] = [];
  for (let i = 0; i < 10; i++) tokens.push((await tokenBy(lab, machine, lab.address())).token);
  const limits = { tenantPerMinute: 10_000, subjectPerMinute };
  await lab.world.operator.must('PUT', `/v1/tenants/${tenant.id}/limits`, limits, { 'if-match': '"0"' });
  return tokens;
}

/** Waits until so much of a minute is left: windows are minutes of the wall clock. */
async function earlyInTheMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 25_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}

const renew = (lab: Lab, refreshToken: string, headers: Record<string, string> = {}) =>
  lab.form(
    '/oauth/token',
    { grant_type: 'refresh_token', client_id: 'fairlead-console', refresh_token: refreshToken },
    headers,
  );
const tokenIn = async (answer: Response) => ((await answer.json()) as { refresh_token?: string }).refresh_token ?? '';

async function signedIn(lab: Lab) {
  const email = `s13-${++things}@alder.example`;
  const { password } = await joinTenant(lab.platform, lab.world.a.tenant, email);
  return person(lab.platform, email, password);
}

/** Lists whose cursors are tried, one of each service. */
const LISTS = ['/v1/users', '/v1/clients', '/v1/bookings', '/v1/allocations', '/v1/connections', '/v1/containers'];

/** Addresses that an endpoint may not have, by what is wrong with them. */
const REFUSED_URLS: Record<string, string> = {
  'a host with a trailing dot': 'https://hooks.acme.com./x',
  'an internal suffix': 'https://db.internal/x',
  'an internal suffix with a trailing dot': 'https://db.internal./x',
  'a cluster’s name': 'https://api.svc.cluster.local/x',
  'a literal address': 'https://169.254.169.254/latest',
  'an address written in another way': 'https://0x0a000001/',
  'an address written in a name': 'https://10.0.0.1.nip.io/',
  'the platform’s own host': 'https://fairlead.test/v1/me',
  'a port of something else': 'https://hooks.acme.com:6379/',
  'plain http': 'http://hooks.acme.com/x',
};

/** The checks. */
export const MISCELLANEOUS: Check[] = [
  {
    id: 'S03',
    name: 'a quota of 100, one client, ten tokens: a read with each, then reads and writes until it is used up',
    want: '10 of 10, 100 of 130',
    run: async (lab) => {
      const tokens = await withQuota(lab, 100);
      await earlyInTheMinute();
      let passed = 0;
      const ask = async (i: number) => {
        const strict = i % 4 === 3;
        const path = strict ? '/v1/sessions' : '/v1/containers';
        const answer = await lab.call(tokens[i % 10]!, 'GET', path, undefined, lab.address());
        // What a machine has no sessions for is a 403 that came through.
        if (answer.status !== 429) passed++;
      };
      for (let i = 0; i < 10; i++) await ask(i);
      const first = passed;
      for (let i = 10; i < 130; i++) await ask(i);
      return `${first} of 10, ${passed} of 130`;
    },
  },
  {
    id: 'S03',
    name: 'a quota of 60 and 120 requests at once from many addresses',
    want: '60 of 120',
    run: async (lab) => {
      const tokens = await withQuota(lab, 60);
      await earlyInTheMinute();
      const answers = await Promise.all(
        Array.from({ length: 120 }, (_, i) =>
          lab.call(tokens[i % 10]!, 'GET', '/v1/containers', undefined, lab.address()),
        ),
      );
      return `${answers.filter(({ status }) => status === 200).length} of 120`;
    },
  },
  {
    id: 'S07',
    name: 'three rotations of the sealing keys within a signing key’s life',
    want: '200 200 200 200, and nothing sealed needs an earlier key',
    run: async (lab) => {
      const machine = await lab.machine(admin(lab), 'viewer');
      const seen: number[] = [];
      for (let i = 0; i < 3; i++) {
        await lab.platform.rotate((secrets) => {
          for (const worker of ['identity', 'tracking', 'notifications'] as const) {
            secrets[worker].SEALING_KEY = rotateRing(secrets[worker].SEALING_KEY!);
          }
        });
        seen.push((await tokenBy(lab, machine, lab.address())).status);
      }
      const report = await resealAll(lab.world.operator);
      const needed = Object.values(report)
        .flatMap(({ remaining }) => remaining)
        .filter(({ what }) => what !== 'answers of the last day');
      seen.push((await tokenBy(lab, machine, lab.address())).status);
      return `${line(...seen)}, and ${needed.length === 0 ? 'nothing sealed needs an earlier key' : JSON.stringify(needed)}`;
    },
  },
  {
    id: 'S07',
    name: 'the operator’s secret rotates: the one before works beside it, until it leaves the ring',
    want: '200 200 401 200',
    run: async (lab) => {
      const { platform } = lab;
      const by = async (secret: string) =>
        (await tokenBy(lab, { id: 'platform-operator', secret }, lab.address())).status;
      const before = platform.operatorSecret;
      const fresh = 'a fresh secret of the operator, long enough';
      const rotate = (secrets: object) =>
        platform.rotate((all) => {
          all.identity.OPERATOR_SECRET = JSON.stringify({ current: '2', secrets });
        });
      await rotate({ 1: before, 2: fresh });
      const seen = [await by(before), await by(fresh)];
      await rotate({ 2: fresh });
      seen.push(await by(before), await by(fresh));
      // The other checks go on with the one they know.
      await rotate({ 1: fresh, 2: before });
      return line(...seen);
    },
  },
  {
    id: 'S13',
    name: 'a renewal asked again at once',
    want: '200 200, the same successor',
    run: async (lab) => {
      const { refreshToken } = await signedIn(lab);
      const [first, second] = [await renew(lab, refreshToken), await renew(lab, refreshToken)];
      const same = (await tokenIn(first)) === (await tokenIn(second));
      return `${line(first.status, second.status)}, ${same ? 'the same successor' : 'another'}`;
    },
  },
  {
    id: 'S13',
    name: 'ten tabs that renew at once',
    want: '10 of 10, 1 successor',
    run: async (lab) => {
      const { refreshToken } = await signedIn(lab);
      const answers = await Promise.all(Array.from({ length: 10 }, () => renew(lab, refreshToken)));
      const tokens = new Set(await Promise.all(answers.map(tokenIn)));
      return `${answers.filter(({ status }) => status === 200).length} of 10, ${tokens.size} successor`;
    },
  },
  {
    id: 'S13',
    name: 'a token of two renewals ago ends the session',
    want: '400, and the newest 400',
    run: async (lab) => {
      const { refreshToken } = await signedIn(lab);
      const next = await tokenIn(await renew(lab, refreshToken));
      const newest = await tokenIn(await renew(lab, next));
      const old = (await renew(lab, refreshToken)).status;
      return `${old}, and the newest ${(await renew(lab, newest)).status}`;
    },
  },
  {
    id: 'S13',
    name: 'a page of another origin asks for the session cookie',
    want: '400 400 400 without a cookie',
    run: async (lab) => {
      const fields = { grant_type: 'refresh_token', client_id: 'fairlead-console', refresh_token_delivery: 'cookie' };
      const cookie = { cookie: '__Secure-fairlead-session=x' };
      const { issuer } = lab.platform;
      const answers = [
        await lab.form('/oauth/token', fields, { ...cookie, origin: 'https://evil.example' }),
        await lab.form('/oauth/token', fields, cookie),
        await lab.form('/oauth/token', { ...fields, grant_type: 'client_credentials' }, { ...cookie, origin: issuer }),
      ];
      const set = answers.some((answer) => answer.headers.has('set-cookie'));
      return `${line(...answers.map(({ status }) => status))} ${set ? 'with' : 'without'} a cookie`;
    },
  },
  {
    id: 'S14',
    name: `mangled cursors of ${LISTS.length} lists`,
    want: LISTS.map(() => '400').join(' '),
    run: async (lab) => {
      const token = await admin(lab).token();
      const seen: number[] = [];
      for (const path of LISTS) seen.push((await lab.call(token, 'GET', `${path}?cursor=garbage`)).status);
      return line(...seen);
    },
  },
  ...Object.entries(REFUSED_URLS).map(
    ([what, url]): Check => ({
      id: 'URL',
      name: `an endpoint at ${what}`,
      want: '400',
      run: async (lab) =>
        line((await lab.call(await admin(lab).token(), 'POST', '/v1/webhook-endpoints', { url })).status),
    }),
  ),
];
