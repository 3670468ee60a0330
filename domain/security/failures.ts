/**
 * When repeated failures become an alert, and when guessing must pause. Pure: the instants of past
 * failures go in and come out; whoever keeps them decides where.
 */

/** So many failures within so long a time. */
export interface FailureRule {
  failures: number;
  windowMs: number;
}

/** What is remembered of one key: the newest failures, oldest first, and the alert they are part of. */
export interface FailureMemory {
  at: number[];
  alertId: string | null;
}

/** What a failure means: nothing yet, a new alert, or one more failure of the alert that is open. */
export type FailureVerdict = 'quiet' | 'raise' | 'ongoing';

/**
 * Takes in one failure. An alert is raised when the window holds as many as the rule says; as long as
 * failures go on, each within the window of the one before, they belong to that same alert: one
 * attack is one alert.
 */
export function noteFailure(
  memory: FailureMemory | null,
  now: number,
  rule: FailureRule,
): { at: number[]; verdict: FailureVerdict } {
  const last = memory?.at.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (memory?.alertId && now - last <= rule.windowMs) return { at: [now], verdict: 'ongoing' };
  // After a quiet window the failures of the alert that has ended no longer count.
  const recent = memory?.alertId ? [] : (memory?.at ?? []).filter((at) => at > now - rule.windowMs);
  const at = [...recent, now].slice(-rule.failures);
  return { at, verdict: at.length >= rule.failures ? 'raise' : 'quiet' };
}

/** Milliseconds until another try is allowed; 0 when it is allowed now. */
export function pauseBefore(failuresAt: readonly number[], now: number, rule: FailureRule): number {
  const recent = failuresAt.filter((at) => at > now - rule.windowMs);
  if (recent.length < rule.failures) return 0;
  return recent.at(-rule.failures)! + rule.windowMs - now;
}
