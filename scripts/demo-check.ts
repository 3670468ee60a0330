/** `npm run demo:check`: starts the demonstration on an empty store and checks what it promises. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockFrom } from '../platform/clock.ts';
import { loadSecrets, prepareFolder } from './runtime/data-folder.ts';
import { type Runtime, startRuntime } from './runtime/runtime.ts';
import { ApiClient, postSigned } from './support/api.ts';
import { launchChromium } from './support/chromium.ts';
import { createDemo, type Demo } from './support/demo.ts';
import { createTenantWithAdmin } from './support/invitations.ts';
import { currentSecret } from './support/secret-rings.ts';
import { signIn } from './support/sign-in.ts';
import { simulate } from './support/simulator.ts';
import { main, options, step } from './support/terminal.ts';

const USAGE = `Usage: npm run demo:check
  Starts the demonstration on an empty store, checks it from outside and prints PASS or FAIL a line.`;

interface Bench {
  origin: string;
  runtime: Runtime;
  demo: Demo;
  api: ApiClient;
  /** The platform's clock. */
  now(): number;
}

type Check = [name: string, work: (bench: Bench) => Promise<string>];

const WITHIN_MS = 30_000;

/** Looks until something is found; the message names what was waited for. */
async function find<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const giveUpAt = Date.now() + WITHIN_MS; Date.now() < giveUpAt; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what}: not within ${WITHIN_MS / 1000} s`);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const positionNow = (bench: Bench, latitude: number): string =>
  JSON.stringify({
    container: bench.demo.containers[0]!.number,
    time: new Date(bench.now()).toISOString(),
    latitude,
    longitude: 100,
  });

const CHECKS: Check[] = [
  ['token by client_credentials', async ({ api }) => `${(await api.token()).split('.').length} parts`],
  [
    'signed webhook is answered 202',
    async (bench) => {
      const answer = await postSigned(bench.origin, bench.demo.carriers[0]!.positions, positionNow(bench, 5));
      expect(answer.status === 202, `answered ${answer.status}`);
      return `receipt ${answer.body.receiptId}`;
    },
  ],
  [
    'bad signature is answered 401',
    async (bench) => {
      const connection = {
        ...bench.demo.carriers[0]!.positions,
        secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      };
      const answer = await postSigned(bench.origin, connection, positionNow(bench, 5));
      expect(answer.status === 401, `answered ${answer.status}`);
      return answer.body.title;
    },
  ],
  [
    'position changes on an open WebSocket',
    async ({ api, origin, demo }) => {
      const { number } = demo.containers[1]!;
      const { url } = await api.must('POST', '/v1/ws-tickets', { topic: 'container', number });
      const seen = await watchPositions(origin.replace(/^http/, 'ws') + url, 2);
      return seen.join(' then ');
    },
  ],
  [
    'ETA is present with its interval',
    async ({ api, demo }) => {
      const eta = await find(
        'an ETA',
        async () => (await api.must('GET', `/v1/containers/${demo.containers[1]!.number}`)).eta,
      );
      expect(eta.p10 <= eta.p50 && eta.p50 < eta.p90, 'the quantiles are out of order');
      return `${new Date(eta.p10).toISOString()} / ${new Date(eta.p50).toISOString()} / ${new Date(eta.p90).toISOString()}`;
    },
  ],
  [
    'booking is answered 201',
    async ({ api, demo }) => {
      const answer = await book(api, demo.allocations[1]!.id, randomUUID());
      expect(answer.status === 201, `answered ${answer.status}`);
      return `${answer.body.id} ${answer.body.state}`;
    },
  ],
  [
    'second booking with the same key is replayed',
    async ({ api, demo }) => {
      const key = randomUUID();
      const [first, second] = [
        await book(api, demo.allocations[1]!.id, key),
        await book(api, demo.allocations[1]!.id, key),
      ];
      expect(first.body.id === second.body.id, 'another booking was made');
      expect(second.headers.get('idempotency-replayed') === 'true', 'the answer is not marked as replayed');
      return second.body.id;
    },
  ],
  [
    'full allocation is answered 409',
    async ({ api, demo }) => {
      const answer = await book(api, demo.fullAllocationId, randomUUID());
      expect(answer.status === 409, `answered ${answer.status}`);
      return `${answer.body.remaining} left of ${answer.body.capacity}`;
    },
  ],
  [
    'another tenant is answered 404',
    async (bench) => {
      const other = await otherTenant(bench);
      const answer = await other.call('GET', `/v1/containers/${bench.demo.containers[0]!.number}`);
      expect(answer.status === 404, `answered ${answer.status}`);
      return answer.body.detail;
    },
  ],
  ['console renders the map', async (bench) => renderMap(bench)],
  [
    'one webhook’s request id is in the logs of gateway, tracking and object',
    async (bench) => {
      const correlationId = `check-${randomUUID()}`;
      const posted = await postSigned(bench.origin, bench.demo.carriers[0]!.positions, positionNow(bench, 6), {
        correlationId,
      });
      const requestId = posted.headers.get('x-request-id')!;
      const services = await find('the correlation id in three logs', async () => {
        const lines = readFileSync(bench.runtime.logFile, 'utf8')
          .split('\n')
          .filter((line) => line.includes(requestId));
        const found = new Set(lines.map((line) => /"service":"([\w-]+)"/.exec(line)?.[1]));
        return ['gateway', 'tracking', 'container-tracker'].every((name) => found.has(name)) && [...found];
      });
      return services.join(', ');
    },
  ],
];

function book(api: ApiClient, allocationId: string, key: string) {
  return api.call('POST', '/v1/bookings', { allocationId, quantity: 1 }, { 'idempotency-key': key });
}

function watchPositions(url: string, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const seen = new Set<string>();
    const timer = setTimeout(() => reject(new Error(`saw ${seen.size} positions in ${WITHIN_MS / 1000} s`)), WITHIN_MS);
    socket.onerror = () => reject(new Error('the socket failed'));
    socket.onmessage = ({ data }) => {
      const { position } = (
        JSON.parse(String(data)) as { container: { position: { lat: number; lon: number } | null } }
      ).container;
      if (position) seen.add(`${position.lat},${position.lon}`);
      if (seen.size < count) return;
      clearTimeout(timer);
      socket.close();
      resolve([...seen]);
    };
  });
}

async function otherTenant({ origin }: Bench): Promise<ApiClient> {
  const operator = new ApiClient(origin, { id: 'platform-operator', secret: operatorSecret });
  const email = 'admin@other.example';
  const password = randomUUID();
  await createTenantWithAdmin(operator, { name: 'Other', slug: 'other', email }, { name: 'Other', password });
  const token = await signIn(origin, email, password);
  const headers = { authorization: `Bearer ${token}` };
  const client = await new ApiClient(origin, null).must(
    'POST',
    '/v1/clients',
    { name: 'Other', role: 'tenant_admin' },
    headers,
  );
  return new ApiClient(origin, { id: client.id, secret: client.secret });
}

async function renderMap({ origin, demo }: Bench): Promise<string> {
  const browser = await launchChromium();
  try {
    const page = await (
      await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
    ).newPage();
    await page.goto(origin);
    await page.fill('input[name=email]', demo.logins[0]!.email);
    await page.fill('input[name=password]', demo.logins[0]!.password);
    await page.click('button[type=submit]');
    await page.waitForFunction(() => Number(document.querySelector('.map')?.getAttribute('data-marks')) >= 40, null, {
      timeout: WITHIN_MS,
    });
    const painted = await page.waitForFunction(paintedShare, null, { timeout: WITHIN_MS });
    return `${await page.getAttribute('.map', 'data-marks')} containers, ${(Number(await painted.jsonValue()) * 100).toFixed(0)} % of the canvas painted`;
  } finally {
    await browser.close();
  }
}

/** In the page: how much of the base canvas is painted; false while it is less than half. */
function paintedShare(): number | false {
  const canvas = document.querySelector<HTMLCanvasElement>('.map-base')!;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) painted++;
  const share = painted / (data.length / 4);
  return share > 0.5 && share;
}

let operatorSecret = '';

await main(async () => {
  options(USAGE, {});
  const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-demo-'));
  let runtime: Runtime | null = null;
  try {
    prepareFolder(dataDir);
    const worldNow = Date.now() - 21 * 86_400_000;
    const demoClock = `600;${Date.now()};${worldNow}`;
    const clock = clockFrom(demoClock);
    runtime = await startRuntime({ dataDir, port: 0, demoClock, step });
    const { origin } = runtime;
    operatorSecret = currentSecret(loadSecrets(dataDir, origin).identity.OPERATOR_SECRET!);
    const demo = await step('Demonstration', () =>
      createDemo(origin, operatorSecret, clock.now(), (email, password) => signIn(origin, email, password)),
    );
    const simulation = simulate(
      origin,
      demo,
      clock,
      () => {},
      (text) => console.error(`Simulated carrier: ${text}`),
    );
    const bench: Bench = { origin, runtime, demo, api: new ApiClient(origin, demo.client), now: () => clock.now() };
    const counts = { passed: 0, failed: 0 };
    for (const [name, work] of CHECKS) {
      try {
        console.log(`PASS  ${name}: ${await work(bench)}`);
        counts.passed++;
      } catch (error) {
        console.log(`FAIL  ${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
        counts.failed++;
      }
    }
    await simulation.stop();
    console.log(JSON.stringify(counts));
    if (counts.failed > 0) process.exitCode = 1;
  } finally {
    await runtime?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
