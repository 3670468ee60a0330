/** The questions put to a ledger: the accuracy of each source, and the reliability of a carrier. */
import { after, cutPage } from '../../contracts/kit/paging.ts';
import type { AccuracyPage, AccuracyRow, Reliability } from '../../contracts/tracking/eta.ts';
import { toInstant } from '../../platform/instants.ts';
import { LEDGER_COUNTED_MAX } from '../../platform/limits.ts';
import type { Sql, SqlValue } from '../kit/sql.ts';
import type { AccuracyQuery } from './types.ts';

const GROUPS: Record<AccuracyQuery['groupBy'], string> = {
  // Zeros in front: the groups are compared as text.
  horizon: "printf('%05d', s.value ->> 2)",
  lane: "j.origin || '>' || j.destination",
  carrier: "coalesce(j.carrier_id, '')",
};

type Filter = Pick<AccuracyQuery, 'from' | 'to' | 'carrierId' | 'origin' | 'destination'>;

function journeysWhere({ from, to, carrierId, origin, destination }: Filter): { where: string; bindings: SqlValue[] } {
  const clauses = ['arrived_at >= ?', 'arrived_at < ?'];
  const bindings: SqlValue[] = [from, to];
  const add = (column: string, value: string | undefined): void => {
    if (value === undefined) return;
    clauses.push(`${column} = ?`);
    bindings.push(value);
  };
  add('carrier_id', carrierId);
  add('origin', origin);
  add('destination', destination);
  return { where: clauses.join(' AND '), bindings };
}

/** How right each source was, a page of groups. */
export function accuracy(sql: Sql, query: AccuracyQuery): AccuracyPage {
  const { where, bindings } = journeysWhere(query);
  const [count] = sql.run<{ n: number }>(`SELECT count(*) AS n FROM journeys WHERE ${where}`, ...bindings);
  const words: string[] = ['1 = 1'];
  const wordBindings: SqlValue[] = [];
  for (const [place, value] of [
    [0, query.target],
    [1, query.source],
    [2, query.horizonHours],
  ] as const) {
    if (value === undefined) continue;
    words.push(`s.value ->> ${place} = ?`);
    wordBindings.push(value);
  }
  const last = after<[string, string, string]>(query) ?? ['', '', ''];
  const rows = sql.run<Row>(
    `WITH counted AS (
       SELECT id, origin, destination, carrier_id, scores FROM journeys WHERE ${where} ORDER BY arrived_at DESC LIMIT ?
     ), words AS (
       SELECT j.id, ${GROUPS[query.groupBy]} AS g, s.value ->> 0 AS target, s.value ->> 1 AS source,
         s.value ->> 3 AS error, s.value ->> 4 AS pinball, s.value ->> 5 AS covered, s.value ->> 6 AS width
       FROM counted j, json_each(j.scores) s WHERE ${words.join(' AND ')}
     ), ranked AS (
       SELECT *, row_number() OVER (PARTITION BY g, target, source ORDER BY abs(error)) AS r,
         count(*) OVER (PARTITION BY g, target, source) AS n FROM words
     )
     SELECT g, target, source, count(*) AS n, count(DISTINCT id) AS journeys, avg(abs(error)) AS mae,
       avg(CASE WHEN r IN ((n + 1) / 2, (n + 2) / 2) THEN abs(error) END) AS median,
       avg(error) AS bias, avg(pinball) AS pinball, avg(covered) AS covered, avg(width) AS width
     FROM ranked WHERE (g, target, source) > (?, ?, ?)
     GROUP BY g, target, source ORDER BY g, target, source LIMIT ?`,
    ...bindings,
    LEDGER_COUNTED_MAX,
    ...wordBindings,
    ...last,
    query.limit + 1,
  );
  const page = cutPage(
    rows,
    query.limit,
    (row) => toApi(row, query.groupBy),
    (row) => [row.g, row.target, row.source],
  );
  return {
    ...page,
    from: toInstant(query.from),
    to: toInstant(query.to),
    journeys: count!.n,
    counted: Math.min(count!.n, LEDGER_COUNTED_MAX),
  };
}

type Row = {
  g: string;
  target: string;
  source: string;
  n: number;
  journeys: number;
  mae: number;
  median: number;
  bias: number;
  pinball: number;
  covered: number | null;
  width: number | null;
};

const round = (value: number): number => Math.round(value * 100) / 100;
const roundOrNull = (value: number | null): number | null => (value === null ? null : round(value));

function toApi(row: Row, groupBy: AccuracyQuery['groupBy']): AccuracyRow {
  return {
    group: groupBy === 'horizon' ? String(Number(row.g)) : row.g,
    target: row.target as AccuracyRow['target'],
    source: row.source as AccuracyRow['source'],
    n: row.n,
    journeys: row.journeys,
    maeHours: round(row.mae),
    medianHours: round(row.median),
    biasHours: round(row.bias),
    pinballHours: round(row.pinball),
    coverage80: row.covered === null ? null : Math.round(row.covered * 1000) / 1000,
    widthHours: roundOrNull(row.width),
  };
}

/** How reliable a carrier was on the newest journeys of a window. On time: within a day of its first word. */
export function reliability(sql: Sql, query: { carrierId: string; from: number; to: number }): Reliability {
  const { where, bindings } = journeysWhere({ ...query, origin: undefined, destination: undefined });
  const [row] = sql.run<
    Record<'n' | 'evaluated' | 'on_time' | 'late' | 'late_by' | 'revisions' | 'complete' | 'ours', number | null>
  >(
    `SELECT count(*) AS n, count(lateness_hours) AS evaluated,
       avg(CASE WHEN lateness_hours IS NULL THEN NULL WHEN abs(lateness_hours) <= 24 THEN 1.0 ELSE 0.0 END) AS on_time,
       avg(lateness_hours) AS late, avg(CASE WHEN lateness_hours > 24 THEN lateness_hours END) AS late_by,
       avg(revisions) AS revisions, avg(completeness) AS complete, avg(our_revisions) AS ours
     FROM (SELECT * FROM journeys WHERE ${where} ORDER BY arrived_at DESC LIMIT ?)`,
    ...bindings,
    LEDGER_COUNTED_MAX,
  );
  const { carrierId, from, to } = query;
  return {
    carrierId,
    from: toInstant(from),
    to: toInstant(to),
    journeys: row!.n ?? 0,
    evaluated: row!.evaluated ?? 0,
    onTimeShare: roundOrNull(row!.on_time),
    meanLatenessHours: roundOrNull(row!.late),
    lateByHours: roundOrNull(row!.late_by),
    etaRevisions: roundOrNull(row!.revisions),
    milestoneCompleteness: roundOrNull(row!.complete),
    ourRevisions: roundOrNull(row!.ours),
  };
}
