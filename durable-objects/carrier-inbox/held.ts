/** What was said of numbers that nobody has registered: kept as it came, until somebody claims them or wants none of it. */
import { ingressKey } from './ingress-keys.ts';
import { type IngressEvent, indexOfOrigin, type Pack, packEvents, packOf } from './pack.ts';
import { itemsOf, LETTER, type Receipts } from './receipts.ts';
import { type DispatchRow, releasedIdOf } from './dispatches.ts';
import type { InboxStorage } from './storage.ts';

/** Deliveries of numbers that a connection may hold: beyond them the oldest make room. */
const HELD_MAX = 5_000;
const ALL = Number.MAX_SAFE_INTEGER;

interface HeldRow {
  id: number;
  tenantId: string;
  number: string;
  receipt: number;
  correlationId: string;
  pack: Pack;
}

/** What leaves of a delivery and what is held of it; of ignored numbers neither. Sets the letters of the items. */
export function sortByClaim(
  news: readonly IngressEvent[],
  { unclaimed, ignored }: { unclaimed?: ReadonlySet<string>; ignored?: ReadonlySet<string> },
  letters: string[],
): { leaving: IngressEvent[]; held: IngressEvent[] } {
  const leaving = news.filter(({ container }) => !unclaimed?.has(container));
  const others = news.filter(({ container }) => unclaimed?.has(container));
  const held = others.filter(({ container }) => !ignored?.has(container));
  const goes = new Set(leaving.map(({ origin }) => origin));
  for (const { container, origin } of others) {
    // An item may be about several containers: it is on its way as long as one of them is tracked.
    if (goes.has(origin) || letters[indexOfOrigin(origin)] === undefined) continue;
    letters[indexOfOrigin(origin)] = ignored?.has(container) ? LETTER.discarded : LETTER.unclaimed;
  }
  return { leaving, held };
}

/** What one inbox holds. */
export class Held {
  readonly #storage: InboxStorage;
  readonly #receipts: Receipts;
  readonly #connectionId: string;

  constructor(storage: InboxStorage, receipts: Receipts, connectionId: string) {
    this.#storage = storage;
    this.#receipts = receipts;
    this.#connectionId = connectionId;
  }

  /** Inside the transaction: holds the events of a delivery, by number; the keys of the oldest, which make room. */
  put(
    of: { tenantId: string; receipt: number; at: number; correlationId: string },
    events: readonly IngressEvent[],
  ): string[] {
    if (events.length === 0) return [];
    const byNumber = new Map<string, IngressEvent[]>();
    for (const event of events) {
      const list = byNumber.get(event.container);
      if (list) list.push(event);
      else byNumber.set(event.container, [event]);
    }
    // In parts of a message's size: as such they leave one day.
    const parts = [...byNumber].flatMap(([number, list]) => packEvents(list).map((part) => [number, part] as const));
    for (const [number, list] of parts) {
      this.#storage.sql.run(
        'INSERT INTO held (tenant_id, number, receipt, at, correlation_id, events) VALUES (?, ?, ?, ?, ?, ?)',
        of.tenantId,
        number,
        of.receipt,
        of.at,
        of.correlationId,
        list.json,
      );
    }
    const [held] = this.#storage.sql.run<{ n: number }>('SELECT count(*) AS n FROM held');
    return held!.n > HELD_MAX ? this.#discard(this.#rows('ORDER BY id LIMIT ?', held!.n - HELD_MAX)) : [];
  }

  /** Inside the transaction: what is held of numbers becomes messages. */
  release(numbers: readonly string[], now: number): DispatchRow[] {
    return numbers
      .flatMap((number) => this.#rows('WHERE number = ? ORDER BY id LIMIT ?', number, ALL))
      .map((row) => {
        this.#drop(row.id);
        this.#receipts.settle(row.receipt, itemsOf(row.pack.events, LETTER.queued), LETTER.unclaimed);
        const message = { id: releasedIdOf(row.id), receipt: row.receipt, pack: row.pack, now };
        return this.#storage.dispatches.add({ ...row, connectionId: this.#connectionId }, message);
      });
  }

  /** Inside the transaction: drops what is held of a number; its keys, so that it may be posted again. */
  purge(number: string): string[] {
    return this.#discard(this.#rows('WHERE number = ? ORDER BY id LIMIT ?', number, ALL));
  }

  /** Numbers of which something is held, by tenant. */
  numbers(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const rows = this.#storage.sql.run<{ tenant_id: string; number: string }>(
      'SELECT DISTINCT tenant_id, number FROM held',
    );
    for (const { tenant_id: tenantId, number } of rows) found.set(tenantId, [...(found.get(tenantId) ?? []), number]);
    return found;
  }

  #discard(rows: readonly HeldRow[]): string[] {
    return rows.flatMap(({ id, receipt, pack: { events } }) => {
      const keys = events.map(ingressKey);
      this.#drop(id);
      this.#storage.forgetKeys(receipt, keys);
      this.#receipts.settle(receipt, itemsOf(events, LETTER.discarded), LETTER.unclaimed);
      return keys;
    });
  }

  #drop(id: number): void {
    this.#storage.sql.run('DELETE FROM held WHERE id = ?', id);
  }

  #rows(rest: string, ...bindings: (string | number)[]): HeldRow[] {
    return this.#storage.sql
      .run<{ id: number; tenant_id: string; number: string; receipt: number; correlation_id: string; events: string }>(
        `SELECT id, tenant_id, number, receipt, correlation_id, events FROM held ${rest}`,
        ...bindings,
      )
      .map(({ tenant_id: tenantId, correlation_id: correlationId, events, ...row }) => {
        return { ...row, tenantId, correlationId, pack: packOf(events) };
      });
  }
}
