/** `npm start` and `npm run dev`: everything on this machine, from an empty folder to a moving map. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clockFrom } from '../platform/clock.ts';
import { claimFolder, loadSecrets, prepareFolder } from './runtime/data-folder.ts';
import { type Runtime, requireFreePort, startRuntime } from './runtime/runtime.ts';
import { watchSources } from './runtime/watch.ts';
import { ApiClient } from './support/api.ts';
import { createDemo, type Demo, loadDemo, nextAttempt, offerNextSailings, saveDemo } from './support/demo.ts';
import { writeSecretFile } from './support/files.ts';
import { pruneSecrets, resealAll } from './support/resealing.ts';
import { ROOT } from './support/root.ts';
import { currentSecret, earlierIds, RINGS } from './support/secret-rings.ts';
import { signIn } from './support/sign-in.ts';
import { simulate } from './support/simulator.ts';
import { main, numberOption, options, PlainError, step } from './support/terminal.ts';

const USAGE = `Usage: npm start -- [options]
  --port N    port of the console and the API (8787)
  --speed N   how much faster the demonstration's clock runs (600: ten minutes a second)
  --empty     no demonstration: an empty platform on the wall clock
  --data DIR  where storage, secrets and logs live (.data)
  --watch     take changes of the sources as they are saved: what \`npm run dev\` does
  --inspect N opens the runtime's inspector on this port, for profiles`;

const SAVE_CLOCK_MS = 5_000;
const WATCH_NPM_MS = 1_000;
const STARTED_BY = process.ppid;
/** The demonstrated world starts three weeks back, so that it has a past to show. */
const WORLD_LEAD_MS = 21 * 86_400_000;

await main(async () => {
  const { values } = options(USAGE, {
    port: { type: 'string' },
    speed: { type: 'string' },
    empty: { type: 'boolean' },
    data: { type: 'string' },
    watch: { type: 'boolean' },
    inspect: { type: 'string' },
  });
  const port = numberOption('port', values.port, 8787, 1, 65_535);
  const speed = numberOption('speed', values.speed, 600, 1, 10_000);
  const dataDir = resolve(values.data ?? join(ROOT, '.data'));
  prepareFolder(dataDir);
  await requireFreePort(port);
  claimFolder(dataDir);
  const origin = `http://localhost:${port}`;
  await step('Secrets', () => void loadSecrets(dataDir, origin));

  const clockFile = join(dataDir, 'clock.json');
  const worldNow = existsSync(clockFile)
    ? (JSON.parse(readFileSync(clockFile, 'utf8')) as number)
    : Date.now() - WORLD_LEAD_MS;
  const demoClock = values.empty ? undefined : `${speed};${Date.now()};${worldNow}`;
  const clock = clockFrom(demoClock);
  let simulation: { stop(): Promise<void> } | null = null;
  let runtime: Runtime | null = null;
  const saveClock = (): void => {
    if (!values.empty) writeFileSync(clockFile, String(clock.now()));
  };
  const timer = setInterval(saveClock, SAVE_CLOCK_MS);
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    console.log('\nStopping ...');
    clearInterval(timer);
    await simulation?.stop();
    saveClock();
    await runtime?.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void end());
  process.on('SIGTERM', () => void end());
  // npm hands signals on to what it started, which is this: `exec` leaves no shell between that a background job
  // would have told to ignore SIGINT. Where npm itself is killed, nothing comes.
  if (['start', 'dev'].includes(process.env.npm_lifecycle_event ?? '')) {
    setInterval(() => process.ppid !== STARTED_BY && void end(), WATCH_NPM_MS);
  }
  const inspectorPort = values.inspect ? numberOption('inspect', values.inspect, 0, 1, 65_535) : undefined;
  const started = await startRuntime({ dataDir, port, demoClock, inspectorPort, step });
  runtime = started;
  await step('Secrets at rest', () => resealAfterRotation(dataDir, origin));
  let demo: Demo | null = null;
  if (!values.empty) {
    try {
      demo = loadDemo(dataDir) ?? (await step('Demonstration', () => create(dataDir, origin, clock.now())));
      // What is shown at the start can be booked, also when the folder is an old one.
      await offerNextSailings(new ApiClient(origin, demo.client), demo, clock.now());
    } catch (error) {
      await started.stop();
      throw new PlainError(
        `The demonstration could not be created: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    let complaints = 0;
    simulation = simulate(
      origin,
      demo,
      clock,
      (changed) => saveDemo(dataDir, changed),
      (text) => {
        if (complaints++ < 3) console.error(`Simulated carrier: ${text}`);
      },
    );
  }
  welcome(origin, demo, started.logFile, dataDir);
  if (values.watch) watchSources(started);
});

/** After a rotation of the sealing keys everything is sealed anew, so that the keys before can leave. */
async function resealAfterRotation(dataDir: string, origin: string): Promise<void> {
  const secrets = loadSecrets(dataDir, origin);
  if (RINGS['sealing-keys'].every(([worker, name]) => earlierIds(secrets[worker][name]!).length === 0)) return;
  const secret = currentSecret(secrets.identity.OPERATOR_SECRET!);
  const report = await resealAll(new ApiClient(origin, { id: 'platform-operator', secret }));
  if (pruneSecrets(secrets, report)) writeSecretFile(join(dataDir, 'secrets.json'), JSON.stringify(secrets, null, 2));
}

async function create(dataDir: string, origin: string, worldNow: number): Promise<Demo> {
  const { OPERATOR_SECRET } = loadSecrets(dataDir, origin).identity;
  const demo = await createDemo(
    origin,
    currentSecret(OPERATOR_SECRET!),
    worldNow,
    (email, password) => signIn(origin, email, password),
    nextAttempt(dataDir),
  );
  saveDemo(dataDir, demo);
  return demo;
}

function welcome(origin: string, demo: Demo | null, logFile: string, dataDir: string): void {
  const lines = [
    `\nFairlead is ready.\n`,
    `  Console   ${origin}`,
    `  API docs  ${origin}/docs`,
    `  Log       ${logFile}\n`,
  ];
  if (demo) {
    lines.push(
      '  Sign in as',
      ...demo.logins.map(({ role, email, password }) => `    ${email.padEnd(26)} ${password}   ${role}`),
    );
    lines.push(
      '',
      '  Try',
      `    TOKEN=$(curl -s ${origin}/oauth/token -u '${demo.client.id}:${demo.client.secret}' -d grant_type=client_credentials | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')`,
      `    curl -s ${origin}/v1/containers/${demo.containers[0]!.number} -H "authorization: Bearer $TOKEN"`,
      `    curl -s ${origin}/v1/bookings -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "idempotency-key: my-first-booking" -d '{"allocationId":"${demo.allocations[0]!.id}","quantity":1}'`,
    );
  } else {
    lines.push(
      `  The platform is empty. The operator client is "platform-operator"; its secret stands in ${join(dataDir, 'secrets.json')}.`,
    );
  }
  lines.push('', '  Ctrl-C ends everything; starting again goes on where it was.');
  console.log(lines.join('\n'));
}
