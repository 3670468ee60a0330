/** What is read of a container: its present state, and everything as it was known at an instant. */
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { ApiContainer, ApiPosition } from '../../contracts/tracking/containers.ts';
import type { ApiJourneyEvent } from '../../contracts/tracking/journey-event.ts';
import type { PublishedEta } from '../../contracts/tracking/eta.ts';
import type { ApiChange, ApiJourney, ApiMilestone } from '../../contracts/tracking/journeys.ts';
import { shownOf } from '../../domain/container/advance.ts';
import { factsAsOf } from '../../domain/container/registration.ts';
import type { ContainerState } from '../../domain/container/state.ts';
import { changesOfJourneys } from '../../domain/journey/changes.ts';
import type { Journey } from '../../domain/journey/truth.ts';
import { type JourneyRecords } from './journey-records.ts';
import { type PositionQuery, positionAsOf, readSeries } from './series.ts';
import type { ObjectRow, TrackerStorage } from './storage.ts';
import {
  changeToApi,
  containerToApi,
  eventToApi,
  journeyToApi,
  milestoneWithSources,
  publishedEtaToApi,
} from './to-api.ts';

/** A page, and the instant as of which it is read, ms. */
export interface PagingAsOf extends Paging {
  asOf?: number | undefined;
}

/** The reads of one container. */
export class TrackerReads {
  readonly #storage: TrackerStorage;
  readonly #records: JourneyRecords;
  readonly #row: () => ObjectRow | null;
  readonly #now: () => number;

  constructor(of: {
    storage: TrackerStorage;
    records: JourneyRecords;
    row: () => ObjectRow | null;
    now: () => number;
  }) {
    this.#storage = of.storage;
    this.#records = of.records;
    this.#row = of.row;
    this.#now = of.now;
  }

  /** The state with its age, or as it was known at an instant; null when nothing is known of the container. */
  view(asOf?: number): ApiContainer | null {
    const row = this.#row();
    if (!row) return null;
    if (asOf === undefined) return containerToApi(row.memory.state, this.#now());
    const state = this.#stateAsOf(row, asOf);
    return state && containerToApi(state, asOf);
  }

  /** What was known at an instant. ETAs are left out: their history tells which was in force. */
  #stateAsOf(row: ObjectRow, asOf: number): ContainerState | null {
    const { state } = row.memory;
    const journey = this.#records.journeys(asOf).at(-1);
    const position = positionAsOf(this.#storage, row.openPoints, asOf);
    if (!journey && !position) return null;
    const known = { status: 'registered', statusAt: null, milestones: [], warnings: [] } as const;
    const observed = [journey?.statusAt ?? null, position?.at ?? null].filter((at) => at !== null);
    return {
      ...state,
      ...(journey
        ? { ...shownOf(journey), journeyId: journey.id, registration: this.#factsOf(journey.id, asOf) }
        : { ...known, milestones: [], warnings: [], vesselName: null, vesselImo: null, voyage: null, journeyId: null }),
      position,
      eta: null,
      onward: [],
      carrierEtaAt: null,
      arrivedAt: null,
      alerts: state.alerts
        .filter(({ raisedAt }) => raisedAt <= asOf)
        .map((alert) => ({ ...alert, clearedAt: (alert.clearedAt ?? asOf) < asOf ? alert.clearedAt : null })),
      asOf: observed.length > 0 ? Math.min(asOf, Math.max(...observed)) : null,
      receivedAt: null,
    };
  }

  #factsOf(id: string, asOf: number | undefined) {
    const row = this.#records.registered.find((each) => each.id === id);
    return row && row.receivedAt <= (asOf ?? Number.POSITIVE_INFINITY) ? factsAsOf(row, asOf) : null;
  }

  /** Journey events by time. */
  events({ asOf, ...query }: PagingAsOf): Page<ApiJourneyEvent> | null {
    if (!this.#row()) return null;
    const found = this.#records.page(after<[number, string]>(query), query.limit + 1, asOf);
    const inForce = new Set(this.#journeys(asOf).flatMap(({ keys }) => keys));
    const details = this.#records.details(found.map(({ key }) => key));
    return cutPage(
      found,
      query.limit,
      (statement) => eventToApi(statement, inForce.has(statement.key), details.get(statement.key)),
      ({ event, key }) => [event.at, key],
    );
  }

  /** Positions by time, thinned. */
  positions(query: PositionQuery): Page<ApiPosition> | null {
    const row = this.#row();
    return row && readSeries(this.#storage, row.openPoints, query);
  }

  /** ETAs published on the present journey, oldest first. */
  etaHistory(query: Paging): Page<PublishedEta> | null {
    const row = this.#row();
    if (!row) return null;
    const journey = row.memory.eta?.journey ?? 0;
    const found = this.#storage.said(journey, after<[number, number]>(query), query.limit + 1);
    return cutPage(found, query.limit, publishedEtaToApi, ({ at, id }) => [at, id]);
  }

  /** The journeys of the container, newest first. */
  journeys({ asOf, ...query }: PagingAsOf): Page<ApiJourney> | null {
    const row = this.#row();
    if (!row) return null;
    const [skip] = after<[number]>(query) ?? [0];
    const all = this.#journeys(asOf)
      .map((journey, i) => ({ journey, place: i }))
      .reverse();
    const found = all.slice(skip, skip + query.limit + 1).map((entry, i) => ({ ...entry, next: skip + i + 1 }));
    const toApi = ({ journey }: (typeof found)[number]): ApiJourney => this.#journeyToApi(row, journey, asOf);
    return cutPage(found, query.limit, toApi, ({ next }) => [next]);
  }

  /** One journey. */
  journey(id: string, asOf?: number): ApiJourney | null {
    const row = this.#row();
    const journey = this.#journeys(asOf).find((each) => each.id === id);
    return row && journey ? this.#journeyToApi(row, journey, asOf) : null;
  }

  /** The milestones of a journey by time, with each source's own word. */
  milestones(id: string, { asOf, ...query }: PagingAsOf): Page<ApiMilestone> | null {
    const journey = this.#journeys(asOf).find((each) => each.id === id);
    if (!journey) return null;
    const [skip] = after<[number]>(query) ?? [0];
    const found = journey.milestones.slice(skip, skip + query.limit + 1).map((m, i) => ({ m, next: skip + i + 1 }));
    return cutPage(
      found,
      query.limit,
      ({ m }) => milestoneWithSources(m),
      ({ next }) => [next],
    );
  }

  /** What has changed of the truth from one instant to another, by journey. */
  changes(since: number, { asOf, ...query }: PagingAsOf): Page<ApiChange> | null {
    if (!this.#row()) return null;
    const all = changesOfJourneys(this.#records.journeys(since), this.#journeys(asOf)).map(({ journeyId, change }) =>
      changeToApi(journeyId, change),
    );
    const [skip] = after<[number]>(query) ?? [0];
    const found = all.slice(skip, skip + query.limit + 1).map((change, i) => ({ change, next: skip + i + 1 }));
    return cutPage(
      found,
      query.limit,
      ({ change }) => change,
      ({ next }) => [next],
    );
  }

  #journeys(asOf?: number): Journey[] {
    return this.#records.journeys(asOf);
  }

  #journeyToApi({ memory }: ObjectRow, journey: Journey, asOf: number | undefined): ApiJourney {
    return journeyToApi(memory.state.number, journey, this.#factsOf(journey.id, asOf));
  }
}
