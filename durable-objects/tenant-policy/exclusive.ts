import type { Hold, PolicyVerdict } from '../../contracts/identity/access.ts';
import { IN_FLIGHT_LEASE_MS, IN_FLIGHT_WAIT_MS } from '../../platform/limits.ts';

type Admitted = Extract<PolicyVerdict, { ok: true }>;

interface Running {
  hold: number;
  until: number;
  waiting: (() => void)[];
}

/**
 * Keyed requests that are running. In memory only: what makes a key count once is the record stored
 * with its effect, so forgetting this costs a second answer of the same content and nothing else.
 */
export class InFlight {
  readonly #running = new Map<string, Running>();
  #last = 0;

  /**
   * Takes a name, waiting a moment for a request that holds it: one that has just been answered has its
   * release still under way. Answers the hold, or the instant until which it is held at most by another.
   */
  async take(name: string, waitMs = IN_FLIGHT_WAIT_MS): Promise<{ hold: number } | { heldUntil: number }> {
    const giveUpAt = Date.now() + waitMs;
    for (;;) {
      const running = this.#running.get(name);
      if (!running || running.until <= Date.now()) break;
      const left = giveUpAt - Date.now();
      if (left <= 0) return { heldUntil: running.until };
      await Promise.race([new Promise<void>((resolve) => running.waiting.push(resolve)), scheduler.wait(left)]);
    }
    const hold = ++this.#last;
    this.#running.set(name, { hold, until: Date.now() + IN_FLIGHT_LEASE_MS, waiting: [] });
    return { hold };
  }

  /** Lets an admitted request through if its name can be taken. */
  async admit(name: string, verdict: Admitted): Promise<PolicyVerdict> {
    const taken = await this.take(name);
    if ('hold' in taken) return { ...verdict, hold: taken.hold };
    const retryAfterSeconds = Math.max(1, Math.ceil((taken.heldUntil - Date.now()) / 1000));
    const { quotas, corsOrigins } = verdict;
    return { ok: false, reason: 'in_flight', quotas, corsOrigins, retryAfterSeconds };
  }

  /** Ends a hold; one whose lease ran out may have passed to another request, which keeps it. */
  release(name: string, hold: number): void {
    const running = this.#running.get(name);
    if (running?.hold !== hold) return;
    this.#running.delete(name);
    for (const wake of running.waiting) wake();
  }

  /** Ends several holds. */
  releaseAll(holds: readonly Hold[]): void {
    for (const { exclusive, hold } of holds) this.release(exclusive, hold);
  }

  /** Forgets holds whose lease is over. */
  sweep(now: number): void {
    for (const [name, { hold, until }] of this.#running) if (until <= now) this.release(name, hold);
  }
}
