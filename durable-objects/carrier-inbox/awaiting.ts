/**
 * What was said of shipments by their booking or transport document alone. It goes to every container that travels under
 * the name: to those that are known at once, and to each that joins later.
 */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { contentKey, shipmentNames } from '../../domain/journey/event.ts';
import type { Joined } from '../fleet-index/bookings.ts';
import { ingressKey } from './ingress-keys.ts';
import { type IngressEvent, indexOfOrigin } from './pack.ts';
import { itemsOf, LETTER, type Receipts } from './receipts.ts';
import type { InboxStorage } from './storage.ts';

/** Events of shipments that a connection may keep, once for each name: beyond them the oldest make room. */
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
  event: IngressEvent;
  waits: boolean;
  /** Containers that it has gone to. */
  told: string[];
}

/** What one inbox keeps of shipments. */
export class Awaiting {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;

  constructor(storage: InboxStorage, receipts: Receipts) {
    this.#storage = storage;
    this.#receipts = receipts;
  }

  /**
   * Inside the transaction: keeps events under the names of their shipments; the keys of the oldest, which make room. `told` are
   * the events as they went to the containers that are known.
   */
  put(of: Origin, events: readonly IngressEvent[], told: readonly IngressEvent[]): string[] {
    if (events.length === 0) return [];
    const containers = new Map<number, Set<string>>();
    for (const { index, container } of told) {
      const own = containers.get(index);
      if (own) own.add(container);
      else containers.set(index, new Set([container]));
    }
    for (const event of events) {
      const known = [...(containers.get(event.index) ?? [])];
      for (const name of event.kind === 'journey' ? shipmentNames(event) : []) {
        const { index: _index, ...kept } = event;
        this.#storage.sql.run(
          `INSERT INTO awaiting (tenant_id, name, receipt, at, correlation_id, waits, told, event)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          of.tenantId,
          name,
          of.receipt,
          of.at,
          of.correlationId,
          known.length === 0 ? 1 : 0,
          JSON.stringify(known),
          JSON.stringify(kept),
        );
      }
    }
    // Only the oldest ever go, so that the ids have no gaps: no row need be counted.
    const [kept] = this.#storage.sql.run<{ n: number }>(
      'SELECT (SELECT max(id) FROM awaiting) - (SELECT min(id) FROM awaiting) + 1 AS n',
    );
    return kept!.n > AWAITING_MAX ? this.#discard(this.#rows('ORDER BY id LIMIT ?', kept!.n - AWAITING_MAX)) : [];
  }

  /**
   * Inside the transaction: what is kept of shipments, for containers that have joined them and have not been told of it, as
   * much as is asked for. What had waited for a container does so no more.
   */
  release(joined: readonly Joined[], limit: number): Released[] {
    const released: Released[] = [];
    for (const container of joined) {
      if (container.claim === 'ignored') continue;
      const rest = 'WHERE name = ? AND NOT EXISTS (SELECT 1 FROM json_each(told) WHERE value = ?) ORDER BY id LIMIT ?';
      for (const row of this.#rows(rest, container.booking, container.number, limit - released.length)) {
        const { id, told, event, waits: _waits, ...origin } = row;
        this.#storage.sql.run(
          'UPDATE awaiting SET waits = 0, told = ? WHERE id = ?',
          JSON.stringify([...told, container.number]),
          id,
        );
        released.push({ ...origin, ...container, events: [ofContainer(event, container.number)] });
      }
      if (released.length >= limit) break;
    }
    return released;
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
    return rows.flatMap(({ id, receipt, event, waits }) => {
      this.#storage.sql.run('DELETE FROM awaiting WHERE id = ?', id);
      if (!waits) return [];
      const keys = [ingressKey(event)];
      this.#storage.forgetKeys(receipt, keys);
      this.#receipts.settle(receipt, itemsOf([event], LETTER.discarded), LETTER.unclaimed);
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
        told: string;
        event: string;
      }>(`SELECT id, tenant_id, receipt, at, correlation_id, waits, told, event FROM awaiting ${rest}`, ...bindings)
      .map(({ tenant_id: tenantId, correlation_id: correlationId, event, told, waits, ...row }) => {
        const said = JSON.parse(event) as TelemetryMessage['events'][number];
        const indexed: IngressEvent = { ...said, index: indexOfOrigin(said.origin) };
        return {
          ...row,
          tenantId,
          correlationId,
          waits: waits === 1,
          told: JSON.parse(told) as string[],
          event: indexed,
        };
      });
  }
}

/** What was said of a shipment, as said of one of its containers. */
function ofContainer(event: IngressEvent, container: string): IngressEvent {
  return event.kind === 'journey' ? { ...event, container, key: contentKey({ ...event, container }) } : event;
}
