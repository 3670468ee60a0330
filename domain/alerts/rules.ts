/** Alert rules of what is expected of a container: each raises once, stays while its cause lasts, and clears with hysteresis. */
/** What an alert is about. */
export const ALERT_KINDS = ['late', 'held', 'temperature', 'door', 'shock'] as const;
/** What an alert is about. */
export type AlertKind = (typeof ALERT_KINDS)[number];

/** One alert; open while `clearedAt` is null. */
export interface Alert {
  kind: AlertKind;
  raisedAt: number;
  clearedAt: number | null;
  detail: string;
}

/** What the rules look at. Instants in ms. */
export interface AlertInput {
  now: number;
  etaP50: number | null;
  promisedAt: number | null;
  held: boolean;
}

const HOUR_MS = 3_600_000;
/** A promise counts as broken a day late and as kept again below half a day: no flapping between. */
const LATE_RAISE_MS = 24 * HOUR_MS;
const LATE_CLEAR_MS = 12 * HOUR_MS;
/** Alerts kept for one container. */
const ALERTS_KEPT = 20;

type Verdict = { state: 'raise' | 'clear' | 'keep'; detail: string };
const KEEP: Verdict = { state: 'keep', detail: '' };
const CLEAR: Verdict = { state: 'clear', detail: '' };

const RULES: Partial<Record<AlertKind, (input: AlertInput) => Verdict>> = {
  late: ({ etaP50, promisedAt }) => {
    if (promisedAt === null) return CLEAR;
    if (etaP50 === null) return KEEP;
    const lateMs = etaP50 - promisedAt;
    if (lateMs < LATE_CLEAR_MS) return CLEAR;
    const days = (lateMs / (24 * HOUR_MS)).toFixed(1);
    return lateMs > LATE_RAISE_MS
      ? { state: 'raise', detail: `Expected ${days} days after the promised arrival` }
      : KEEP;
  },
  held: ({ held }) => (held ? { state: 'raise', detail: 'The vessel makes no progress' } : CLEAR),
};

/** Applies every rule to the alerts so far; returns all of them and those just raised. */
export function evaluateAlerts(alerts: readonly Alert[], input: AlertInput): { alerts: Alert[]; raised: Alert[] } {
  let next = [...alerts];
  const raised: Alert[] = [];
  for (const kind of Object.keys(RULES) as AlertKind[]) {
    const verdict = RULES[kind]!(input);
    const open = next.find((alert) => alert.kind === kind && alert.clearedAt === null);
    if (verdict.state === 'raise' && !open) {
      const alert = { kind, raisedAt: input.now, clearedAt: null, detail: verdict.detail };
      raised.push(alert);
      next.push(alert);
    } else if (verdict.state === 'raise' && open!.detail !== verdict.detail) {
      // Told once, but what is shown of it is of now.
      next = next.map((alert) => (alert === open ? { ...alert, detail: verdict.detail } : alert));
    } else if (verdict.state === 'clear' && open) {
      next = next.map((alert) => (alert === open ? { ...alert, clearedAt: input.now } : alert));
    }
  }
  return { alerts: trim(next), raised };
}

/** Forgets the oldest cleared alerts; an open one is never forgotten, or it would be raised again. */
export function trim(alerts: Alert[]): Alert[] {
  let surplus = alerts.length - ALERTS_KEPT;
  return alerts.filter((alert) => alert.clearedAt === null || surplus-- <= 0);
}
