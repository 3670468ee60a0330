/** `npm run import -- --format dcsa FILE`: a file of a carrier's or of one's own through the front door of a platform. */
import { readFileSync } from 'node:fs';
import { IMPORT_FORMATS, importFile, type ImportFile } from './support/import.ts';
import { onPlatform } from './support/target.ts';
import { main, numberOption, options, PlainError, progressBar } from './support/terminal.ts';

const USAGE = `Usage: npm run import -- --format FORMAT [--history full] [--options OPTIONS.json] FILE
  Posts a file as a carrier would: DCSA Track & Trace events in any of their shapes, positions as JSON or lines of JSON,
  or tables of either as CSV or lines of JSON, gzip too. Numbers in it that nobody has registered are claimed. The last line says what became of its items.
  --format FORMAT  dcsa, dcsa3_draft (a draft: Track & Trace 3.0), positions, milestones_table or positions_table
  --options FILE   options of the connection as JSON, such as {"table": {"columns": {"container": "Box"}}}
  --history full   the file holds, for each container in it, all that there is to say: what it lacks is withdrawn
  --port N         port of a platform started by npm start (8787); when none runs there, one is started
                   for the import and removed afterwards`;

const TYPES = [
  [/\.(ndjson|jsonl)$/i, 'application/x-ndjson'],
  [/\.(csv|tsv|txt)$/i, 'text/csv'],
] as const;

await main(async () => {
  const { values, positionals } = options(USAGE, {
    format: { type: 'string' },
    history: { type: 'string' },
    options: { type: 'string' },
    port: { type: 'string' },
  });
  const [name] = positionals;
  if (!name) throw new PlainError(`Name the file to import.\n\n${USAGE}`);
  const { format, history = 'events' } = values;
  const known = IMPORT_FORMATS.find((each) => each === format);
  if (!known) throw new PlainError(`--format takes ${IMPORT_FORMATS.join(', ')}.\n\n${USAGE}`);
  if (history !== 'events' && history !== 'full') throw new PlainError(`--history takes events or full.\n\n${USAGE}`);
  const port = numberOption('port', values.port, 8787, 1, 65_535);
  const contentType = TYPES.find(([pattern]) => pattern.test(name))?.[1] ?? 'application/json';
  const given = values.options === undefined ? {} : parsed(values.options);
  const file: ImportFile = { bytes: read(name), format: known, history, contentType, options: given };
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

function parsed(name: string): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(read(name)));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (error instanceof PlainError) throw error;
  }
  throw new PlainError(`The file ${name} holds no JSON object.`);
}
