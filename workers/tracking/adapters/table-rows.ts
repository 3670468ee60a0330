/** The rows of a table: CSV with a header, JSON lines, or a JSON array of objects, under the names of our fields. */
import Papa from 'papaparse';
import { TABLE_FIELDS, type TableField, type TableOptions } from '../../../contracts/tracking/table-options.ts';
import { parseJson, recordOf, textOf } from './adapter.ts';
import type { Fields } from './dcsa-fields.ts';

/** A row with what it says of our fields, and its other columns. */
export interface Row {
  raw: unknown;
  fields: Partial<Record<TableField, string>>;
  others: Fields;
  /** Why it cannot be read. */
  fault?: string;
}

/** The rows of a body, or why there are none to be read. */
export function rowsOf(
  text: string,
  options: TableOptions,
  required: readonly TableField[],
): { rows: Row[] } | { unreadable: string } {
  const first = text.trimStart()[0];
  const read = first === '{' || first === '[' ? ofJson(text) : ofCsv(text);
  if ('unreadable' in read) return read;
  const { names, records } = read;
  const columnOf = (field: TableField): string => options.columns[field] ?? field;
  const missing = names && required.find((field) => !names.includes(columnOf(field)));
  if (names && missing) {
    const found = names.slice(0, 20).join(', ').slice(0, 300);
    return { unreadable: `The header has no column "${columnOf(missing)}" for ${missing}; it has ${found}` };
  }
  const rows = records.map(({ raw, fault }): Row => {
    const record = recordOf(raw);
    if (!record) return { raw, fields: {}, others: {}, fault: fault ?? 'A row must be an object' };
    const fields = TABLE_FIELDS.flatMap((field) => {
      const cell = at(record, columnOf(field));
      const value = typeof cell === 'boolean' ? String(cell) : textOf(cell);
      return value === undefined ? [] : [[field, value] as const];
    });
    const isRead = new Set(TABLE_FIELDS.map(columnOf));
    const others = Object.fromEntries(Object.entries(record).filter(([name]) => !isRead.has(name)));
    return { raw, fields: Object.fromEntries(fields), others, ...(fault ? { fault } : {}) };
  });
  return { rows };
}

interface Read {
  /** The names of the columns, where all rows share them. */
  names: string[] | null;
  records: { raw: unknown; fault?: string }[];
}

/** Rows of CSV (RFC 4180), whichever delimiter they have. */
function ofCsv(text: string): Read | { unreadable: string } {
  // Excel writes its delimiter into a line before the header.
  const table = text.replace(/^\ufeff/, '').replace(/^sep=(.)\r?\n/i, '');
  const { data, errors } = Papa.parse<string[]>(table, { delimitersToGuess: [',', ';', '\t', '|'] });
  // A quote that is not closed swallows all that follows: nothing of such a table can be trusted from there on.
  const faults = new Map<number, string>();
  for (const { type, code, row, message } of errors) {
    if (code === 'MissingQuotes')
      return { unreadable: `A quoted cell that begins in line ${lineOf(table, data)} is never closed` };
    if (type === 'Quotes' && row !== undefined) faults.set(row, message);
  }
  const filled = data.flatMap((cells, i) =>
    cells.some((cell) => cell.trim()) ? [{ cells, fault: faults.get(i) }] : [],
  );
  const [header, ...rows] = filled;
  if (!header) return { unreadable: 'The table has no header' };
  const names = header.cells.map((name) => name.trim());
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice !== undefined) return { unreadable: `The header has two columns "${twice.slice(0, 60)}"` };
  const records = rows.map(({ cells, fault }) => {
    const raw = Object.fromEntries(names.flatMap((name, i) => (name === '' ? [] : [[name, cells[i] ?? '']])));
    const surplus = cells.slice(names.length).some((cell) => cell.trim());
    const why = fault ?? (surplus ? `The row has ${cells.length} cells, and the header ${names.length}` : undefined);
    return { raw, ...(why ? { fault: why } : {}) };
  });
  return { names, records };
}

/** The line in which the last cell of a table that cannot be closed begins, from 1. */
function lineOf(table: string, data: readonly string[][]): number {
  const last = data.at(-1)?.at(-1) ?? '';
  return table.slice(0, Math.max(0, table.length - last.length)).split('\n').length;
}

function ofJson(text: string): Read {
  const whole = parseJson(text);
  if ('value' in whole) {
    return { names: null, records: [whole.value].flat().map((raw: unknown) => ({ raw })) };
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  return {
    names: null,
    records: lines.map((line) => {
      const parsed = parseJson(line);
      return 'error' in parsed ? { raw: line, fault: parsed.error } : { raw: parsed.value };
    }),
  };
}

/** The value of a column, or of a member within others. */
function at(record: Fields, column: string): unknown {
  if (Object.hasOwn(record, column)) return record[column];
  return column.split('.').reduce<unknown>((value, name) => {
    const part = recordOf(value);
    return part && Object.hasOwn(part, name) ? part[name] : undefined;
  }, record);
}
