/**
 * What of a container's journeys is in memory: statements, snapshots and registrations of those that are folded for an event,
 * read once. Journeys that have ended and are followed by others are in the archive: they come back when something is said of
 * them, and for reads of the whole.
 */
import { knownOf, type Registered } from '../../domain/container/registration.ts';
import { type Archive, archiveOf, KEPT, mayBeOf } from '../../domain/journey/archive.ts';
import type { TrackedEvent } from '../../domain/journey/event.ts';
import type { JourneyLog } from '../../domain/journey/log.ts';
import { foldContainer, foldLive, type Journey, type KnownJourney } from '../../domain/journey/truth.ts';
import type { JourneyTables, StoredStatement } from './journey-tables.ts';
import { Snapshots } from './snapshots.ts';

interface Loaded {
  statements: Map<string, StoredStatement>;
  snapshots: Snapshots;
  registered: Registered[];
  archive: Archive | null;
  /** Statements that are in the archive's table, while they are back. */
  back: ReadonlySet<string> | null;
  /** How many journeys there were when the archive was looked at last. */
  lookedAt: number;
}

/** The memory of one container. Whatever writes runs inside the caller's transaction. */
export class JourneyMemory {
  readonly #tables: JourneyTables;
  readonly #number: () => string;
  #loaded: Loaded | null = null;
  #journeys: Journey[] | null = null;
  /** Statements that have come since the journeys were folded. */
  unfolded = 0;

  constructor(tables: JourneyTables, number: () => string) {
    this.#tables = tables;
    this.#number = number;
  }

  /** Statements by key, but for those in the archive. */
  get statements(): Map<string, StoredStatement> {
    return this.#load().statements;
  }

  /** The registrations, in the order in which they came. */
  get registered(): readonly Registered[] {
    return this.#load().registered;
  }

  /** What connections of full history had to say. */
  get snapshots(): Snapshots {
    return this.#load().snapshots;
  }

  /** How many statements are kept, those in the archive included. */
  get size(): number {
    const { statements, archive } = this.#load();
    return statements.size + (archive?.statements ?? 0);
  }

  /** How many journeys have come back from the archive since this was set to 0. */
  journeysBack = 0;

