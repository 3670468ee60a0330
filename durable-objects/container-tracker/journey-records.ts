/**
 * What a container's journeys are folded from: statements, snapshots and registrations, in storage and, once they were
 * needed, in memory. Nothing is read again for an event, so that the last of a journey costs what the first did.
 */
import {
  addWord,
  factsOf,
  journeyMeant,
  type Registered,
  type RegistrationFacts,
  type SaidFacts,
  TENANT,
  withdraw,
} from '../../domain/container/registration.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import { changesBetween, type MilestoneChange } from '../../domain/journey/changes.ts';
import { hash64, type TrackedEvent } from '../../domain/journey/event.ts';
import { type Saying, type Snapshot, type Statement } from '../../domain/journey/log.ts';
import { foldContainer, type Journey, journeyId } from '../../domain/journey/truth.ts';
import {
  CONTAINER_EVENTS_MAX,
  JOURNEY_EVENTS_MAX,
  SNAPSHOTS_KEPT,
  STATEMENT_SAYINGS_MAX,
} from '../../platform/limits.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import type { Sql } from '../kit/sql.ts';
import { JourneyTables, orderOfOrigin, type StoredStatement } from './journey-tables.ts';

type JourneyNews = StoredStatement['event'];
type SnapshotNews = Extract<TrackedEvent, { kind: 'snapshot' }>;

/** A registration: what was said, by whom, and when, ms; null takes back what the source has said. */
export interface Word {
  said: (SaidFacts & { beginsAt?: string | undefined }) | null;
  source: string;
  saidAt: number;
}

/** The records of one container. */
export class JourneyRecords {
  readonly #tables: JourneyTables;
  #statements: Map<string, StoredStatement> | null = null;
  #snapshots: Snapshot[] = [];
  #registered: Registered[] = [];
  #journeys: Journey[] | null = null;
  /** Statements that have come since the journeys were folded. */
  #sinceFold = 0;
  readonly #number: () => string;

  constructor(sql: Sql, number: () => string) {
    this.#tables = new JourneyTables(sql);
    this.#number = number;
  }

  /** The registrations, in the order in which they came. */
  get registered(): readonly Registered[] {
    this.#load();
    return this.#registered;
  }

  /** The journeys as they are known now. */
  journeys(): Journey[] {
    if (!this.#journeys) {
      this.#journeys = this.journeysAsOf();
      this.#sinceFold = 0;
    }
    return this.#journeys;
  }

  /** The journeys as they were known at an instant. */
  journeysAsOf(asOf?: number): Journey[] {
    const statements = [...this.#load().values()];
    const registered = this.#registered.map(({ id, facts, beganAt, receivedAt }) => {
      return { id, beganAt, receivedAt, booking: facts.booking ?? null, carrierId: facts.carrierId ?? null };
    });
    return foldContainer(this.#number(), { statements, snapshots: this.#snapshots }, registered, asOf);
  }

  /** The present journey with what was registered of it, or null before there is one. */
  present(): { journey: Journey; registration: RegistrationFacts | null } | null {
    const journey = this.journeys().at(-1);
    const facts = this.#registered.find(({ id }) => id === journey?.id)?.facts ?? null;
    return journey ? { journey, registration: facts } : null;
  }

  /** What has changed of the truth of any journey. */
  changesSince(before: readonly Journey[]): MilestoneChange[] {
    const known = new Map(before.map(({ id, milestones }) => [id, milestones]));
    return this.journeys().flatMap(({ id, milestones }) => changesBetween(known.get(id) ?? [], milestones));
  }

  /** Takes over the registration of a container that was stored by the release before, which knew no journeys. */
  adopt({ registration, journeyId: known }: Pick<ContainerState, 'registration' | 'journeyId'>): void {
    if (known !== null || !registration || this.registered.length > 0) return;
    this.hear({ said: registration, source: registration.bookingId ?? TENANT, saidAt: 0 }, 0);
  }

