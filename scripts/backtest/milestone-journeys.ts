/** Reads a file of milestones into journeys: one milestone a row, or one journey a row. */
import type { ReachedStage } from '../../domain/eta/stages.ts';
import type { Point } from '../../domain/geo/sphere.ts';
import { ports } from '../support/sea.ts';
import { PlainError } from '../support/terminal.ts';
import { cellOf, detectTimeFormat, parseTime, type Role, requireRoles, resolveColumns } from './mapping.ts';
import { peek, rowsOf } from './read.ts';
import type { Settings } from './settings.ts';

/** A journey of milestones up to its target. */
export interface MilestoneJourney {
  id: string;
  lane: string;
  carrierId: string | null;
  /** What has happened, in time order; ends with the target where it was reached. */
  stages: ReachedStage[];
  /** Where each stage was, as far as it is known. */
  points: (Point | null)[];
  to: Point | null;
  endAt: number | null;
  /** The newest planned or estimated time of the target that was known at an instant, or null. */
  scheduleAt(now: number): number | null;
}

interface Said {
  code: string;
  place: string;
  point: Point | null;
  at: number;
  actual: boolean;
  /** When it was said; the plan of a journey's row is known from its beginning. */
  saidAt: number;
}

interface Draft {
  id: string;
  carrierId: string | null;
  from: string | undefined;
  to: string | undefined;
  said: Said[];
}

const ROWS_MAX = 3_000_000;
/** How a classifier says that something has happened (DCSA, and what exports make of it). */
const ACTUAL = /^(act(ual)?|a|true|1|yes|y)$/i;
const PLANNED = /^(pln|plan(ned)?|p|scheduled)$/i;
const FROM_START = Number.NEGATIVE_INFINITY;
type Get = (row: Record<string, string>, role: Role) => string | undefined;
type Format = Parameters<typeof parseTime>[1];

/** Reads the journeys; without a named target it is the commonest last milestone. */
export async function readMilestones(
  settings: Settings,
  wanted: string | undefined,
): Promise<{ journeys: MilestoneJourney[]; target: string; notes: string[] }> {
  const { header, delimiter, sample } = await peek(settings.file, settings.delimiter);
  const columns = resolveColumns(header, settings.columns ?? {});
  requireRoles(columns, settings.wide ? ['id'] : ['id', 'milestone', 'time'], header);
  for (const { actual, planned, placeColumn } of settings.wide ?? []) {
    for (const name of [actual, planned, placeColumn]) {
      if (name !== undefined && !header.includes(name)) throw new PlainError(`The file has no column "${name}".`);
    }
  }
  const timeColumns = settings.wide ? settings.wide.map(({ actual }) => actual) : [columns.time!];
  const texts = sample.flatMap((row) => timeColumns.map((name) => cellOf(row, name) ?? '')).filter(Boolean);
  const format = settings.timeFormat && settings.timeFormat !== 'auto' ? settings.timeFormat : detectTimeFormat(texts);
  const get: Get = (row, role) => cellOf(row, columns[role]);
  const drafts = new Map<string, Draft>();
  let [rows, unreadable] = [0, 0];
  for await (const row of rowsOf(settings.file, delimiter)) {
    if (++rows > ROWS_MAX) throw new PlainError(`${settings.file} has more than ${ROWS_MAX} rows: cut it into parts.`);
    const id = get(row, 'id');
    const said = settings.wide ? wideSaid(row, settings, format) : longSaid(row, get, settings, format);
    if (!id || said.length === 0) {
      unreadable++;
      continue;
    }
    const draft = drafts.get(id) ?? {
      id,
      carrierId: get(row, 'carrier') || null,
      from: get(row, 'from') || undefined,
      to: get(row, 'to') || undefined,
      said: [],
    };
    draft.said.push(...said);
    drafts.set(id, draft);
  }
  const target = wanted ?? settings.target ?? commonestLast([...drafts.values()]);
  const journeys = [...drafts.values()].flatMap((draft) => toJourney(draft, target));
  const named = Object.entries(columns).map(([role, column]) => `${role} = ${column}`);
  const notes = [`columns: ${named.join(', ')}; times read as ${format}`, `${rows} rows, ${drafts.size} journeys`];
  if (unreadable > 0) notes.push(`${unreadable} rows without a readable journey, milestone or time were left out`);
  return { journeys, target, notes };
}

