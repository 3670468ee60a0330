import { IN_FLIGHT_LEASE_MS, IN_FLIGHT_WAIT_MS } from '../../platform/limits.ts';

/**
 * Keyed requests that are running. In memory only: what makes a key count once is the record stored
 * with its effect, so forgetting this costs a second answer of the same content and nothing else.
 */
export class InFlight {
  readonly #running = new Map<string, { until: number; waiting: (() => void)[] }>();

  /**
   * Takes a name, waiting a moment for a request that holds it: one that has just been answered has
   * its release still under way. False when it is held for longer.
   */
  async take(name: string, waitMs = IN_FLIGHT_WAIT_MS): Promise<boolean> {
    const giveUpAt = Date.now() + waitMs;
    for (;;) {
      const running = this.#running.get(name);
      if (!running || running.until <= Date.now()) break;
      const left = giveUpAt - Date.now();
      if (left <= 0) return false;
      await Promise.race([new Promise<void>((resolve) => running.waiting.push(resolve)), scheduler.wait(left)]);
    }
    this.#running.set(name, { until: Date.now() + IN_FLIGHT_LEASE_MS, waiting: [] });
    return true;
  }

  /** Ends the hold on a name. */
  release(name: string): void {
    const running = this.#running.get(name);
    this.#running.delete(name);
    for (const wake of running?.waiting ?? []) wake();
  }
}
