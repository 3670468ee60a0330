/**
 * ContainerTracker: the truth of one container of one tenant. The shell owns the transaction, the
 * alarm and the sockets; every decision is a pure function in domain/.
 *
 * Contract: `ingest` is idempotent. The same event under the same origin answers `applied` again,
 * the same content under another origin answers `duplicate`, and neither changes anything twice.
 */
import { DurableObject } from 'cloudflare:workers';
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { Notification } from '../../contracts/notifications/events.ts';
import type { ApiContainer, ApiJourneyEvent, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { PublishedEta } from '../../contracts/tracking/eta.ts';
import type { ContainerFrame } from '../../contracts/tracking/live.ts';
import type { Registration } from '../../contracts/tracking/registrations.ts';
import { type Advance, type Advanced, advance, mergeRegistration, refreshEta } from '../../domain/container/advance.ts';
import { type ContainerState, emptyMemory, type FleetSummary, summarize } from '../../domain/container/state.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { type PointTuple, toPosition } from '../../domain/positions/chunk.ts';
import { type Clock, clockFrom } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { LIVE_POSITIONS_MAX, LIVE_RING_DELTAS, STALE_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { Outbox } from '../../platform/outbox.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Live, type LiveCursor, LiveRing } from '../kit/live.ts';
import { SqlOutbox } from '../kit/outbox.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { EtaLink } from './eta-link.ts';
import { newJourneyEvents, newPoints, type Outcome } from './intake.ts';
import { messagesOf } from './messages.ts';
import type { PositionQuery } from './series.ts';
import { readSeries } from './series.ts';
import { type ObjectRow, TrackerStorage } from './storage.ts';
import { containerToApi, eventToApi, positionToApi, publishedEtaToApi } from './to-api.ts';

interface Env {
  FLEET_INDEX: DurableObjectNamespace;
  ETA_LEDGER: DurableObjectNamespace;
  NOTIFICATIONS_QUEUE: Queue<Notification>;
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
}

const OUTBOX_BATCH = 50;
/** Milestones come in bunches: a journey is filed once for all of them. */
const LEDGER_AFTER_MS = 60_000;
const LEDGER_RETRY_MS = 900_000;
const MODELS_AFTER_MS = 60_000;

/** The Durable Object class. */
export class ContainerTracker extends DurableObject<Env> {
  readonly #storage: TrackerStorage;
  readonly #deadlines: Deadlines<'refresh' | 'outbox' | 'ledger'>;
  readonly #eta: EtaLink;
  readonly #live: Live;
  readonly #clock: Clock;
  readonly #log: Logger;
  #row: ObjectRow | null;
  readonly #waiting: SqlOutbox<Notification>;
  readonly #outbox: Outbox<Notification>;
  readonly #ring = new LiveRing<ContainerFrame>(LIVE_RING_DELTAS);

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#clock = clockFrom(env.DEMO_CLOCK);
    this.#log = loggerFor('container-tracker', env.LOG_LEVEL);
    this.#storage = new TrackerStorage(ctx.storage);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, this.#clock);
    this.#live = new Live(ctx);
    this.#eta = new EtaLink(this.#storage, env);
    this.#waiting = new SqlOutbox(this.#storage.sql);
    this.#outbox = new Outbox({
      store: this.#waiting,
      deliver: async (bodies) => void (await env.NOTIFICATIONS_QUEUE.sendBatch(bodies.map((body) => ({ body })))),
      log: this.#log,
      now: () => this.#clock.now(),
      batch: OUTBOX_BATCH,
    });
    this.#row = this.#storage.load();
  }

  /** Takes in events of this container: one transaction, then live frames and the outbox. */
  async ingest(call: {
    tenantId: string;
    number: string;
    correlationIds: string[];
    events: TrackedEvent[];
  }): Promise<{ summary: FleetSummary; outcomes: Outcome[] }> {
    this.#storage.sql.countRequest();
    const now = this.#clock.now();
    const row = this.#row ?? this.#newRow(call.tenantId, call.number);
    const outcomes: Outcome[] = [];
    const taken = this.ctx.storage.transactionSync(() => {
      const points = newPoints(this.#storage, row, call.events, outcomes);
      const { added, changed } = newJourneyEvents(this.#storage, row, call.events, outcomes);
      if (points.length === 0 && !changed && this.#row) return null;
      const log = changed ? this.#storage.journeyLog() : null;
      return { stored: this.#store(row, { points, log, newEvents: added, now }), points };
    });
    if (taken) this.#tell(taken.stored, taken.points);
    this.#log('info', 'container.ingested', {
      tenantId: call.tenantId,
      container: call.number,
      correlationIds: call.correlationIds,
      events: call.events.length,
      applied: outcomes.filter(([, outcome]) => outcome === 'applied').length,
      seq: this.#row!.memory.state.seq,
    });
    return { summary: summarize(this.#row!.memory.state), outcomes };
  }

  /** Registers the container or adds to its registration. */
  async register(call: {
    tenantId: string;
    number: string;
    registration: Omit<Registration, 'number'>;
    registeredAt: number;
    correlationId: string;
  }): Promise<FleetSummary> {
    this.#storage.sql.countRequest();
    const row = this.#row ?? this.#newRow(call.tenantId, call.number);
    const registration = mergeRegistration(row.memory, call.registration, call.registeredAt);
    if (registration) {
      const now = this.#clock.now();
      const taken = this.ctx.storage.transactionSync(() =>
        this.#store(row, { points: [], log: null, newEvents: 0, now, registration, registeredAt: call.registeredAt }),
      );
      this.#tell(taken, []);
      this.#log('info', 'container.registered', {
        tenantId: call.tenantId,
        container: call.number,
        correlationId: call.correlationId,
      });
    }
    return summarize(this.#row!.memory.state);
  }

  /** The state with its age; null when nothing is known of the container. */
  async view(): Promise<ApiContainer | null> {
    this.#storage.sql.countRequest();
    return this.#view();
  }

  /** Journey events by time. */
  async events(query: Paging): Promise<Page<ApiJourneyEvent> | null> {
    if (!this.#row) return null;
    const found = this.#storage.events(after<[number, string]>(query), query.limit + 1);
    return cutPage(found, query.limit, eventToApi, ({ at, key }) => [at, key]);
  }

  /** Positions by time, thinned. */
  async positions(query: PositionQuery): Promise<Page<ApiPosition> | null> {
    return this.#row && readSeries(this.#storage, this.#row.openPoints, query);
  }

  /** ETAs published on this journey, oldest first. */
  async etaHistory(query: Paging): Promise<Page<PublishedEta> | null> {
    if (!this.#row) return null;
    const journey = this.#row.memory.eta?.journey ?? 0;
    const found = this.#storage.said(journey, after<[number, number]>(query), query.limit + 1);
    return cutPage(found, query.limit, publishedEtaToApi, ({ at, id }) => [at, id]);
  }

  /** Billable work since the object woke. */
  async usage(): Promise<ObjectUsage> {
    return this.#storage.sql.usage();
  }

  /** Closes the sockets of a session or client that ended. */
  async closeSockets(holder: string, endedAt: number): Promise<void> {
    this.#live.closeSocketsOf(holder, endedAt);
  }

  /** Opens a live socket; its ticket was redeemed before. */
  override async fetch(request: Request): Promise<Response> {
    return this.#live.accept(request, (cursor) => this.#onConnect(cursor));
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#live.closed(socket, code);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      outbox: () => this.#outbox.drain(),
      refresh: () => this.#refresh(),
      ledger: () => this.#sendJourneys(),
    });
  }

  #newRow(tenantId: string, number: string): ObjectRow {
    return { tenantId, memory: emptyMemory(number, newId('ep', Date.now())), openMonth: '', openPoints: [] };
  }

  /** Inside the transaction: advances the memory, stores it and what must be told. */
  #store(row: ObjectRow, change: Omit<Advance, 'sea' | 'models'>): Stored {
    const { sea, models } = this.#eta;
    const advanced = advance(row.memory, { ...change, sea, models });
    return this.#save({ ...row, ...this.#storage.appendPoints(row, change.points) }, advanced, change.now);
  }

  #save(row: ObjectRow, advanced: Advanced, now: number): Stored {
    const next = { ...row, memory: advanced.memory };
    this.#storage.save(next);
    const messages = messagesOf(next.tenantId, advanced, now);
    this.#waiting.put(messages);
    if (messages.length > 0) this.#deadlines.ensure('outbox', now + 5_000);
    if (this.#eta.file(advanced)) this.#deadlines.ensure('ledger', now + LEDGER_AFTER_MS);
    const { state } = advanced.memory;
    // The first time on a way its models are asked for soon; until then general assumptions hold.
    if (isAhead(state)) {
      this.#deadlines.ensure('refresh', now + (this.#eta.isNew(state) ? MODELS_AFTER_MS : STALE_AFTER_MS));
    }
    return { row: next, outbox: messages.length > 0 };
  }

  /** After the commit: memory, sockets, outbox. */
  #tell({ row, outbox }: Stored, fresh: PointTuple[]): void {
    this.#row = row;
    const { epoch, seq } = row.memory.state;
    // A backfill may bring thousands: the newest go along.
    const positions = fresh.slice(-LIVE_POSITIONS_MAX).map((point) => positionToApi(toPosition(point)));
    const frame: ContainerFrame = { type: 'delta', epoch, seq, container: this.#view(), positions };
    this.#ring.push(seq, frame);
    this.#live.broadcast(frame);
    if (outbox) this.ctx.waitUntil(this.#outbox.drain());
  }

  #view(): ApiContainer | null {
    return this.#row && containerToApi(this.#row.memory.state, this.#clock.now());
  }

  #onConnect(cursor: LiveCursor | null): ContainerFrame[] {
    const state = this.#row?.memory.state;
    if (cursor && state && cursor.epoch === state.epoch) {
      if (cursor.seq === state.seq) return [{ type: 'resumed', epoch: state.epoch, seq: state.seq }];
      const missed = this.#ring.since(cursor.seq);
      if (missed) return missed;
    }
    return [{ type: 'snapshot', epoch: state?.epoch ?? null, seq: state?.seq ?? 0, container: this.#view() }];
  }

  /** Computes the ETAs anew as time passes without news, by the newest models; returns when to do so again. */
  async #refresh(): Promise<number | null> {
    const known = this.#row;
    if (!known || !isAhead(known.memory.state)) return null;
    try {
      await this.#eta.fetchModels(known.tenantId, known.memory.state);
    } catch (error) {
      // The models of the last asking go on: an old model is better than no answer.
      this.#log('warn', 'eta.models_failed', { container: known.memory.state.number, error: errorText(error) });
    }
    const now = this.#clock.now();
    // The row may have moved on while the ledger was asked.
    const row = this.#row!;
    const { sea, models } = this.#eta;
    const advanced = refreshEta(row.memory, { now, sea, models });
    if (!advanced) return null;
    this.#tell(
      this.ctx.storage.transactionSync(() => this.#save(row, advanced, now)),
      [],
    );
    await fleetIndex(this.env, row.tenantId).apply(row.tenantId, [summarize(advanced.memory.state)]);
    return now + STALE_AFTER_MS;
  }

  async #sendJourneys(): Promise<number | null> {
    try {
      await this.#eta.sendJourneys(this.#row!.tenantId);
      return null;
    } catch (error) {
      this.#log('warn', 'eta.ledger_failed', { error: errorText(error) });
      return this.#clock.now() + LEDGER_RETRY_MS;
    }
  }
}

const isAhead = ({ eta, onward }: ContainerState): boolean => eta !== null || onward.length > 0;

interface Stored {
  row: ObjectRow;
  outbox: boolean;
}