function longSaid(row: Record<string, string>, get: Get, { milestones }: Settings, format: Format): Said[] {
  const word = get(row, 'milestone')?.trim();
  const at = parseTime(get(row, 'time') ?? '', format);
  if (!word) return [];
  const code = milestones?.[word] ?? word;
  const place = get(row, 'place')?.trim() ?? '';
  const point = pointOf(place, get(row, 'lat'), get(row, 'lon'));
  const classifier = get(row, 'classifier')?.trim() ?? '';
  const actual = classifier === '' || ACTUAL.test(classifier);
  const recordedAt = parseTime(get(row, 'recorded') ?? '', format);
  const found: Said[] = [];
  // A plan is known from the beginning. An estimate without the time it was made is no knowledge at all:
  // the last one was made when the ship was in sight.
  const saidAt = actual ? at : Number.isFinite(recordedAt) ? recordedAt : PLANNED.test(classifier) ? FROM_START : null;
  if (Number.isFinite(at) && saidAt !== null) found.push({ code, place, point, at, actual, saidAt });
  const planned = parseTime(get(row, 'planned') ?? get(row, 'scheduled') ?? '', format);
  if (Number.isFinite(planned)) {
    found.push({ code, place, point, at: planned, actual: false, saidAt: FROM_START });
  }
  return found;
}

function wideSaid(row: Record<string, string>, { wide }: Settings, format: Format): Said[] {
  return wide!.flatMap(({ milestone, actual, planned, place: fixed, placeColumn }) => {
    const place = fixed ?? (placeColumn === undefined ? '' : (row[placeColumn]?.trim() ?? ''));
    const make = (text: string | undefined, isActual: boolean): Said[] => {
      const at = parseTime(text ?? '', format);
      if (!Number.isFinite(at)) return [];
      const saidAt = isActual ? at : FROM_START;
      return [{ code: milestone, place, point: pointOf(place, undefined, undefined), at, actual: isActual, saidAt }];
    };
    return [...make(row[actual], true), ...make(planned === undefined ? undefined : row[planned], false)];
  });
}

function pointOf(place: string, lat: string | undefined, lon: string | undefined): Point | null {
  const [y, x] = [Number.parseFloat(lat ?? ''), Number.parseFloat(lon ?? '')];
  if (Math.abs(y) <= 90 && Math.abs(x) <= 180) return { lat: y, lon: x };
  return ports.get(place.toUpperCase().replaceAll(/\s/g, '')) ?? null;
}

/** What has happened, in time order, each thing once: feeds repeat themselves. */
function inOrder(said: Said[]): Said[] {
  const seen = new Set<string>();
  return said
    .filter(({ actual, code, place, at }) => {
      const key = `${code}|${place}|${at}`;
      return actual && !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.at - b.at);
}

function commonestLast(drafts: Draft[]): string {
  const counts = new Map<string, number>();
  for (const { said } of drafts) {
    const last = inOrder(said).at(-1);
    if (last) counts.set(last.code, (counts.get(last.code) ?? 0) + 1);
  }
  const best = [...counts].sort((a, b) => b[1] - a[1])[0];
  if (!best) throw new PlainError('No row of the file tells of a milestone that has happened.');
  return best[0];
}

function newestSaid(planned: Said[], now: number): number | null {
  let newest: Said | null = null;
  for (const said of planned) if (said.saidAt <= now && (!newest || said.saidAt >= newest.saidAt)) newest = said;
  return newest?.at ?? null;
}

/** Cuts a draft at its last target; one without two stages cannot be predicted. */
function toJourney({ id, carrierId, from, to, said }: Draft, target: string): MilestoneJourney[] {
  const happened = inOrder(said);
  const end = happened.findLastIndex(({ code }) => code === target);
  const used = end >= 0 ? happened.slice(0, end + 1) : happened;
  if (used.length < 2) return [];
  const planned = said.filter(({ actual, code }) => !actual && code === target);
  const goal = to ?? (end >= 0 ? used.at(-1)!.place : planned.at(-1)?.place) ?? '';
  const origin = from ?? used[0]!.place;
  const toPoint = pointOf(goal, undefined, undefined) ?? (end >= 0 ? used.at(-1)!.point : null);
  return [
    {
      id,
      lane: `${origin}>${goal}`,
      carrierId,
      stages: used.map(({ code, place, at }) => ({ code, place, at })),
      points: used.map(({ point }) => point),
      to: toPoint,
      endAt: end >= 0 ? used.at(-1)!.at : null,
      scheduleAt: (now) => newestSaid(planned, now),
    },
  ];
}
