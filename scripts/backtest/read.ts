/** Reads a CSV file row by row: what cannot be read is counted, never fatal. */
import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { PlainError } from '../support/terminal.ts';

/** The first lines of a file: its header, its delimiter and a sample. */
export interface Peek {
  delimiter: string;
  header: string[];
  sample: Record<string, string>[];
}

const SAMPLE_BYTES = 262_144;

/** Looks at the beginning of a file. */
export async function peek(file: string, delimiter?: string): Promise<Peek> {
  if (!existsSync(file)) throw new PlainError(`There is no file ${file}.`);
  const handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
  await handle.close();
  const lines = buffer
    .toString('utf8', 0, bytesRead)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  // The last line may be cut off by the sample's end.
  if (bytesRead === SAMPLE_BYTES) lines.pop();
  const first = lines[0] ?? '';
  const used =
    delimiter ?? [',', ';', '\t', '|'].sort((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  const rows: Record<string, string>[] = [];
  for await (const row of parser(used, lines.filter(Boolean).join('\n'))) rows.push(row);
  if (rows.length === 0) throw new PlainError(`${file} has no rows below its header.`);
  return { delimiter: used, header: Object.keys(rows[0]!), sample: rows };
}

/** Every row of a file. */
export async function* rowsOf(file: string, delimiter: string): AsyncGenerator<Record<string, string>> {
  yield* createReadStream(file).pipe(parser(delimiter)) as AsyncIterable<Record<string, string>>;
}

function parser(delimiter: string, text?: string) {
  const options = {
    bom: true,
    delimiter,
    columns: (names: string[]) => names.map((name) => name.trim()),
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
  return text === undefined ? parse(options) : parse(text, options);
}
