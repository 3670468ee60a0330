/**
 * The transactional outbox: a message is stored in the transaction of the change that causes it, and leaves
 * afterwards, at least once. Consumers are idempotent, so a crash between delivering and forgetting harms
 * nothing. One drain runs at a time, so messages leave in order.
 */
import { errorText, type Logger } from './log.ts';

/** A message that waits. */
export interface Waiting<Body> {
  id: number | string;
  body: Body;
  /** Who takes it, where that is not the same of all. */
  to?: string;
}

/** Thrown by a delivery that some did not take. What was for others is delivered. */
export class NotTaken extends Error {
  readonly by: ReadonlySet<string>;

  constructor(by: ReadonlySet<string>, cause: unknown) {
    super(`Not taken by ${[...by].slice(0, 3).join(', ')}: ${errorText(cause)}`, { cause });
    this.by = by;
  }
}

/** Where messages wait. A store whose consumers confirm keeps what was delivered until they have. */
export interface OutboxStore<Body> {
  /** Forgets what was delivered, in the same step as it gives the oldest that wait, but for those who take nothing now. */
  next(
    delivered: readonly Waiting<Body>['id'][],
    limit: number,
    without: readonly string[],
  ): Promise<Waiting<Body>[]> | Waiting<Body>[];
  /** Notes that messages could not be delivered; answers when to try again, ms since the epoch, or null for never. */
  failed(ids: readonly Waiting<Body>['id'][], now: number): Promise<number | null> | number | null;
}

/** What an outbox is made of. */
export interface OutboxOptions<Body> {
  store: OutboxStore<Body>;
  /** Resolves once the messages are safe where they go; throws NotTaken when that is so of some alone. */
  deliver: (bodies: Body[]) => Promise<void>;
  log: Logger;
  now: () => number;
  /** Messages delivered at once. */
  batch: number;
}

/** Delivers what waits in a store. */
export class Outbox<Body> {
  readonly #options: OutboxOptions<Body>;
  #draining: Promise<number | null> | null = null;

  constructor(options: OutboxOptions<Body>) {
    this.#options = options;
  }

  /** Delivers what waits; answers when to try again after a failure, else null. A drain that runs is joined. */
  drain(): Promise<number | null> {
    this.#draining ??= this.#run().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  /** As `drain`, but with a look that begins after this call: what was stored before it is delivered. */
  async drainAfresh(): Promise<number | null> {
    // Whoever began it hears of its failure; this look is another one.
    if (this.#draining) await this.#draining.catch(() => null);
    return this.drain();
  }

  async #run(): Promise<number | null> {
    const { store, deliver, log, now, batch } = this.#options;
    const without = new Set<string>();
    let retryAt: number | null = null;
    for (let delivered: Waiting<Body>['id'][] = []; ; ) {
      const waiting = await store.next(delivered, batch, [...without]);
      if (waiting.length === 0) return retryAt;
      let left: Waiting<Body>[] = [];
      try {
        await deliver(waiting.map(({ body }) => body));
      } catch (error) {
        const by = error instanceof NotTaken ? error.by : null;
        left = by ? waiting.filter(({ to }) => to !== undefined && by.has(to)) : waiting;
        const ids = left.map(({ id }) => id);
        log('warn', 'outbox.deliver_failed', { messages: ids.length, error: errorText(error) });
        retryAt = (await store.failed(ids, now())) ?? retryAt;
        if (!by) return retryAt;
        for (const taker of by) without.add(taker);
      }
      delivered = waiting.filter((each) => !left.includes(each)).map(({ id }) => id);
    }
  }
}

/** When to try again after a number of failures: at growing intervals, an hour at most. */
export const retryAt = (now: number, attempts: number): number => now + Math.min(3_600_000, 5_000 * 2 ** attempts);
