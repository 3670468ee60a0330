/** How fast an inbox's events are confirmed: what Retry-After is computed from. */
import { type Failure, fail } from '../../contracts/kit/result.ts';
import { INBOX_CREDIT_EVENTS } from '../../platform/limits.ts';

/** The rate of one inbox. */
export class DrainRate {
  #perSecond: number;
  #lastAt: number | null = null;

  /** `initialPerSecond` serves until the first measurements. */
  constructor(initialPerSecond = 500) {
    this.#perSecond = initialPerSecond;
  }

  /** Takes in one confirmation of some events at an instant in ms. */
  confirmed(events: number, nowMs: number): void {
    if (this.#lastAt !== null && nowMs > this.#lastAt) {
      const rate = (events * 1000) / (nowMs - this.#lastAt);
      // A smoothing over about five confirmations: bursts average out, a stall shows soon.
      this.#perSecond += 0.2 * (rate - this.#perSecond);
    }
    this.#lastAt = nowMs;
  }

  /** Whole seconds until `events` have drained: 1 at least, 300 at most. */
  secondsFor(events: number): number {
    return Math.max(1, Math.min(300, Math.ceil(events / Math.max(1, this.#perSecond))));
  }

  /** The refusal of events that are more than may be on their way, with the time to wait; null when there is room. */
  refusal(inFlight: number, events: number, credit: string | undefined): Failure | null {
    const surplus = inFlight + events - Number(credit ?? INBOX_CREDIT_EVENTS);
    // One delivery always fits where nothing is on its way.
    if (inFlight === 0 || surplus <= 0) return null;
    return fail('credit.exhausted', `${inFlight} events of this connection are still being processed`, {
      retryAfterSeconds: this.secondsFor(surplus),
    });
  }
}
