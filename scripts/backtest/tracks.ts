/** Reads a file of positions into tracks. */
import { PlainError } from '../support/terminal.ts';
import type { RecordedFix, Track } from './journeys.ts';
import { cellOf, detectTimeFormat, parseTime, requireRoles, resolveColumns } from './mapping.ts';
import { peek, rowsOf } from './read.ts';
import type { Settings } from './settings.ts';

/** Positions kept of one file: bounds the memory. */
const FIXES_MAX = 3_000_000;
const KNOTS_PER: Record<string, number> = { knots: 1, kmh: 1 / 1.852, ms: 3.6 / 1.852 };
/** AIS says 102.3 when the speed is not available (ITU-R M.1371-5, message 1). */
const SPEED_MAX_KNOTS = 60;

/** Reads the tracks, keeping at most one position in `everyMs` of each; `notes` tell what was left out. */
export async function readTracks(settings: Settings, everyMs: number): Promise<{ tracks: Track[]; notes: string[] }> {
  const { file } = settings;
  const { delimiter, header, sample } = await peek(file, settings.delimiter);
  const columns = resolveColumns(header, settings.columns ?? {});
  requireRoles(columns, ['id', 'time', 'lat', 'lon'], header);
  const timeColumn = columns.time!;
  const format =
    settings.timeFormat && settings.timeFormat !== 'auto'
      ? settings.timeFormat
      : detectTimeFormat(sample.map((row) => cellOf(row, timeColumn) ?? ''));
  const get = (row: Record<string, string>, role: keyof typeof columns): string | undefined =>
    cellOf(row, columns[role]);
  const tracks = new Map<string, Track>();
  let [rows, unreadable, kept] = [0, 0, 0];
  for await (const row of rowsOf(file, delimiter)) {
    rows++;
    const fix = fixOf(row, get, format, KNOTS_PER[settings.speedUnit ?? 'knots']!);
    if (!fix) {
      unreadable++;
      continue;
    }
    const voyage = get(row, 'journey');
    const id = voyage ? `${get(row, 'id')}/${voyage}` : (get(row, 'id') ?? '');
    let track = tracks.get(id);
    if (!track) {
      const time = (role: 'arrival' | 'scheduled'): number | undefined => {
        const at = parseTime(get(row, role) ?? '', format);
        return Number.isNaN(at) ? undefined : at;
      };
      track = {
        id,
        voyage: voyage !== undefined,
        carrierId: get(row, 'carrier') || null,
        fixes: [],
        from: get(row, 'from'),
        to: get(row, 'to'),
        arrivalAt: time('arrival'),
        scheduledAt: time('scheduled'),
      };
      tracks.set(id, track);
    }
    // Thinned while reading: a day of raw AIS has ten million rows.
    const last = track.fixes.at(-1);
    if (last && fix.at >= last.at && fix.at - last.at < everyMs) continue;
    track.fixes.push(fix);
    if (++kept > FIXES_MAX) throw new PlainError(`${file} has more than ${FIXES_MAX} positions: cut it into parts.`);
  }
  const all = [...tracks.values()].map((track) => ({ ...track, fixes: thin(track.fixes, everyMs) }));
  const used = all.reduce((sum, { fixes }) => sum + fixes.length, 0);
  const named = Object.entries(columns).map(([role, column]) => `${role} = ${column}`);
  const notes = [`columns: ${named.join(', ')}; times read as ${format}`, `${rows} rows, ${used} positions used`];
  if (unreadable > 0) notes.push(`${unreadable} rows without a readable time or position were left out`);
  return { tracks: all, notes };
}

function fixOf(
  row: Record<string, string>,
  get: (row: Record<string, string>, role: 'time' | 'lat' | 'lon' | 'speed') => string | undefined,
  format: Parameters<typeof parseTime>[1],
  knotsPer: number,
): RecordedFix | null {
  const at = parseTime(get(row, 'time') ?? '', format);
  const lat = Number.parseFloat(get(row, 'lat') ?? '');
  const lon = Number.parseFloat(get(row, 'lon') ?? '');
  if (!Number.isFinite(at) || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180)) return null;
  const speed = Number.parseFloat(get(row, 'speed') ?? '') * knotsPer;
  return { at, lat, lon, speedKnots: speed >= 0 && speed <= SPEED_MAX_KNOTS ? speed : null };
}

/** In time order, one instant once, and no denser than asked. */
function thin(fixes: RecordedFix[], everyMs: number): RecordedFix[] {
  const ordered = fixes.sort((a, b) => a.at - b.at);
  const kept: RecordedFix[] = [];
  for (const fix of ordered) {
    const last = kept.at(-1);
    if (!last || (fix.at > last.at && fix.at - last.at >= everyMs)) kept.push(fix);
  }
  return kept;
}
