/** What goes on while the platform is killed: positions, milestones and bookings, each posted until it is answered. */
import { randomUUID } from 'node:crypto';
import { checkDigit } from '../../domain/identifiers/iso6346.ts';
import { type ApiClient, postSigned } from '../../scripts/support/api.ts';
import type { TestConnection } from '../support/deliveries.ts';
import { pause, reachable } from '../support/fixtures.ts';

/** What the load is put on. */
export interface Target {
  origin: string;
  api: ApiClient;
  positions: TestConnection;
  events: TestConnection;
  allocationId: string;
  containers: readonly string[];
}

/** A milestone that was answered 202. */
export interface PostedMilestone {
  number: string;
  milestone: 'arrived' | 'departed';
  location: string;
  at: string;
}

/** A booking that was asked for; `id` once it was answered. */
export interface PostedBooking {
  key: string;
  containers: string[];
  id: string | null;
}

/** What was answered, and so must be there. */
export interface Posted {
  /** Instants of the positions of each container. */
  positions: Map<string, Set<string>>;
  milestones: PostedMilestone[];
  bookings: PostedBooking[];
  receipts: string[];
}

/** Ports on the way from Shanghai to Rotterdam and back: a container goes to and fro. */
const PORTS = ['CNSHA', 'SGSIN', 'LKCMB', 'EGPSD', 'GRPIR', 'ESALG', 'NLRTM', 'DEHAM'];
/** Steps of a journey: its bound on statements lies far above. */
const STEPS_MAX = 120;
const HOUR_MS = 3_600_000;
const BATCH = 5;
/** A breath between two requests of one kind: the kills matter, not the load. */
const BREATH_MS = 15;
/** Long enough ago that all of a journey is over: what is said to have happened tomorrow has not been reached. */
const FIRST = Date.UTC(2025, 5, 1);

/** A container number of the crash test's own. */
export function numberOf(owner: string, n: number): string {
  const ten = `${owner}${String(n).padStart(6, '0')}`;
  return ten + checkDigit(ten);
}

/** The load: begun once, it goes on through every kill until it is stopped. */
export class Load {
  readonly posted: Posted = { positions: new Map(), milestones: [], bookings: [], receipts: [] };
  readonly #target: Target;
  readonly #running: Promise<void>[];
  #stopped = false;
  #minute = 0;
  #step = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#running = [this.#postPositions(), this.#postMilestones(), this.#book()];
  }

  /** Ends it; resolves when what was begun has been answered. */
  async stop(): Promise<Posted> {
    this.#stopped = true;
    await Promise.all(this.#running);
    return this.posted;
  }

  async #postPositions(): Promise<void> {
    while (!this.#stopped) {
      const at = new Date(FIRST + this.#minute++ * 60_000).toISOString();
      const { containers, positions } = this.#target;
      const items = containers.map((container, n) => ({
        container,
        time: at,
        latitude: 10 + n + this.#minute / 10_000,
        longitude: 70,
      }));
      await this.#deliver(positions, items);
      for (const container of containers) {
        const instants = this.posted.positions.get(container) ?? new Set();
        this.posted.positions.set(container, instants.add(at));
      }
      await pause(BREATH_MS);
    }
  }

  async #postMilestones(): Promise<void> {
    const { containers, events } = this.#target;
    while (!this.#stopped && this.#step < STEPS_MAX * containers.length) {
      const batch = Array.from({ length: BATCH }, () => this.#next());
      await this.#deliver(events, batch.map(toEvent));
      this.posted.milestones.push(...batch);
      await pause(BREATH_MS);
    }
  }

  /** Each container in turn departs from a port, and arrives at the next one five days later. */
  #next(): PostedMilestone {
    const { containers } = this.#target;
    const step = Math.floor(this.#step / containers.length);
    const number = containers[this.#step++ % containers.length]!;
    const leg = Math.floor(step / 2);
    const departs = step % 2 === 0;
    const at = FIRST + (leg * 144 + (departs ? 0 : 120)) * HOUR_MS;
    return {
      number,
      milestone: departs ? 'departed' : 'arrived',
      location: PORTS[(leg + (departs ? 0 : 1)) % PORTS.length]!,
      at: new Date(at).toISOString(),
    };
  }

  async #book(): Promise<void> {
    const { allocationId, origin, api } = this.#target;
    for (let n = 0; !this.#stopped; n++) {
      const booking: PostedBooking = {
        key: randomUUID(),
        containers: n % 3 === 0 ? [numberOf('CRBU', n)] : [],
        id: null,
      };
      this.posted.bookings.push(booking);
      // The same key until it is answered: whether the one before was carried out is for the platform to know.
      for (;;) {
        const body = { allocationId, quantity: 1, reference: booking.key, containers: booking.containers };
        const answer = await api
          .call('POST', '/v1/bookings', body, { 'idempotency-key': booking.key })
          .catch(() => reachable(origin).then(() => null));
        if (answer?.status === 201) {
          booking.id = answer.body.id;
          break;
        }
        await pause();
      }
      await pause(BREATH_MS);
    }
  }

  /** Posts a delivery until it is answered 202: what was cut off may have been stored, and is posted again. */
  async #deliver(connection: TestConnection, items: object[]): Promise<void> {
    const { origin } = this.#target;
    const body = JSON.stringify(items);
    for (;;) {
      const answer = await postSigned(origin, connection, body).catch(() => reachable(origin).then(() => null));
      if (answer?.status === 202) {
        this.posted.receipts.push(answer.body.receiptId);
        return;
      }
      await pause();
    }
  }
}

function toEvent({ number, milestone, location, at }: PostedMilestone): object {
  return {
    eventType: 'TRANSPORT',
    transportEventTypeCode: milestone === 'arrived' ? 'ARRI' : 'DEPA',
    eventClassifierCode: 'ACT',
    transportCall: { UNLocationCode: location },
    references: [{ referenceType: 'EQ', referenceValue: number }],
    eventDateTime: at,
    eventCreatedDateTime: at,
  };
}
