/**
 * Alerts of sensors' readings. Readings come late and out of order, so they are judged in the order of their own time, over a
 * window of the newest: the same readings give the same alerts whenever they come.
 */
import type { Sensors } from '../journey/event.ts';
import { type Alert, type AlertKind, trim } from './rules.ts';

/** A reading of sensors at an instant, ms. */
export interface Reading {
  at: number;
  sensors: Sensors;
}

/** Readings that are kept to judge late ones by: two days of one an hour, with some to spare. */
const WINDOW_READINGS = 64;
/** Shock that handling gear does not cause in normal work, g. */
const SHOCK_G = 5;
/** A temperature must return this far inside its range to clear. */
const TEMPERATURE_HYSTERESIS_C = 0.5;
/** Readings out of range that follow each other before it counts: a door that is open for a minute is no failure. */
const TEMPERATURE_READINGS = 2;

type Range = { min: number; max: number };
type Verdict = { raise: string } | 'clear' | null;
/** A rule: what it makes of a reading, given how many before it in a row were out of range. */
type Rule = (sensors: Sensors, range: Range | null, run: number) => { verdict: Verdict; run: number };

const RULES: Partial<Record<AlertKind, Rule>> = {
  temperature: ({ temperatureC: measured }, range, run) => {
    if (measured === undefined || !range) return { verdict: null, run };
    if (measured < range.min || measured > range.max) {
      const detail = `${measured} °C, outside ${range.min} to ${range.max} °C`;
      return { verdict: run + 1 >= TEMPERATURE_READINGS ? { raise: detail } : null, run: run + 1 };
    }
    const margin = Math.min(measured - range.min, range.max - measured);
    const isInside = margin >= Math.min(TEMPERATURE_HYSTERESIS_C, (range.max - range.min) / 2);
    return { verdict: isInside ? 'clear' : null, run: 0 };
  },
  door: ({ doorOpen }, _range, run) => {
    return { verdict: doorOpen === undefined ? null : doorOpen ? { raise: 'The door is open' } : 'clear', run };
  },
  shock: ({ shockG }, _range, run) => {
    return {
      verdict: shockG === undefined ? null : shockG >= SHOCK_G ? { raise: `Shock of ${shockG} g` } : 'clear',
      run,
    };
  },
};

/** What readings have done. */
export interface JudgedReadings {
  alerts: Alert[];
  raised: Alert[];
  /** The newest readings, by time: what the next ones are judged with. */
  window: Reading[];
}

/** Judges new readings together with those of the window; alerts that were raised before stay as they were told. */
export function judgeReadings(
  alerts: readonly Alert[],
  window: readonly Reading[],
  news: readonly Reading[],
  range: Range | null,
): JudgedReadings {
  if (news.length === 0) return { alerts: [...alerts], raised: [], window: [...window] };
  const readings = [...window, ...news].sort((a, b) => a.at - b.at);
  const newestKnown = window.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const from = Math.min(...news.map(({ at }) => at));
  let next = [...alerts];
  const raised: Alert[] = [];
  for (const kind of Object.keys(RULES) as AlertKind[]) {
    for (const span of spansOf(kind, next, readings, range)) {
      const { lastAt: _lastAt, ...found } = span;
      const known = next.find((alert) => alert.kind === kind && touches(alert, span));
      if (known) next = next.map((alert) => (alert === known ? { ...alert, clearedAt: span.clearedAt } : alert));
      else if (span.raisedAt >= from) {
        const detail = span.raisedAt < newestKnown ? `${span.detail} (reported late)` : span.detail;
        const alert = { ...found, clearedAt: endBefore(next, kind, span), kind, detail };
        raised.push(alert);
        next.push(alert);
      }
    }
  }
  next.sort((a, b) => a.raisedAt - b.raisedAt);
  return { alerts: trim(next), raised, window: readings.slice(-WINDOW_READINGS) };
}

/** A time for which a rule holds, with the last reading by which it does. */
interface Span extends Omit<Alert, 'kind'> {
  lastAt: number;
}

/** The times for which a rule holds over the readings; one that was open before them goes on from then. */
function spansOf(kind: AlertKind, alerts: readonly Alert[], readings: readonly Reading[], range: Range | null): Span[] {
  const start = readings[0]!.at;
  const before = alerts.findLast(
    (alert) => alert.kind === kind && alert.raisedAt < start && (alert.clearedAt === null || alert.clearedAt >= start),
  );
  const spans: Span[] = [];
  let open: Span | null = before ? { ...before, clearedAt: null, lastAt: before.raisedAt } : null;
  let run = 0;
  for (const { at, sensors } of readings) {
    const judged = RULES[kind]!(sensors, range, run);
    run = judged.run;
    if (judged.verdict === 'clear' && open) {
      spans.push({ ...open, clearedAt: at });
      open = null;
    } else if (judged.verdict !== null && judged.verdict !== 'clear') {
      open ??= { raisedAt: at, clearedAt: null, lastAt: at, detail: judged.verdict.raise };
      open.lastAt = at;
    }
  }
  return open ? [...spans, open] : spans;
}

/**
 * Whether an alert and a span are one: a reading of the span lies in the alert. When the rule ceased to hold is no such sign:
 * behind a reading that is older than the window the next one that is known may lie days later.
 */
function touches(alert: Alert, { raisedAt, lastAt }: Span): boolean {
  return alert.raisedAt <= lastAt && raisedAt <= (alert.clearedAt ?? Number.POSITIVE_INFINITY);
}

/** When a span ended at the latest: as it was read, or when the next alert of its kind began. */
function endBefore(alerts: readonly Alert[], kind: AlertKind, { lastAt, clearedAt }: Span): number | null {
  const next = alerts.filter((alert) => alert.kind === kind && alert.raisedAt > lastAt).map(({ raisedAt }) => raisedAt);
  const ends = [clearedAt, ...next].filter((at) => at !== null);
  return ends.length > 0 ? Math.min(...ends) : null;
}
