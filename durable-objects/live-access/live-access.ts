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
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { containerTracker } from '../container-tracker/stub.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';
import { EVERYBODY } from './everybody.ts';
import { MIGRATIONS } from './migrations.ts';
import { type Listening, LiveAccessStorage, type Ticket } from './storage.ts';

interface Env {
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  LOG_LEVEL?: string;
}

const SWEEP_EVERY_MS = 600_000;
/** A socket whose handshake was under way when its holder ended is caught by a second look. */
const SECOND_LOOK_MS = 5_000;
const RETRY_MS = 5_000;
/** With the doubling, some three hours: longer than an object is ever out of reach. */
const TRIES_MAX = 11;

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

  /** What a ticket opens and for whom, once; null when it opens nothing. */
  async redeemTicket(hash: string, now: number): Promise<Listening | null> {
    return this.#storage.redeem(hash, now);
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
   * that was on its way; what cannot be reached is tried again, at growing intervals and not for ever.
   */
  async #close(now: number): Promise<number | null> {
    for (const { holder, topic, looks, tries } of this.#storage.closings(now)) {
      try {
        await this.#listenedTo(topic).closeSockets(holder);
        if (looks > 0) this.#storage.drop(holder, topic);
        else this.#storage.postpone(holder, topic, now + SECOND_LOOK_MS, true);
      } catch (error) {
        this.#log('error', 'sockets.close_failed', { holder, topic, tries, error: errorText(error) });
        if (tries >= TRIES_MAX) this.#storage.drop(holder, topic);
        else this.#storage.postpone(holder, topic, now + RETRY_MS * 2 ** tries, false);
      }
    }
    return this.#storage.nextClosing();
  }

  /** The object whose sockets a topic names. */
  #listenedTo(topic: string): { closeSockets(holder: string): Promise<void> } {
    const tenantId = this.ctx.id.name!;
    return topic.startsWith('container:')
      ? containerTracker(this.env, tenantId, topic.slice('container:'.length))
      : fleetIndex(this.env, tenantId);
  }
}
