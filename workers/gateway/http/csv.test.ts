import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvCell, csvLine } from './csv.ts';

it('quotes what needs it, and nothing else', () => {
  expect(['plain', 'a,b', 'say "x"', 'two\nlines', '', null, -5].map(csvCell)).toEqual([
    'plain',
    '"a,b"',
    '"say ""x"""',
    '"two\nlines"',
    '',
    '',
    '-5',
  ]);
});

it('lets no text begin a formula', () => {
  for (const sign of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
    expect(csvCell(`${sign}1+1`)).toMatch(/^"?'/);
  }
  expect(csvCell('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"');
});

it('is read back by any reader: the same texts, but for the apostrophe', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), (cells) => {
      const [read] = parse(csvLine(cells), { record_delimiter: '\r\n', relax_column_count: true });
      expect(read!.map((cell, i) => (cell === `'${cells[i]}` ? cells[i] : cell))).toEqual(cells);
    }),
  );
});
