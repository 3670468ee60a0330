/**
 * LiveAccess: who may open a live socket in one organisation, and who may hold one open: one-time tickets,
 * where each session or client listens, and the closing of sockets whose holder has ended.
 *
 * Contract: a ticket is redeemed in one turn that also notes where its holder listens. Whoever redeems asks
 * the tenant's policy afterwards whether the holder is still good. So an end is either seen by that question,
 * or told here after the note was made; no socket of an ended holder stays open.
 */
import { DurableObject } from 'cloudflare:workers';
import { wallClock } from '../../platform/clock.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { containerTracker } from '../container-tracker/stub.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';
import { EVERYBODY } from './everybody.ts';
import { MIGRATIONS } from './migrations.ts';
import { type Closing, LiveAccessStorage, type Redeemed, type Ticket } from './storage.ts';

interface Env {
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  LOG_LEVEL?: string;
}

const SWEEP_EVERY_MS = 600_000;
/** A socket whose handshake was under way when its holder ended is caught by a second look. */
const SECOND_LOOK_MS = 5_000;
const RETRY_MS = 5_000;
/** The longest pause between tries of a closing: with the doubling, reached after an hour. */
const RETRY_MAX_MS = 3_600_000;
/** A session has a handful of sockets, a machine client perhaps thousands: the rest is the alarm's. */
const CLOSED_AT_ONCE = 200;
const ROUNDS_MAX = 10;

/** The Durable Object class. */
export class LiveAccess extends DurableObject<Env> {
  readonly #log: Logger;
  readonly #storage: LiveAccessStorage;
  readonly #deadlines: Deadlines<'sweep' | 'close'>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('live-access', env.LOG_LEVEL);
    const sql = new Sql(ctx.storage);
    sql.migrate(MIGRATIONS);
    this.#storage = new LiveAccessStorage(sql);
    this.#deadlines = new Deadlines(sql, ctx.storage, wallClock);
  }

  /** Keeps a ticket until it is redeemed or expires. */
  async storeTicket(ticket: Ticket): Promise<void> {
    this.#storage.keep(ticket);
    this.#deadlines.ensure('sweep', wallClock.now() + SWEEP_EVERY_MS);
  }

  /** What a ticket opens, for whom, and when it was redeemed: once; null when it opens nothing. */
  async redeemTicket(hash: string): Promise<(Redeemed & { redeemedAt: number }) | null> {
    const redeemedAt = wallClock.now();
    const redeemed = this.#storage.redeem(hash, redeemedAt);
    return redeemed && { ...redeemed, redeemedAt };
  }

  /** Takes the tickets of holders that have ended, and closes their sockets; EVERYBODY names them all. */
  async holdersEnded(holders: readonly string[]): Promise<void> {
    const now = wallClock.now();
    const ended = holders.includes(EVERYBODY) ? this.#storage.holders() : holders;
    const listening = ended.filter((holder) => this.#storage.end(holder, now));
    if (listening.length === 0) return;
    this.#deadlines.ensure('close', now + SECOND_LOOK_MS);
    this.ctx.waitUntil(this.#close(now));
  }

  override async alarm(): Promise<void> {
    const now = wallClock.now();
    await this.#deadlines.runDue(now, {
      sweep: async () => (this.#storage.sweep(now) ? now + SWEEP_EVERY_MS : null),
      close: () => this.#close(now),
    });
  }

  /**
   * Carries out the closings that are due, and says when the next is. Each is looked at twice, for a socket
   * that was on its way; what cannot be reached is tried again, at growing intervals, until it was.
   */
  async #close(now: number): Promise<number | null> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const closings = this.#storage.closings(now, CLOSED_AT_ONCE);
      await mapLimit(closings, FAN_OUT, (closing) => this.#carryOut(closing, now));
      if (closings.length < CLOSED_AT_ONCE) break;
    }
    return this.#storage.nextClosing();
  }

  async #carryOut(closing: Closing, now: number): Promise<void> {
    const { holder, topic, endedAt, looks, tries } = closing;
    try {
      await this.#listenedTo(topic).closeSockets(holder, endedAt);
      if (looks > 0) this.#storage.drop(closing);
      else this.#storage.postpone(closing, now + SECOND_LOOK_MS, true);
    } catch (error) {
      this.#log('error', 'sockets.close_failed', { holder, topic, tries, error: errorText(error) });
      this.#storage.postpone(closing, now + Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** tries), false);
    }
  }

  /** The object whose sockets a topic names. */
  #listenedTo(topic: string): { closeSockets(holder: string, endedAt: number): Promise<void> } {
    const tenantId = this.ctx.id.name!;
    return topic.startsWith('container:')
      ? containerTracker(this.env, tenantId, topic.slice('container:'.length))
      : fleetIndex(this.env, tenantId);
  }
}
