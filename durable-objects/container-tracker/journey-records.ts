/** What a container's journeys are folded from, as it comes in: statements, snapshots and registrations. */
import {
  addWord,
  factsOf,
  heldBefore,
  journeyMeant,
  type Registered,
  type RegistrationFacts,
  type SaidFacts,
  TENANT,
  withdraw,
} from '../../domain/container/registration.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import { changesOfJourneys, type MilestoneChange } from '../../domain/journey/changes.ts';
import { hash64, type TrackedEvent } from '../../domain/journey/event.ts';
import type { Saying, Statement } from '../../domain/journey/log.ts';
import { type Journey, journeyId } from '../../domain/journey/truth.ts';
import { CONTAINER_EVENTS_MAX, JOURNEY_EVENTS_MAX, STATEMENT_SAYINGS_MAX } from '../../platform/limits.ts';
import type { Outcome } from '../carrier-inbox/receipts.ts';
import type { Sql } from '../kit/sql.ts';
import { JourneyMemory } from './journey-memory.ts';
import { JourneyTables, orderOfOrigin, type StoredStatement } from './journey-tables.ts';

type JourneyNews = StoredStatement['event'];

/** A registration: what was said, by whom, and when, ms; null takes back what the source has said. */
export interface Word {
  said: (SaidFacts & { beginsAt?: string | undefined }) | null;
  source: string;
  saidAt: number;
}

/** The records of one container. Whatever writes runs inside the caller's transaction. */
export class JourneyRecords {
  readonly #tables: JourneyTables;
  readonly #memory: JourneyMemory;
  readonly #number: () => string;
  /** The journey that was found full last: what its statements name, and over which time they are. */
  #full: { names: string; from: number; until: number; size: number } | null = null;

  constructor(sql: Sql, number: () => string) {
    this.#tables = new JourneyTables(sql);
    this.#memory = new JourneyMemory(this.#tables, number);
    this.#number = number;
  }

  /** The registrations, in the order in which they came. */
  get registered(): readonly Registered[] {
    return this.#memory.registered;
  }

  /** Before events are taken in: the journeys that they may be of, and all behind these, as they are known now. */
  open(events: readonly TrackedEvent[]): Journey[] {
    this.#memory.openFor(events);
    const journeys = this.live();
    this.#memory.journeysBack = 0;
    return journeys;
  }

  /** The journeys that are not in the archive, as they are known now. */
  live(): Journey[] {
    return this.#memory.live();
  }

  /** All journeys, as they are known now or were known at an instant. */
  journeys(asOf?: number): Journey[] {
    return this.#memory.all(asOf);
  }

  /** The present journey with what was registered of it, or null before there is one. */
  present(): { journey: Journey; registration: RegistrationFacts | null } | null {
    const journey = this.live().at(-1);
    const facts = this.registered.find(({ id }) => id === journey?.id)?.facts ?? null;
    return journey ? { journey, registration: facts } : null;
  }