  /** Every statement, those in the archive included. */
  everything(): StoredStatement[] {
    const { statements, archive } = this.#load();
    return [...(archive ? this.#tables.statements('archived_events') : []), ...statements.values()];
  }

  /** The journeys that are not in the archive, as they are known now. */
  live(): Journey[] {
    if (this.#journeys) return this.#journeys;
    this.#journeys = this.foldLive();
    this.unfolded = 0;
    return this.#journeys;
  }

  /** Folds the live journeys anew; what turns out to be of one in the archive brings that back. */
  foldLive(): Journey[] {
    const { archive } = this.#load();
    const live = archive ? foldLive(this.#number(), this.#log(), this.#known(), archive) : null;
    if (live) return live;
    if (archive) this.bringBack();
    return foldContainer(this.#number(), this.#log(), this.#known());
  }

  /** All journeys, as they are known now or were known at an instant. */
  all(asOf?: number): Journey[] {
    if (asOf === undefined && !this.#load().archive) return this.live();
    const log = { statements: this.everything(), snapshots: this.snapshots.list };
    return foldContainer(
      this.#number(),
      log,
      this.registered.map((row) => knownOf(row, asOf)),
      asOf,
    );
  }

  /** The truth may have changed: it is folded when it is needed next. */
  changed(): void {
    this.#journeys = null;
  }

  /** After a transaction that was rolled back: what storage has counts. */
  forget(): void {
    this.#loaded = null;
    this.#journeys = null;
  }

  /** Stores a statement; of its details nothing is folded, so they are not kept in memory. */
  put(statement: StoredStatement): void {
    const { statements, back } = this.#load();
    const { details: _details, ...event } = statement.event;
    if (!statements.has(statement.key)) this.unfolded++;
    statements.set(statement.key, { ...statement, event });
    this.#tables.putStatement(back?.has(statement.key) ? 'archived_events' : 'events', statement);
  }

  /** Stores a registration; one that is of a journey in the archive, or begins among those, brings them back. */
  keep(row: Registered): void {
    const loaded = this.#load();
    const { archive } = loaded;
    const { booking } = knownOf(row);
    const isOld = archive?.registered.includes(row.id) || (booking !== null && archive?.bookings.includes(booking));
    if (archive && (isOld || row.beganAt < archive.until)) this.bringBack();
    const isKnown = loaded.registered.some(({ id }) => id === row.id);
    loaded.registered = isKnown
      ? loaded.registered.map((each) => (each.id === row.id ? row : each))
      : [...loaded.registered, row];
    this.#tables.putRegistration(row);
    this.changed();
  }

  /** Whether a statement is in the archive. */
  isArchived(key: string): boolean {
    return this.#load().archive !== null && this.#tables.archived([key]).size > 0;
  }

  /** Before news are taken in: what they may be of comes back from the archive. */
  openFor(events: readonly TrackedEvent[]): void {
    const { archive, snapshots } = this.#load();
    if (!archive) return;
    const said = events.filter((event) => event.kind === 'journey');
    const changed = events.flatMap((event) => (event.kind === 'snapshot' ? snapshots.changed(event) : []));
    // A whole history says everything each time: what is in it as it was before is no news.
    const news = said.filter(({ history, key }) => history !== 'full' || changed.includes(key));
    const ids = news.flatMap(({ carrierEventId }) => carrierEventId ?? []);
    const isOld =
      news.some((event) => mayBeOf(archive, event)) ||
      this.#tables.hasArchivedId(ids) ||
      this.#tables.archived([...news.map(({ key }) => key), ...changed]).size > 0;
    if (isOld) this.bringBack();
  }

  /** The archive is empty until the next look at it. */
  bringBack(): void {
    const loaded = this.#load();
    if (!loaded.archive) return;
    const old = this.#tables.statements('archived_events');
    for (const statement of old) loaded.statements.set(statement.key, statement);
    loaded.back = new Set(old.map(({ key }) => key));
    this.journeysBack += loaded.archive.journeys;
    loaded.archive = null;
    this.changed();
  }

  /** When all is told: journeys that have ended, and are followed by others, move to the archive. */
  settle(): void {
    const loaded = this.#load();
    const journeys = this.live();
    const { back, statements } = loaded;
    if (!back && journeys.length === loaded.lookedAt) return;
    loaded.lookedAt = journeys.length;
    const found = archiveOf(this.#number(), this.#log(), this.#known(), journeys, loaded.archive);
    if (!found && !back) return;
    const keys = found?.keys ?? new Set<string>();
    const moved = [...keys].filter((key) => !back?.has(key));
    // What came back may have been said under further ids since.
    const ids = [...keys].flatMap((key) => statements.get(key)!.sayings.flatMap(({ id }) => id ?? []));
    this.#tables.move(moved, 'events', 'archived_events');
    this.#tables.move(
      [...(back ?? [])].filter((key) => !keys.has(key)),
      'archived_events',
      'events',
    );
    this.#tables.putArchive(found?.archive ?? null, ids);
    for (const key of keys) statements.delete(key);
    loaded.archive = found?.archive ?? null;
    loaded.back = null;
    if (!found) return;
    this.#journeys = journeys.slice(-KEPT);
    loaded.lookedAt = KEPT;
  }

  #log(): JourneyLog {
    const { statements, snapshots } = this.#load();
    return { statements: [...statements.values()], snapshots: snapshots.list };
  }

  #known(): KnownJourney[] {
    return this.registered.map((row) => knownOf(row));
  }

  #load(): Loaded {
    this.#loaded ??= {
      statements: new Map(this.#tables.statements('events').map((statement) => [statement.key, statement])),
      snapshots: new Snapshots(this.#tables),
      registered: this.#tables.registered(),
      archive: this.#tables.archive(),
      back: null,
      lookedAt: 0,
    };
    return this.#loaded;
  }
}
