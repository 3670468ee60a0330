/** Dates, durations and names as people read them. Instants are shown in UTC and say so. */
import type { Eta, PublishedEta } from './types.ts';

const dayTime = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});
const dayOnly = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** An instant (ms or RFC 3339), or a dash. */
export function instant(at: number | string | null | undefined): string {
  return at === null || at === undefined ? '–' : `${dayTime.format(new Date(at))} UTC`;
}

/** The day of an instant, or a dash. */
export function day(at: number | string | null | undefined): string {
  return at === null || at === undefined ? '–' : dayOnly.format(new Date(at));
}

/** An interval of days: "30 Nov - 10 Dec 2026", or one day when both ends fall on it. */
export function range(from: string, to: string): string {
  return dayOnly.formatRange(new Date(from), new Date(to));
}

/** How long ago or ahead, in the largest unit that says enough. */
export function age(seconds: number): string {
  const abs = Math.abs(seconds);
  if (abs < 90) return `${Math.round(abs)} s`;
  if (abs < 5_400) return `${Math.round(abs / 60)} min`;
  if (abs < 172_800) return `${Math.round(abs / 3_600)} h`;
  return `${(abs / 86_400).toFixed(1)} days`;
}

/** `gate_in` as "Gate in". */
export function words(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an ETA is about. */
export const TARGET_WORDS: Record<Eta['target'], string> = {
  vessel_arrival: 'Vessel arrival',
  discharge: 'Discharge',
  gate_out: 'Gate out',
  delivery: 'Delivery',
};

/** The sources of ETAs. */
export const SOURCE_WORDS: Record<PublishedEta['source'], string> = {
  ours: 'Fairlead',
  carrier: 'Carrier',
  schedule: 'Schedule',
};