  /** What has changed of the truth since the live journeys were `before`; then those that have ended go to the archive. */
  settle(before: readonly Journey[]): MilestoneChange[] {
    // What came back from the archive on the way is as it was.
    const after = this.#memory.live().slice(this.#memory.journeysBack);
    const changes = changesOfJourneys(before, after).map(({ change }) => change);
    this.#memory.settle();
    this.#memory.journeysBack = 0;
    return changes;
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
        changed = this.#memory.snapshots.take(event, now) || changed;
        continue;
      }
      const taken = this.#takeStatement(event, now);
      if (taken === 'new') added++;
      changed ||= taken === 'new' || taken === 'said anew' || taken === 'said again';
      const outcome =
        taken === 'duplicate' || taken === 'said again' ? 'duplicate' : taken === 'full' ? 'refused' : 'applied';
      outcomes.push([event.origin, outcome]);
    }
    if (changed) this.#memory.changed();
    return { added, changed };
  }

  #takeStatement(
    news: JourneyNews,
    now: number,
  ): 'new' | 'said anew' | 'said again' | 'redelivered' | 'duplicate' | 'full' {
    const { receivedAt = now, history, ...event } = news;
    const { key, origin, createdAt } = event;
    const id = event.carrierEventId ?? null;
    const saying: Saying = { id, createdAt, receivedAt, order: orderOfOrigin(origin) };
    const known = this.#memory.statements.get(key);
    if (!known) {
      if (history === 'full' && this.#memory.isArchived(key)) return 'duplicate';
      const statement = { key, event, origin, sayings: history === 'full' ? [] : [saying] };
      if (this.#isFull(statement)) return 'full';
      this.#memory.put(statement);
      return 'new';
    }
    if (known.origin === origin || known.sayings.some(({ order }) => order === saying.order)) return 'redelivered';
    if (history === 'full') return 'duplicate';
    const isKnown = createdAt !== null && known.sayings.some((each) => each.id === id && each.createdAt === createdAt);
    if (isKnown) return 'duplicate';
    const isNewer = known.sayings.every((each) => (each.createdAt ?? each.receivedAt) < (createdAt ?? receivedAt));
    // The first tells since when it is known; of those between the oldest make room.
    const [first, ...others] = [...known.sayings, saying];
    this.#memory.put({ ...known, sayings: [first, ...others.slice(1 - STATEMENT_SAYINGS_MAX)] });
    const isOtherId = known.sayings.every((each) => each.id !== id);
    // Under another id it may stand where it was taken back under the first, however old it is.
    return isNewer || isOtherId ? (isNewer ? 'said anew' : 'said again') : 'duplicate';
  }

  /**
   * Whether there is no room for a statement in the journey that it falls into. It is asked of the fold only where the
   * journeys may be full, and where the statement may be of another one.
   */
  #isFull(statement: StoredStatement): boolean {
    const { statements, size } = this.#memory;
    if (statements.size < JOURNEY_EVENTS_MAX) return false;
    if (size >= CONTAINER_EVENTS_MAX) return true;
    const journeys = this.live();
    const present = journeys.at(-1);
    if (!present || present.keys.length + this.#memory.unfolded < JOURNEY_EVENTS_MAX) return false;
    const bookings = new Set(journeys.map(({ booking }) => booking));
    const isNamed = statement.event.bookings?.some((number) => !bookings.has(number) || number !== present.booking);
    const mayBeOther = present.endedAt !== null || isNamed || journeys.length > 1;
    if (this.#memory.unfolded === 0 && !mayBeOther) return true;
    if (this.#fallsInFull(statement)) return true;
    statements.set(statement.key, statement);
    const folded = this.#memory.foldLive();
    statements.delete(statement.key);
    const own = folded.find(({ keys }) => keys.includes(statement.key));
    if (!own || own.keys.length <= JOURNEY_EVENTS_MAX) return false;
    const instants = own.keys.flatMap((key) => statements.get(key)?.event.at ?? []);
    const [from, until] = [Math.min(...instants), Math.max(...instants)];
    this.#full = { names: namesOf(statement), from, until, size: statements.size };
    return true;
  }

  /** Whether a statement is of a journey that another like it has found full, and nothing has come since: no fold is needed. */
  #fallsInFull(statement: StoredStatement): boolean {
    const { event } = statement;
    const full = this.#full;
    if (!full || full.size !== this.#memory.statements.size || full.names !== namesOf(statement)) return false;
    return event.at >= full.from && event.at <= full.until;
  }

  /** Inside the transaction: takes in a registration, or that one is taken back; whether it changes anything. */
  hear({ said, source, saidAt }: Word, now: number): boolean {
    if (said === null) return this.#takeBack(source, now);
    // A booking that was cancelled may be told as confirmed once more: messages come at least once, in no order.
    if (this.registered.some(({ layers }) => layers.some((layer) => layer.source === source && layer.withdrawn))) {
      return false;
    }
    const { beginsAt, ...facts } = said;
    const begins = beginsAt ? Date.parse(beginsAt) : null;
    const journeys = this.journeys();
    const meant = journeyMeant(journeys, this.registered, facts, begins);
    const known = this.registered.find(({ id }) => id === meant);
    const layers = addWord(known?.layers ?? [], { source, said: facts, saidAt });
    if (known && !layers) return false;
    const name = `registered/${this.registered.length}/${hash64(JSON.stringify(facts))}`;
    const next = factsOf(layers ?? []);
    this.#memory.keep({
      id: meant ?? journeyId(this.#number(), name),
      layers: layers ?? [],
      facts: next,
      before: known && heldBefore(known, next, now),
      beganAt: known?.beganAt ?? begins ?? now,
      receivedAt: known?.receivedAt ?? now,
      booking: known ? known.booking : journeys.find(({ id }) => id === meant)?.booking,
    });
    return true;
  }

  #takeBack(source: string, now: number): boolean {
    for (const row of this.registered) {
      const layers = withdraw(row.layers, source);
      if (!layers) continue;
      const facts = factsOf(layers);
      this.#memory.keep({ ...row, layers, facts, before: heldBefore(row, facts, now) });
      return true;
    }
    return false;
  }

  /** Statements by time, after a cursor of (at, key), as far as they were known at an instant. */
  page(after: [at: number, key: string] | null, limit: number, asOf = Number.POSITIVE_INFINITY): StoredStatement[] {
    const [at, key] = after ?? [Number.NEGATIVE_INFINITY, ''];
    const snapshots = this.#memory.snapshots.list;
    const isKnown = ({ key: of, sayings }: Statement): boolean =>
      sayings.some(({ receivedAt }) => receivedAt <= asOf) ||
      snapshots.some(({ receivedAt, rows }) => receivedAt <= asOf && rows.some(([row]) => row === of));
    return this.#memory
      .everything()
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
    this.#memory.forget();
  }
}

/** What of a statement tells its journey, beside its time. */
const namesOf = ({ event }: StoredStatement): string => (event.bookings ?? []).join('|');
