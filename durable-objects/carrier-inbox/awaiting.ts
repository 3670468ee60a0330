/**
 * What was said of shipments by their booking or transport document alone. It goes to every container that travels under
 * the name: to those that are known at once, and to each that joins later.
 */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { contentKey, shipmentNames } from '../../domain/journey/event.ts';
import type { Joined } from '../fleet-index/bookings.ts';
import { ingressKey } from './ingress-keys.ts';
import { type IngressEvent, indexOfOrigin, packEvents } from './pack.ts';
import { itemsOf, LETTER, type Receipts } from './receipts.ts';
import type { InboxStorage } from './storage.ts';

/** Deliveries of shipments that a connection may keep: beyond them the oldest make room. */
const AWAITING_MAX = 5_000;

/** Where a delivery is from. */
export interface Origin {
  tenantId: string;
  receipt: number;
  at: number;
  correlationId: string;
}

/** What was said of shipments, for one container. */
export interface Released extends Origin, Joined {
  events: IngressEvent[];
}

interface AwaitingRow extends Origin {
  id: number;
  events: IngressEvent[];
  waits: boolean;
}

/** What one inbox keeps of shipments. */
export class Awaiting {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;

  constructor(storage: InboxStorage, receipts: Receipts) {
    this.#storage = storage;
    this.#receipts = receipts;
  }

  /** Inside the transaction: keeps events under the names of their shipments; the keys of the oldest, which make room. */
  put(of: Origin, events: readonly IngressEvent[], waiting: ReadonlySet<number>): string[] {
    if (events.length === 0) return [];
    const byName = new Map<string, IngressEvent[]>();
    for (const event of events) {
      for (const name of event.kind === 'journey' ? shipmentNames(event) : []) {
        const share = `${waiting.has(event.index) ? 1 : 0}${name}`;
        byName.set(share, [...(byName.get(share) ?? []), event]);
      }
    }
    for (const [share, list] of byName) {
      for (const part of packEvents(list)) {
        this.#storage.sql.run(
          'INSERT INTO awaiting (tenant_id, name, receipt, at, correlation_id, waits, events) VALUES (?, ?, ?, ?, ?, ?, ?)',
          of.tenantId,
          share.slice(1),
          of.receipt,
          of.at,
          of.correlationId,
          Number(share[0]),
          JSON.stringify(part),
        );
      }
    }
    const [kept] = this.#storage.sql.run<{ n: number }>('SELECT count(*) AS n FROM awaiting');
    return kept!.n > AWAITING_MAX ? this.#discard(this.#rows('ORDER BY id LIMIT ?', kept!.n - AWAITING_MAX)) : [];
  }

  /**
   * Inside the transaction: what is kept of shipments, for containers that have joined them. What had waited for one does so
   * no more. That a container is told twice changes nothing of it.
   */
  release(joined: readonly Joined[]): Released[] {
    return joined
      .filter(({ claim }) => claim !== 'ignored')
      .flatMap((container) =>
        this.#rows('WHERE name = ? ORDER BY id', container.booking).map(({ id, waits, events, ...origin }) => {
          if (waits) this.#storage.sql.run('UPDATE awaiting SET waits = 0 WHERE id = ?', id);
          return { ...origin, ...container, events: events.map((event) => ofContainer(event, container.number)) };
        }),
      );
  }

  /** Names of which something came after an instant, or waits for a first container, by tenant. */
  names(after: number): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const rows = this.#storage.sql.run<{ tenant_id: string; name: string }>(
      'SELECT DISTINCT tenant_id, name FROM awaiting WHERE at > ?',
      after,
    );
    for (const { tenant_id: tenantId, name } of rows) found.set(tenantId, [...(found.get(tenantId) ?? []), name]);
    return found;
  }

  #discard(rows: readonly AwaitingRow[]): string[] {
    return rows.flatMap(({ id, receipt, events, waits }) => {
      this.#storage.sql.run('DELETE FROM awaiting WHERE id = ?', id);
      if (!waits) return [];
      const keys = events.map(ingressKey);
      this.#storage.forgetKeys(receipt, keys);
      this.#receipts.settle(receipt, itemsOf(events, LETTER.discarded), LETTER.unclaimed);
      return keys;
    });
  }

  #rows(rest: string, ...bindings: (string | number)[]): AwaitingRow[] {
    return this.#storage.sql
      .run<{
        id: number;
        tenant_id: string;
        receipt: number;
        at: number;
        correlation_id: string;
        waits: number;
        events: string;
      }>(`SELECT id, tenant_id, receipt, at, correlation_id, waits, events FROM awaiting ${rest}`, ...bindings)
      .map(({ tenant_id: tenantId, correlation_id: correlationId, events, waits, ...row }) => {
        const list = JSON.parse(events) as TelemetryMessage['events'];
        const indexed = list.map((event): IngressEvent => ({ ...event, index: indexOfOrigin(event.origin) }));
        return { ...row, tenantId, correlationId, waits: waits === 1, events: indexed };
      });
  }
}

/** What was said of a shipment, as said of one of its containers. */
function ofContainer(event: IngressEvent, container: string): IngressEvent {
  return event.kind === 'journey' ? { ...event, container, key: contentKey({ ...event, container }) } : event;
}
