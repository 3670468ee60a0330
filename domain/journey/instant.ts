import type { ZoneSource } from './event.ts';

/** RFC 3339 as feeds write it: with a blank, without seconds, with a short offset; and ISO 8601's basic form. */
const DATED =
  /^(\d{4})-?(\d{2})-?(\d{2})[Tt ]?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?$/;
/** Seconds or milliseconds since the Unix epoch, from 2001 on: fewer digits would be anything. */
const EPOCH = /^[1-9]\d{9}(\d{3})?$/;
/** Instants are counted from 1970; a year of two digits would become one of the twentieth century. */
const YEAR_MIN = 1970;
/** No place on earth is further from UTC (tz database). */
const OFFSET_MAX_MINUTES = 14 * 60;

/**
 * Reads an instant as feeds write it, to the millisecond. Without an offset the port's zone decides, and without a port
 * UTC is assumed and said so. A leap second is the second after (RFC 3339 section 5.7). Null when the text is no instant
 * that exists, and when it lies before 1970: no container has a record from then, only clocks that were never set.
 */
export function parseInstant(
  text: string,
  zone: string | null,
  zoneSource: ZoneSource = 'port',
): { at: number; zoneSource: ZoneSource } | null {
  const trimmed = text.trim();
  if (EPOCH.test(trimmed)) {
    return { at: Number(trimmed) * (trimmed.length === 10 ? 1000 : 1), zoneSource: 'stated' };
  }
  const match = DATED.exec(trimmed);
  const wall = match && wallTime(match);
  if (wall === null) return null;
  const offset = match![8];
  if (offset) {
    const ms = offsetMs(offset);
    return ms === null ? null : from1970(wall - ms, 'stated');
  }
  if (zone) return from1970(localToUtc(wall, zone), zoneSource);
  return from1970(wall, 'assumed_utc');
}

const from1970 = (at: number, zoneSource: ZoneSource) => (at < 0 ? null : { at, zoneSource });

/** What a clock on the wall shows, as if it were UTC; null for a date or time that there is not. */
function wallTime(match: RegExpExecArray): number | null {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < YEAR_MIN) return null;
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  // Midnight at the end of a day is written 24:00 (ISO 8601), and nothing after it.
  const isEnd = hour === 24 && minute === 0 && second === 0 && ms === 0;
  if ((hour > 23 && !isEnd) || minute > 59 || second > 60) return null;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

function offsetMs(offset: string): number | null {
  if (/^[zZ]$/.test(offset)) return 0;
  const digits = offset.replace(/\D/g, '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  const ahead = hours * 60 + minutes;
  if (minutes > 59 || ahead > OFFSET_MAX_MINUTES) return null;
  return (offset.startsWith('-') ? -ahead : ahead) * 60_000;
}

/** Finds the instant whose wall time in the zone is the given one (two steps settle any shift). */
function localToUtc(wallMs: number, zone: string): number {
  let at = wallMs;
  for (let step = 0; step < 2; step++) at = wallMs - zoneOffsetMs(at, zone);
  return at;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function zoneOffsetMs(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return wall - Math.floor(at / 1000) * 1000;
}
