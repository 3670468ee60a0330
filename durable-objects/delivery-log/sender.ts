/** Sends what waits in an endpoint's log, at the pace of the endpoint's answers. Transport, time and chance are arguments. */
import { afterAttempt, isDown } from '../../domain/webhook/pace.ts';
import { type Attempt, judge } from '../../domain/webhook/retry.ts';
import { WEBHOOK_RETRY_SECONDS } from '../../platform/limits.ts';
import type { DueDelivery } from './rows.ts';
import type { DeliveryStorage } from './storage.ts';

/** What a sender needs. */
export interface SenderOptions {
  storage: DeliveryStorage;
  /** Posts one delivery; never throws. */
  post: (delivery: DueDelivery) => Promise<Attempt>;
  now: () => number;
  random: () => number;
  /** The endpoint answered that it is gone: it is paused by now. */
  onGone: (deliveryId: string) => void;
  onAttempt: (delivery: DueDelivery, attempt: Attempt, outcome: string) => void;
  /** An attempt could not be recorded. */
  onDefect: (delivery: DueDelivery, error: unknown) => void;
}

/** The sender of one endpoint. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Begins nothing more: what is under way ends as it may. */
  stop(): void {
    this.#stopped = true;
  }

  /** Begins as many deliveries as are due and the pace allows; each that ends makes room for the next. */
  fill(): void {
    const { storage, now } = this.#options;
    const { pace, pausedBecause } = storage.standing;
    if (this.#stopped || pausedBecause !== null || now() < pace.notBefore) return;
    const free = pace.slots - this.#underWay.size;
    if (free <= 0) return;
    const waiting = storage
      .due(now(), free + this.#underWay.size)
      .filter(({ id }) => !this.#underWay.has(id))
      .slice(0, free);
    for (const delivery of waiting) {
      this.#underWay.set(
        delivery.id,
        this.#send(delivery).then(
          () => {
            this.#underWay.delete(delivery.id);
            this.fill();
          },
          (error: unknown) => {
            // A defect of ours: the alarm tries again. To fill at once would meet it again at once.
            this.#underWay.delete(delivery.id);
            this.#options.onDefect(delivery, error);
          },
        ),
      );
    }
  }

  /** Deliveries that are under way. */
  underWay(): string[] {
    return [...this.#underWay.keys()];
  }

  /** Resolves when nothing is under way: all that could be sent for now has been. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay.values());
  }

  /** When to fill again, ms since the epoch; null when nothing waits that may be sent. */
  nextAt(): number | null {
    const { storage } = this.#options;
    const { pace, pausedBecause } = storage.standing;
    const due = pausedBecause === null ? storage.nextDue() : null;
    return due === null ? null : Math.max(due, pace.notBefore);
  }

  async #send(delivery: DueDelivery): Promise<void> {
    const attempt = await this.#options.post(delivery);
    if (this.#stopped) return;
    const { storage, now, random, onGone, onAttempt } = this.#options;
    const at = now();
    // Counted as it stands now: it may have been replayed meanwhile.
    const attempts = storage.attemptsOf(delivery.id) + 1;
    const verdict = judge(attempt, attempts, WEBHOOK_RETRY_SECONDS, random());
    const lastStatus = 'status' in attempt ? attempt.status : null;
    const lastError = 'error' in attempt ? attempt.error : null;
    storage.attempted(
      delivery.id,
      {
        status: verdict.outcome === 'delivered' ? 'delivered' : verdict.outcome === 'failed' ? 'failed' : 'pending',
        lastStatus,
        lastError,
        // What a receiver that is gone has not taken is due as soon as the endpoint is resumed.
        nextAt: verdict.outcome === 'retry' ? at + verdict.afterMs : verdict.outcome === 'gone' ? at : null,
      },
      at,
    );
    this.#learn(attempt, verdict.outcome === 'gone', at);
    if (verdict.outcome === 'gone') onGone(delivery.id);
    onAttempt(delivery, attempt, verdict.outcome);
  }

  /** Keeps what the attempt says of the endpoint. */
  #learn(attempt: Attempt, gone: boolean, at: number): void {
    const { storage, random } = this.#options;
    const before = storage.standing;
    storage.stand({
      ...before,
      pace: afterAttempt(before.pace, attempt, at, random()),
      pausedBecause: before.pausedBecause ?? (gone ? 'gone' : null),
      lastStatus: 'status' in attempt ? attempt.status : null,
      lastError: 'error' in attempt ? attempt.error : null,
    });
  }
}

/** In a word, how an endpoint answers. */
export function stateOf({ pace }: DeliveryStorage['standing']): 'ok' | 'failing' | 'down' {
  return pace.failures === 0 ? 'ok' : isDown(pace) ? 'down' : 'failing';
}
