/**
 * ContainerTracker: the truth of one container of one tenant. The shell owns transaction, alarm and sockets; every decision
 * is a pure function in domain/.
 *
 * `ingest` is idempotent: the same event under the same origin answers `applied` again, the same content under another
 * `duplicate`; neither changes anything twice.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { Notification } from '../../contracts/notifications/events.ts';
import type { ApiContainer, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { ApiJourneyEvent } from '../../contracts/tracking/journey-event.ts';
import type { PublishedEta } from '../../contracts/tracking/eta.ts';
import type { ApiChange, ApiJourney, ApiMilestone } from '../../contracts/tracking/journeys.ts';
import type { Registration } from '../../contracts/tracking/registrations.ts';
import { type Advance, type Advanced, advance, refreshEta } from '../../domain/container/advance.ts';
import { type FleetSummary, isAhead, summarize } from '../../domain/container/state.ts';
import { TENANT } from '../../domain/container/registration.ts';
import type { Journey } from '../../domain/journey/truth.ts';
import type { PointTuple } from '../../domain/positions/chunk.ts';
import { type Clock, clockFrom } from '../../platform/clock.ts';
import { STALE_AFTER_MS } from '../../platform/limits.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import type { Outbox } from '../../platform/outbox.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import type { SqlOutbox } from '../kit/outbox.ts';
import { EtaLink } from './eta-link.ts';
import { type Intake, logIngest, newPoints } from './intake.ts';
import { JourneyRecords } from './journey-records.ts';
import { messagesOf } from './messages.ts';
import { type PagingAsOf, TrackerReads } from './reads.ts';
import type { PositionQuery } from './series.ts';
import { emptyRow, type ObjectRow, TrackerStorage } from './storage.ts';
import { TrackerLive } from './tracker-live.ts';
import { type TrackerEnv, trackerOutbox } from './tracker-outbox.ts';

/** Milestones come in bunches: a journey is filed once for all of them. */
const LEDGER_AFTER_MS = 60_000;
const MODELS_AFTER_MS = 60_000;

/** The Durable Object class. */
export class ContainerTracker extends DurableObject<TrackerEnv> {
  readonly #storage: TrackerStorage;
  readonly #deadlines: Deadlines<'refresh' | 'outbox' | 'ledger'>;
  readonly #eta: EtaLink;
  readonly #live: TrackerLive;
  readonly #clock: Clock;
  readonly #log: Logger;
  #row: ObjectRow | null;
  #number: string;
  readonly #records: JourneyRecords;
  readonly #reads: TrackerReads;
  readonly #waiting: SqlOutbox<Notification>;
  readonly #outbox: Outbox<Notification>;

