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
import type { ApiContainer, ApiJourneyEvent, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { PublishedEta } from '../../contracts/tracking/eta.ts';
import type { ContainerFrame } from '../../contracts/tracking/live.ts';
import type { Registration } from '../../contracts/tracking/registrations.ts';
import { type Advance, type Advanced, advance, mergeRegistration, refreshEta } from '../../domain/container/advance.ts';
import { type ContainerState, emptyMemory, type FleetSummary, summarize } from '../../domain/container/state.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import { byTime, type PointTuple, toPosition, toTuple } from '../../domain/positions/chunk.ts';
import { type Clock, clockFrom } from '../../platform/clock.ts';
import { newId } from '../../platform/ids.ts';
import { JOURNEY_EVENTS_MAX, LIVE_POSITIONS_MAX, LIVE_RING_DELTAS, STALE_AFTER_MS } from '../../platform/limits.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Live, type LiveCursor } from '../kit/live.ts';
import type { ObjectUsage } from '../kit/usage.ts';
import { EtaLink } from './eta-link.ts';
import { KnownPoints } from './known-points.ts';
import { messagesOf } from './messages.ts';
import type { PositionQuery } from './series.ts';
import { readSeries } from './series.ts';
import { type ObjectRow, TrackerStorage } from './storage.ts';
import { containerToApi, eventToApi, positionToApi, publishedEtaToApi } from './to-api.ts';

interface Env {
  FLEET_INDEX: DurableObjectNamespace;
  ETA_LEDGER: DurableObjectNamespace;
  NOTIFICATIONS_QUEUE: Queue;
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
}

type Outcome = [origin: number, outcome: 'applied' | 'duplicate'];
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
  #draining: Promise<number | null> | null = null;
  #ring: { seq: number; frame: ContainerFrame }[] = [];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#clock = clockFrom(env.DEMO_CLOCK);
    this.#log = loggerFor('container-tracker', env.LOG_LEVEL);
    this.#storage = new TrackerStorage(ctx.storage);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, this.#clock);
    this.#live = new Live(ctx);
    this.#eta = new EtaLink(this.#storage, env);
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
      const points = this.#newPoints(row, call.events, outcomes);
      const { added, changed } = this.#newJourneyEvents(row, call.events, outcomes);
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

  /** Registers the container or adds to its registration; the same facts again change nothing. */
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

  /** Positions by time, thinned to a resolution. */
  async positions(query: PositionQuery): Promise<Page<ApiPosition> | null> {
    return this.#row && readSeries(this.#storage, this.#row.openPoints, query);
  }

  /** ETAs published on the present journey, by whomever, oldest first. */
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

  /** Closes the sockets of a session or client that has ended. */
  async closeSockets(holder: string): Promise<void> {
    this.#live.closeSocketsOf(holder);
  }

  /** Opens a live socket. The gateway has redeemed the ticket before it wakes the object. */
  override async fetch(request: Request): Promise<Response> {
    return this.#live.accept(request, (cursor) => this.#onConnect(cursor));
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      outbox: () => this.#drainOutbox(),
      refresh: () => this.#refresh(),
      ledger: () => this.#sendJourneys(),
    });
  }

  #newRow(tenantId: string, number: string): ObjectRow {
    return { tenantId, memory: emptyMemory(number, newId('ep', Date.now())), openMonth: '', openPoints: [] };
  }

  #newPoints(row: ObjectRow, events: TrackedEvent[], outcomes: Outcome[]): PointTuple[] {
    const fresh: PointTuple[] = [];
    const lastAt = row.memory.state.position?.at ?? Number.NEGATIVE_INFINITY;
    const known = new KnownPoints(this.#storage, row.openPoints);
    for (const event of events) {
      if (event.kind !== 'position') continue;
      const point = toTuple(event);
      // Only a point no newer than the newest can be stored already: the usual one skips the search.
      const verdict = known.compare(point, event.at <= lastAt);
      if (verdict === 'new') fresh.push(point);
      outcomes.push([event.origin, verdict === 'duplicate' ? 'duplicate' : 'applied']);
    }
    return fresh.sort(byTime);
  }

  /** Stores journey events that are news; returns how many are new and whether the log has changed. */
  #newJourneyEvents(row: ObjectRow, events: TrackedEvent[], outcomes: Outcome[]): { added: number; changed: boolean } {
    let added = 0;
    let changed = false;
    for (const event of events) {
      if (event.kind !== 'journey') continue;
      const known = this.#storage.knownEvent(event.key);
      const newer = known !== null && event.createdAt > known.createdAt;
      if (known === null) {
        if (row.memory.state.eventCount + added >= JOURNEY_EVENTS_MAX) {
          throw new Error(`container ${event.container} has reached ${JOURNEY_EVENTS_MAX} journey events`);
        }
        added++;
      }
      if (known === null || newer) {
        this.#storage.putEvent(event);
        changed = true;
      }
      outcomes.push([event.origin, known === null || newer || known.origin === event.origin ? 'applied' : 'duplicate']);
    }
    return { added, changed };
  }

  /** Inside the transaction: advances the memory, stores it and what must be told. */
  #store(
    row: ObjectRow,
    change: Pick<Advance, 'points' | 'log' | 'newEvents' | 'now' | 'registration' | 'registeredAt'>,
  ): Stored {
    const { sea, models } = this.#eta;
    const advanced = advance(row.memory, { ...change, sea, models });
    return this.#save({ ...row, ...this.#storage.appendPoints(row, change.points) }, advanced, change.now);
  }

  #save(row: ObjectRow, advanced: Advanced, now: number): Stored {
    const next = { ...row, memory: advanced.memory };
    this.#storage.save(next);
    const messages = messagesOf(next.tenantId, advanced, now);
    this.#storage.enqueue(messages);
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
    // A backfill may bring thousands: the newest ones go along, the rest is there to be read.
    const positions = fresh.slice(-LIVE_POSITIONS_MAX).map((point) => positionToApi(toPosition(point)));
    const frame: ContainerFrame = { type: 'delta', epoch, seq, container: this.#view(), positions };
    this.#ring.push({ seq, frame });
    if (this.#ring.length > LIVE_RING_DELTAS) this.#ring.shift();
    this.#live.broadcast(frame);
    if (outbox) this.ctx.waitUntil(this.#drainOutbox());
  }

  #view(): ApiContainer | null {
    return this.#row && containerToApi(this.#row.memory.state, this.#clock.now());
  }

  #onConnect(cursor: LiveCursor | null): ContainerFrame[] {
    const state = this.#row?.memory.state;
    if (cursor && state && cursor.epoch === state.epoch) {
      if (cursor.seq === state.seq) return [{ type: 'resumed', epoch: state.epoch, seq: state.seq }];
      const missed = this.#ring.filter((delta) => delta.seq > cursor.seq);
      if (missed[0]?.seq === cursor.seq + 1) return missed.map((delta) => delta.frame);
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

  /** Sends what waits, one drain at a time; returns when to try again after a failure, else null. */
  #drainOutbox(): Promise<number | null> {
    this.#draining ??= this.#sendOutbox().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #sendOutbox(): Promise<number | null> {
    for (let batch = this.#storage.outbox(OUTBOX_BATCH); batch.length > 0; batch = this.#storage.outbox(OUTBOX_BATCH)) {
      const lastId = batch.at(-1)!.id;
      try {
        await this.env.NOTIFICATIONS_QUEUE.sendBatch(batch.map(({ body }) => ({ body })));
        this.#storage.outboxSent(lastId);
      } catch (error) {
        const attempts = this.#storage.outboxFailed(lastId);
        this.#log('warn', 'outbox.send_failed', { attempts, error: errorText(error) });
        return this.#clock.now() + Math.min(3_600_000, 5_000 * 2 ** attempts);
      }
    }
    return null;
  }
}

const isAhead = ({ eta, onward }: ContainerState): boolean => eta !== null || onward.length > 0;

interface Stored {
  row: ObjectRow;
  outbox: boolean;
}
