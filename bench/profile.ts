/** `npm run profile`: where the processor time of an operation goes, by hop, by kind of work, and by function. */
import '../scripts/support/quiet.ts';
import { freePort } from '../scripts/support/ports.ts';
import { workerdOf } from '../scripts/support/processes.ts';
import { main, options, PlainError, step } from '../scripts/support/terminal.ts';
import { fleetOf, OPERATIONS } from './operations.ts';
import { startInspector } from './sampling/inspector.ts';
import { startPerf, V8_FLAGS, whyNoPerf } from './sampling/perf.ts';
import { type Line, type Sample, type Sampler, sums } from './sampling/sample.ts';
import { Floor } from './sides/floor.ts';
import { Ours } from './sides/ours.ts';

/** What can be profiled, by the name of its benchmark. */
const NAMES: Record<string, string> = {
  read: 'read',
  list: 'list',
  booking: 'booking',
  ingest: 'ingest50',
  cold: 'ingestCold',
  single: 'single',
};
const USAGE = `Usage: npm run profile -- NAME
  Samples the runtime while it is under the load of a benchmark, and shows where its processor time goes, an
  operation: of the whole runtime where perf of Linux is there (Debian: linux-perf), otherwise of JavaScript alone, by
  the inspector, where waiting counts as work. Sampling itself costs: compare shares, not sums, with npm run bench.
  NAME: ${Object.keys(NAMES).join(', ')}`;

/** Code that has run for a while is compiled. */
const WARM_TURNS = 2;
const LINES_SHOWN = 40;
const SHOWN_FROM = 0.005;

/** Prints a table of sums, an operation, with their share of all that was sampled. */
function table(title: string, lines: readonly Line[], all: number, done: number): void {
  console.log(`\n${title} (ms an operation, share)`);
  for (const [ms, what] of lines.filter(([ms]) => ms / all >= SHOWN_FROM).slice(0, LINES_SHOWN)) {
    const share = `${((100 * ms) / all).toFixed(1)} %`;
    console.log(`  ${(ms / done).toFixed(4).padStart(9)} ${share.padStart(7)}  ${what}`);
  }
}

function show(samples: readonly Sample[], done: number, cpuMs: number | null): void {
  const all = samples.reduce((sum, { ms }) => sum + ms, 0);
  const each = cpuMs === null ? '' : `, ${(cpuMs / done).toFixed(3)} ms of all processes each, sampling included`;
  console.log(`\n${done} operations${each}`);
  table(
    'By hop: the Worker whose function was under way',
    sums(samples, ({ hop }) => [hop]),
    all,
    done,
  );
  const kinds = samples.filter(({ kind }) => kind !== null);
  if (kinds.length > 0) {
    table(
      'By kind of work',
      sums(kinds, ({ kind }) => [kind!]),
      all,
      done,
    );
  }
  table(
    'By function, with what the runtime does for it',
    sums(samples, ({ functions }) => functions.slice(0, 1)),
    all,
    done,
  );
  if (kinds.length > 0) {
    table(
      'By function, with all that it calls',
      sums(samples, ({ functions }) => functions),
      all,
      done,
    );
  }
}

await main(async () => {
  const { positionals } = options(USAGE, {});
  const [asked, ...more] = positionals;
  const name = NAMES[asked ?? ''];
  if (!name || more.length > 0) throw new PlainError(USAGE);
  const noPerf = whyNoPerf();
  console.log(noPerf ? `By the inspector: ${noPerf}.` : 'By perf.');
  const port = await freePort();
  if (!noPerf) process.env.MINIFLARE_WORKERD_V8_FLAGS = V8_FLAGS;
  const ours = await step('Starting the platform', () => Ours.start(noPerf ? ['--inspect', String(port)] : []));
  delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  const floor = await step('Starting the floor', () => Floor.start());
  try {
    const fleet = fleetOf(name);
    await step(`Registering ${fleet} containers`, () => ours.register(fleet));
    const side = (await OPERATIONS[name]!({ ours, floor, peer: null })).ours!;
    await step('Warming up', async () => {
      for (let i = 0; i < WARM_TURNS; i++) await side.turn();
    });
    const sampler: Sampler = noPerf ? await startInspector(port) : await startPerf(workerdOf(ours.pid)[0]!);
    const before = ours.cpuMs();
    const done = await step(`Sampling ${asked}`, () => side.turn());
    const after = ours.cpuMs();
    const samples = await step('Adding up', () => sampler.stop());
    show(samples, done, before === null || after === null ? null : after - before);
  } finally {
    await ours.stop();
    await floor.stop();
  }
});
