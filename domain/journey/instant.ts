import type { ZoneSource } from './event.ts';

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads an instant as feeds write it. Without an offset the port's zone decides, and without a
 * port UTC is assumed and said so. Null when the text is no date that exists.
 */
export function parseInstant(text: string, zone: string | null): { at: number; zoneSource: ZoneSource } | null {
  const match = RFC_3339.exec(text.trim());
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  const check = new Date(utc);
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day || hour > 24 || minute > 59) {
    return null;
  }
  const offset = match[7];
  if (offset) return { at: utc - offsetMs(offset), zoneSource: 'stated' };
  if (zone) return { at: localToUtc(utc, zone), zoneSource: 'port' };
  return { at: utc, zoneSource: 'assumed_utc' };
}

function offsetMs(offset: string): number {
  if (/^[zZ]$/.test(offset)) return 0;
  const digits = offset.replace(/\D/g, '');
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return offset.startsWith('-') ? -ms : ms;
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
