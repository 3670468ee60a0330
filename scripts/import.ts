/** `npm run import -- --format dcsa FILE`: a carrier's file through the front door of a platform. */
import { readFileSync } from 'node:fs';
import { importFile, type ImportFile } from './support/import.ts';
import { onPlatform } from './support/target.ts';
import { main, numberOption, options, PlainError, progressBar } from './support/terminal.ts';

const USAGE = `Usage: npm run import -- --format FORMAT [--history full] FILE
  Posts a file as a carrier would: DCSA Track & Trace events in any of their shapes, or positions as JSON or lines of JSON,
  gzip too. Numbers in it that nobody has registered are claimed. The last line says what became of its items.
  --format FORMAT  dcsa, dcsa3_draft (a draft: Track & Trace 3.0) or positions
  --history full   the file holds, for each container in it, all that there is to say: what it lacks is withdrawn
  --port N         port of a platform started by npm start (8787); when none runs there, one is started
                   for the import and removed afterwards`;

await main(async () => {
  const { values, positionals } = options(USAGE, {
    format: { type: 'string' },
    history: { type: 'string' },
    port: { type: 'string' },
  });
  const [name] = positionals;
  if (!name) throw new PlainError(`Name the file to import.\n\n${USAGE}`);
  const { format, history = 'events' } = values;
  if (format !== 'dcsa' && format !== 'dcsa3_draft' && format !== 'positions')
    throw new PlainError(`--format takes dcsa, dcsa3_draft or positions.\n\n${USAGE}`);
  if (history !== 'events' && history !== 'full') throw new PlainError(`--history takes events or full.\n\n${USAGE}`);
  const port = numberOption('port', values.port, 8787, 1, 65_535);
  const contentType = /\.(ndjson|jsonl)$/i.test(name) ? 'application/x-ndjson' : 'application/json';
  const file: ImportFile = { bytes: read(name), format, history, contentType };
  await onPlatform(port, 'import', async (target) => {
    let bar: ((done: number) => void) | null = null;
    const summary = await importFile(target, file, (done, total) => {
      bar ??= progressBar('Posting', total);
      bar(done);
    });
    for (const [code, count] of Object.entries(summary.rejected)) console.log(`Rejected ${count} with ${code}`);
    console.log(JSON.stringify(summary));
  });
});

function read(name: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(name));
  } catch {
    throw new PlainError(`The file ${name} cannot be read.`);
  }
}
