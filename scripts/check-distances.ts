/** `npm run check:distances`: the sea network beside the distances of two others, pair by pair of ports. */
import { type DistanceField, distanceField, distanceToGoNm } from '../domain/geo/sea-route.ts';
import { distanceNm, type Point } from '../domain/geo/sphere.ts';
import { peek, rowsOf } from './backtest/read.ts';
import './support/quiet.ts';
import { network, ports } from './support/sea.ts';
import { main, options, PlainError, step } from './support/terminal.ts';

const USAGE = `Usage: npm run check:distances -- FILE.csv
  Compares distances between ports with those of two other networks. The file has the columns from, to (UN/LOCODE),
  great_circle_nm, network_a_nm and network_b_nm. Counts pairs that are more than 10 % longer than the longer of the
  two, more than 8 % shorter than the shorter, and shorter than the great circle; names the worst.`;

/** What is counted as too long and too short, beside the longer and the shorter of the two. */
const [OVER, UNDER] = [1.1, 0.92];
/** Places are rounded: a great circle may be longer by so much, nm. */
const ROUNDING_NM = 1;
/** Too short may be true where both others go the same way round; so many pairs are. */
const UNDER_MAX = 50;
const WORST_SHOWN = 10;
const COLUMNS = ['from', 'to', 'network_a_nm', 'network_b_nm'];

/** A pair with our distance, and how that is to the others'. */
interface Compared {
  pair: string;
  nm: number;
  toLonger: number;
  toShorter: number;
  isBelowGreatCircle: boolean;
}

await main(async () => {
  const { positionals } = options(USAGE, {});
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new PlainError(USAGE);
  const { delimiter, header } = await peek(file);
  const lacking = COLUMNS.filter((name) => !header.includes(name));
  if (lacking.length > 0) throw new PlainError(`${file} has no column ${lacking.join(', ')}.\n\n${USAGE}`);
  const rows: Record<string, string>[] = [];
  for await (const row of rowsOf(file, delimiter)) rows.push(row);
  const found = await step(`Comparing ${rows.length} pairs`, async () => compared(rows));
  const over = found.filter(({ toLonger }) => toLonger > OVER);
  const worst = found.toSorted((a, b) => b.toLonger - a.toLonger).slice(0, WORST_SHOWN);
  const result = {
    pairs: found.length,
    over10: over.length,
    belowGreatCircle: found.filter((one) => one.isBelowGreatCircle).length,
    under8: found.filter(({ toShorter }) => toShorter < UNDER).length,
    unknown: rows.length - found.length,
    worst: worst.map(({ pair, nm, toLonger }) => `${pair} ${Math.round(nm)} nm, ${toLonger.toFixed(2)} of the longer`),
  };
  console.log(JSON.stringify(result));
  if (result.over10 > 0 || result.belowGreatCircle > 0 || result.under8 > UNDER_MAX) process.exitCode = 1;
});

/** The pairs whose ports are known, with our distances; one that no way joins is endlessly far. */
function compared(rows: readonly Record<string, string>[]): Compared[] {
  const fields = new Map<string, DistanceField>();
  return rows.flatMap((row) => {
    const [from, to] = [ports.get(row.from ?? ''), ports.get(row.to ?? '')];
    if (!from || !to) return [];
    const field = fields.get(row.to!) ?? distanceField(network, to);
    fields.set(row.to!, field);
    return [compare(row, from, to, distanceToGoNm(network, field, from) ?? Number.POSITIVE_INFINITY)];
  });
}

function compare(row: Record<string, string>, from: Point, to: Point, nm: number): Compared {
  const [a, b] = [Number(row.network_a_nm), Number(row.network_b_nm)];
  if (!(a > 0 && b > 0))
    throw new PlainError(`${row.from} to ${row.to}: network_a_nm and network_b_nm must be numbers.`);
  return {
    pair: `${row.from}-${row.to}`,
    nm,
    toLonger: nm / Math.max(a, b),
    toShorter: nm / Math.min(a, b),
    isBelowGreatCircle: nm < distanceNm(from, to) - ROUNDING_NM,
  };
}
