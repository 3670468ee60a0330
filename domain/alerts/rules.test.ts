import { expect, it } from 'vitest';
import { type Alert, type AlertInput, evaluateAlerts } from './rules.ts';

const HOUR = 3_600_000;
const quiet: AlertInput = {
  now: 1,
  etaP50: null,
  promisedAt: null,
  held: false,
};

it('raises once while the cause lasts and clears when it ends', () => {
  const first = evaluateAlerts([], { ...quiet, held: true });
  expect(first.raised.map((a) => a.kind)).toEqual(['held']);
  const second = evaluateAlerts(first.alerts, { ...quiet, held: true, now: 2 });
  expect(second.raised).toEqual([]);
  const third = evaluateAlerts(second.alerts, { ...quiet, now: 3 });
  expect(third.alerts).toEqual([{ ...first.alerts[0], clearedAt: 3 }]);
});

it('does not flap between its thresholds', () => {
  let alerts: Alert[] = [];
  let raised = 0;
  for (const lateHours of [25, 20, 25, 13, 30]) {
    const result = evaluateAlerts(alerts, { ...quiet, promisedAt: 0, etaP50: lateHours * HOUR });
    alerts = result.alerts;
    raised += result.raised.length;
  }
  expect(raised).toBe(1);
});

it('never forgets an open alert, however many others come and go', () => {
  let alerts = evaluateAlerts([], { ...quiet, promisedAt: 0, etaP50: 99 * HOUR }).alerts;
  let raised = 0;
  for (let now = 1; now < 60; now++) {
    const result = evaluateAlerts(alerts, {
      ...quiet,
      now,
      promisedAt: 0,
      etaP50: 99 * HOUR,
      held: now % 2 === 0,
    });
    alerts = result.alerts;
    raised += result.raised.filter((alert) => alert.kind === 'late').length;
  }
  expect(raised).toBe(0);
  expect(alerts.length).toBeLessThan(25);
});

it('shows what is so now of an alert that is open, and closes one whose promise was taken back', () => {
  const first = evaluateAlerts([], { ...quiet, promisedAt: 0, etaP50: 48 * HOUR });
  const worse = evaluateAlerts(first.alerts, { ...quiet, promisedAt: 0, etaP50: 96 * HOUR });
  expect(worse.raised).toEqual([]);
  expect(worse.alerts[0]!.detail).toContain('4.0 days');
  expect(evaluateAlerts(worse.alerts, { ...quiet, now: 7, etaP50: 96 * HOUR }).alerts[0]!.clearedAt).toBe(7);
});