  /** Inside the transaction: takes in what is news; says what became of each event, and whether the truth may have changed. */
  take(events: readonly TrackedEvent[], now: number, outcomes: Outcome[]): { added: number; changed: boolean } {
    let [added, changed] = [0, false];
    for (const event of events) {
      if (event.kind === 'position') continue;
      if (event.kind === 'snapshot') {
        changed = this.#takeSnapshot(event, now) || changed;
        continue;
      }
      const taken = this.#takeStatement(event, now);
      if (taken === 'new') added++;
      changed ||= taken === 'new' || taken === 'said anew';
      const outcome = taken === 'duplicate' ? 'duplicate' : taken === 'full' ? 'refused' : 'applied';
      outcomes.push([event.origin, outcome]);
    }
    if (changed) this.#journeys = null;
    return { added, changed };
  }

  #takeStatement(news: JourneyNews, now: number): 'new' | 'said anew' | 'redelivered' | 'duplicate' | 'full' {
    const statements = this.#load();
    const { receivedAt = now, history, ...event } = news;
    const { key, origin, createdAt } = event;
    const id = event.carrierEventId ?? null;
    const saying: Saying = { id, createdAt, receivedAt, order: orderOfOrigin(origin) };
    const known = statements.get(key);
    if (!known) {
      const statement = { key, event, origin, sayings: history === 'full' ? [] : [saying] };
      if (this.#isFull(statement)) return 'full';
      this.#put(statement);
      this.#sinceFold++;
      return 'new';
    }
    if (known.origin === origin || known.sayings.some(({ order }) => order === saying.order)) return 'redelivered';
    if (history === 'full') return 'duplicate';
    const isKnown = createdAt !== null && known.sayings.some((each) => each.id === id && each.createdAt === createdAt);
    if (isKnown) return 'duplicate';
    const isNewer = known.sayings.every((each) => (each.createdAt ?? each.receivedAt) < (createdAt ?? receivedAt));
    // The first tells since when it is known; of those between the oldest make room.
    const [first, ...others] = [...known.sayings, saying];
    this.#put({ ...known, sayings: [first, ...others.slice(1 - STATEMENT_SAYINGS_MAX)] });
    this.#journeys = null;
    return isNewer ? 'said anew' : 'duplicate';
  }

  /**
   * Whether there is no room for a statement in the journey that it falls into. It is asked of the fold only where the
   * journeys may be full, and where the statement may be of another one.
   */
  #isFull(statement: StoredStatement): boolean {
    const statements = this.#load();
    if (statements.size < JOURNEY_EVENTS_MAX) return false;
    if (statements.size >= CONTAINER_EVENTS_MAX) return true;
    const journeys = this.journeys();
    const present = journeys.at(-1);
    if (!present || present.keys.length + this.#sinceFold < JOURNEY_EVENTS_MAX) return false;
    const bookings = new Set(journeys.map(({ booking }) => booking));
    const isNamed = statement.event.bookings?.some((number) => !bookings.has(number) || number !== present.booking);
    const mayBeOther = present.endedAt !== null || isNamed || journeys.length > 1;
    if (this.#sinceFold === 0 && !mayBeOther) return true;
    statements.set(statement.key, statement);
    const folded = this.journeysAsOf();
    statements.delete(statement.key);
    const own = folded.find(({ keys }) => keys.includes(statement.key));
    return own !== undefined && own.keys.length > JOURNEY_EVENTS_MAX;
  }

  #takeSnapshot(news: SnapshotNews, now: number): boolean {
    const { connectionId, receipt, rows, receivedAt = now } = news;
    this.#load();
    const own = this.#snapshots.filter((snapshot) => snapshot.connectionId === connectionId);
    if (own.some((snapshot) => snapshot.receipt === receipt)) return false;
    const last = own.reduce<Snapshot | null>((a, b) => (a && a.receipt > b.receipt ? a : b), null);
    if (last && last.receipt < receipt && saysTheSame(last.rows, rows)) {
      this.#tables.renumberSnapshot(last, receipt);
      last.receipt = receipt;
      return false;
    }
    const snapshot = { connectionId, receipt, receivedAt, rows };
    this.#snapshots.push(snapshot);
    this.#tables.putSnapshot(snapshot);
    if (own.length >= SNAPSHOTS_KEPT) {
      const oldest = own.reduce((a, b) => (b.receipt < a.receipt ? b : a));
      this.#snapshots.splice(this.#snapshots.indexOf(oldest), 1);
      this.#tables.dropSnapshot(oldest);
    }
    return true;
  }