  constructor(ctx: DurableObjectState, env: TrackerEnv) {
    super(ctx, env);
    this.#clock = clockFrom(env.DEMO_CLOCK);
    this.#log = loggerFor('container-tracker', env.LOG_LEVEL);
    this.#storage = new TrackerStorage(ctx.storage);
    this.#deadlines = new Deadlines(this.#storage.sql, ctx.storage, this.#clock);
    this.#eta = new EtaLink(this.#storage, env, this.#log);
    const tenantId = () => this.#row!.tenantId;
    const parts = { sql: this.#storage.sql, env, tenantId, log: this.#log, clock: this.#clock };
    ({ waiting: this.#waiting, outbox: this.#outbox } = trackerOutbox(parts));
    this.#row = this.#storage.load();
    this.#number = this.#row?.memory.state.number ?? '';
    this.#records = new JourneyRecords(this.#storage.sql, () => this.#number);
    this.#reads = new TrackerReads({
      storage: this.#storage,
      records: this.#records,
      row: () => this.#row,
      now: () => this.#clock.now(),
    });
    this.#live = new TrackerLive(ctx, () => this.#reads.view());
    if (this.#row) this.#records.adopt(this.#row.memory.state);
  }

  /** Takes in events: a transaction, then frames and outbox. */
  async ingest(call: Intake): Promise<{ summary: FleetSummary; outcomes: Outcome[] }> {
    this.#storage.sql.countRequest();
    const now = this.#clock.now();
    const outcomes: Outcome[] = [];
    const taken = this.#transaction(call, (row) => {
      const points = newPoints(this.#storage, row, call.events, outcomes);
      const isOfJourneys = call.events.some(({ kind }) => kind !== 'position');
      const before = isOfJourneys ? this.#records.open(call.events) : [];
      const { added, changed } = isOfJourneys ? this.#records.take(call.events, now, outcomes) : NOTHING_NEW;
      if (points.length === 0 && !changed && this.#row) return null;
      return { stored: this.#store(row, { points, newEvents: added, now }, changed ? before : null), points };
    });
    if (taken) this.#tell(taken.stored, taken.points);
    logIngest(this.#log, this.env.LOG_SAMPLE, call, outcomes, this.#row!.memory.state.seq);
    return { summary: summarize(this.#row!.memory.state), outcomes };
  }

  /** Registers a journey, or adds to what is registered of it. */
  async register(call: {
    tenantId: string;
    number: string;
    /** Null takes back what the source has said. */
    registration: Omit<Registration, 'number'> | null;
    /** The booking that says it; without one the tenant. */
    source?: string;
    registeredAt: number;
    correlationId: string;
  }): Promise<FleetSummary> {
    this.#storage.sql.countRequest();
    const now = this.#clock.now();
    const stored = this.#transaction(call, (row) => {
      const before = this.#records.live();
      const { registration: said, source = TENANT, registeredAt: saidAt } = call;
      const changed = this.#records.hear({ said, source, saidAt }, now);
      return changed || !this.#row ? this.#store(row, { points: [], newEvents: 0, now }, before) : null;
    });
    if (stored) {
      this.#tell(stored, []);
      const { tenantId, number: container, correlationId } = call;
      this.#log('info', 'container.registered', { tenantId, container, correlationId });
    }
    return summarize(this.#row!.memory.state);
  }

  /** Runs work on the row in one transaction; what it changed in memory is forgotten when it fails. */
  #transaction<T>({ tenantId, number }: { tenantId: string; number: string }, work: (row: ObjectRow) => T): T {
    const row = this.#row ?? emptyRow(tenantId, number);
    this.#number = number;
    try {
      return this.ctx.storage.transactionSync(() => work(row));
    } catch (error) {
      this.#records.forget();
      this.#deadlines.reload();
      throw error;
    }
  }

  /** The state with its age, or as it was known at an instant; null when nothing is known of the container. */
  async view(asOf?: number): Promise<ApiContainer | null> {
    this.#storage.sql.countRequest();
    return this.#reads.view(asOf);
  }

  /** The same as JSON text. */
  async viewText(asOf?: number): Promise<string | null> {
    const found = await this.view(asOf);
    return found && JSON.stringify(found);
  }

  /** Journey events by time. */
  async events(query: PagingAsOf): Promise<Page<ApiJourneyEvent> | null> {
    return this.#reads.events(query);
  }

  /** Positions by time, thinned. */
  async positions(query: PositionQuery): Promise<Page<ApiPosition> | null> {
    return this.#reads.positions(query);
  }

  /** ETAs published on the present journey, oldest first. */
  async etaHistory(query: Paging): Promise<Page<PublishedEta> | null> {
    return this.#reads.etaHistory(query);
  }

  /** Journeys, newest first. */
  async journeys(query: PagingAsOf): Promise<Page<ApiJourney> | null> {
    return this.#reads.journeys(query);
  }

  /** One journey. */
  async journey(id: string, asOf?: number): Promise<ApiJourney | null> {
    return this.#reads.journey(id, asOf);
  }

  /** Milestones of a journey with their sources. */
  async milestones(id: string, query: PagingAsOf): Promise<Page<ApiMilestone> | null> {
    return this.#reads.milestones(id, query);
  }

  /** Changes of the milestones since an instant. */
  async changes(since: number, query: PagingAsOf): Promise<Page<ApiChange> | null> {
    return this.#reads.changes(since, query);
  }

  /** Billable work since the object woke. */
  async usage() {
    return this.#storage.sql.usage();
  }

  /** Erases all that is stored of the container, and closes every socket. */
  async erase(): Promise<void> {
    this.ctx.storage.transactionSync(() => this.#storage.sql.erase());
    this.#row = null;
    this.#records.forget();
    this.#deadlines.reload();
    this.#live.closeAll();
  }

  /** Closes the sockets of a session or client that ended. */
  async closeSockets(holder: string, endedAt: number): Promise<void> {
    this.#live.closeSocketsOf(holder, endedAt);
  }

  /** Opens a live socket; its ticket was redeemed before. */
  override async fetch(request: Request): Promise<Response> {
    return this.#live.accept(request, this.#row?.memory.state ?? null);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#live.closed(socket, code);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      outbox: () => this.#outbox.drain(),
      refresh: () => this.#refresh(),
      ledger: () => this.#eta.sendJourneys(this.#row!.tenantId, this.#clock.now()),
    });
  }

  /** Inside the transaction: advances the memory and stores it; `before` when journeys may have changed. */
  #store(row: ObjectRow, news: Pick<Advance, 'points' | 'newEvents' | 'now'>, before: Journey[] | null): Stored {
    const { sea, models } = this.#eta;
    const present = before ? this.#records.present() : null;
    const changes = before ? this.#records.settle(before) : [];
    const advanced = advance(row.memory, { ...news, present, changes, sea, models });
    return this.#save({ ...row, ...this.#storage.appendPoints(row, advanced) }, advanced, news.now);
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
    this.#live.tell(row.memory.state, fresh);
    if (outbox) this.ctx.waitUntil(this.#outbox.drain());
  }

  /** Computes the ETAs anew as time passes; returns when to do so again. */
  async #refresh(): Promise<number | null> {
    const known = this.#row;
    if (!known || !isAhead(known.memory.state)) return null;
    await this.#eta.fetchModels(known.tenantId, known.memory.state);
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
    const lines = [summarize(advanced.memory.state)];
    const untracked = await fleetIndex(this.env, row.tenantId).apply(row.tenantId, lines);
    return untracked.length > 0 ? null : now + STALE_AFTER_MS;
  }
}

const NOTHING_NEW = { added: 0, changed: false };

interface Stored {
  row: ObjectRow;
  outbox: boolean;
}
