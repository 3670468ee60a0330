/** The back-test's table and its last line. */
import { PlainError } from '../support/terminal.ts';
import { byHorizon, METHODS, type Prediction, type Row, type Scored, scoreOf } from './score.ts';

const cell = (text: string, width: number): string => text.padStart(width);
const hours = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

/** The last line: hours everywhere. */
export interface Summary {
  mae: Record<string, number>;
  ratio: number;
  coverage80: number;
  journeys: number;
  predictions: number;
  byHorizon: { horizon: string; n: number; mae: Record<string, number>; coverage80: number }[];
  [more: string]: unknown;
}

/** Predictions with a known truth. */
export function scored(predictions: Prediction[]): Scored[] {
  return predictions.filter((prediction): prediction is Scored => prediction.actual !== null);
}

/** Prints the table by horizon and returns the summary. */
export function report(predictions: Prediction[], print: (line: string) => void): Summary {
  const known = scored(predictions);
  if (known.length === 0) throw new PlainError('No prediction is left whose truth is known.');
  const all = scoreOf('all', known);
  const rows = byHorizon(known);
  print(
    `${'horizon'.padEnd(14)}${cell('n', 7)}  ${METHODS.map((m) => cell(`${m}: MAE`, 12) + cell('median', 8) + cell('bias', 9)).join('')}${cell('80 % cover', 12)}${cell('width', 8)}`,
  );
  for (const row of [...rows, all]) print(lineOf(row));
  const journeys = new Set(known.map(({ journey }) => journey)).size;
  return {
    mae: maes(all),
    ratio: round(all.scores.ours.mae / all.scores.naive.mae),
    coverage80: round(all.coverage80),
    journeys,
    predictions: known.length,
    byHorizon: rows.map((row) => ({ horizon: row.label, n: row.n, mae: maes(row), coverage80: round(row.coverage80) })),
  };
}

function lineOf(row: Row): string {
  const methods = METHODS.map((method) => {
    const { mae, median, bias } = row.scores[method];
    return cell(hours(mae), 12) + cell(hours(median), 8) + cell(`${bias >= 0 ? '+' : ''}${hours(bias)}`, 9);
  });
  return `${row.label.padEnd(14)}${cell(String(row.n), 7)}  ${methods.join('')}${cell(`${(row.coverage80 * 100).toFixed(0)} %`, 12)}${cell(hours(row.widthHours), 8)}`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const maes = (row: Row): Record<string, number> =>
  Object.fromEntries(METHODS.map((method) => [method, round(row.scores[method].mae)]));