  /** Inside the transaction: takes in a registration, or that one is taken back; whether it changes anything. */
  hear({ said, source, saidAt }: Word, now: number): boolean {
    this.#load();
    if (said === null) return this.#takeBack(source);
    // A booking that was cancelled may be told as confirmed once more: messages come at least once, in no order.
    if (this.#registered.some(({ layers }) => layers.some((layer) => layer.source === source && layer.withdrawn))) {
      return false;
    }
    const { beginsAt, ...facts } = said;
    const begins = beginsAt ? Date.parse(beginsAt) : null;
    const meant = journeyMeant(this.journeys(), this.#registered, facts, begins);
    const known = this.#registered.find(({ id }) => id === meant);
    const layers = addWord(known?.layers ?? [], { source, said: facts, saidAt });
    if (known && !layers) return false;
    const name = `registered/${this.#registered.length}/${hash64(JSON.stringify(facts))}`;
    this.#keep({
      id: meant ?? journeyId(this.#number(), name),
      layers: layers ?? [],
      facts: factsOf(layers ?? []),
      beganAt: known?.beganAt ?? begins ?? now,
      receivedAt: known?.receivedAt ?? now,
    });
    return true;
  }

  #takeBack(source: string): boolean {
    for (const row of this.registered) {
      const layers = withdraw(row.layers, source);
      if (!layers) continue;
      this.#keep({ ...row, layers, facts: factsOf(layers) });
      return true;
    }
    return false;
  }

  #keep(row: Registered): void {
    const isKnown = this.#registered.some(({ id }) => id === row.id);
    this.#registered = isKnown
      ? this.#registered.map((each) => (each.id === row.id ? row : each))
      : [...this.#registered, row];
    this.#tables.putRegistration(row);
    this.#journeys = null;
  }

  /** Statements by time, after a cursor of (at, key), as far as they were known at an instant. */
  page(after: [at: number, key: string] | null, limit: number, asOf = Number.POSITIVE_INFINITY): StoredStatement[] {
    const [at, key] = after ?? [Number.NEGATIVE_INFINITY, ''];
    const isKnown = ({ key: of, sayings }: Statement): boolean =>
      sayings.some(({ receivedAt }) => receivedAt <= asOf) ||
      this.#snapshots.some(({ receivedAt, rows }) => receivedAt <= asOf && rows.some(([row]) => row === of));
    return [...this.#load().values()]
      .filter(({ event, key: of }) => event.at > at || (event.at === at && of > key))
      .filter((statement) => asOf === Number.POSITIVE_INFINITY || isKnown(statement))
      .sort((a, b) => a.event.at - b.event.at || (a.key < b.key ? -1 : 1))
      .slice(0, limit);
  }

  /** What else the messages of statements said, by key. */
  details(keys: readonly string[]): Map<string, Record<string, unknown>> {
    return this.#tables.details(keys);
  }

  /** After a transaction that was rolled back: what storage has counts. */
  forget(): void {
    this.#statements = null;
    this.#journeys = null;
  }

  /** Stores a statement; of its details nothing is folded, so they are not kept in memory. */
  #put(statement: StoredStatement): void {
    const { details: _details, ...event } = statement.event;
    this.#load().set(statement.key, { ...statement, event });
    this.#tables.putStatement(statement);
  }

  #load(): Map<string, StoredStatement> {
    if (this.#statements) return this.#statements;
    this.#statements = new Map(this.#tables.statements().map((statement) => [statement.key, statement]));
    this.#snapshots = this.#tables.snapshots();
    this.#registered = this.#tables.registered();
    return this.#statements;
  }
}

/**
 * Whether two snapshots say the same: the same rows in the same order. That all of them bear the time of the push, as where
 * a carrier has no other, is no difference.
 */
function saysTheSame(a: Snapshot['rows'], b: Snapshot['rows']): boolean {
  const isOne = (rows: Snapshot['rows']): boolean => rows.every((row) => row[2] === rows[0]![2]);
  const isStamped = isOne(a) && isOne(b);
  return (
    a.length === b.length &&
    a.every(([key, id, at], i) => key === b[i]![0] && id === b[i]![1] && (isStamped || at === b[i]![2]))
  );
}
