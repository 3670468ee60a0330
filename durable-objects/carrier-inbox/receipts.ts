/** Receipts: what became of every item of a delivery, a letter an item. */
import type { Receipt } from '../../contracts/tracking/connections.ts';
import type { ItemOutcome } from '../../contracts/tracking/events.ts';
import { toInstant } from '../../platform/instants.ts';
import { JOURNEY_EVENTS_MAX } from '../../platform/limits.ts';
import { indexOfOrigin } from './pack.ts';
import type { InboxStorage, ReceiptRow } from './storage.ts';

/** The letters of a receipt's outcomes. */
export const LETTER: Record<ItemOutcome, string> = {
  queued: 'q',
  applied: 'a',
  duplicate: 'd',
  rejected: 'r',
  parked: 'p',
  discarded: 'x',
  unclaimed: 'u',
};
const OUTCOME = Object.fromEntries(Object.entries(LETTER).map(([k, v]) => [v, k])) as Record<string, ItemOutcome>;

/** A receipt's id names its connection, so that it can be found without a directory of receipts. */
export function receiptId(connectionId: string, seq: number): string {
  return `${connectionId}-${seq}`;
}

/** What became of an event in its container; `refused` when its journey has no room for it. */
export type Outcome = [origin: number, outcome: 'applied' | 'duplicate' | 'refused'];

/** The letter of an event's item. */
export function letterOf([origin, outcome]: Outcome): [index: number, letter: string] {
  return [indexOfOrigin(origin), outcome === 'refused' ? LETTER.rejected : LETTER[outcome]];
}

/** What the answer to a delivery says of its items. */
export function tally(outcomes: string): { accepted: number; duplicates: number; unclaimed: number } {
  const count = (letter: string): number => outcomes.split(letter).length - 1;
  return { accepted: count(LETTER.queued), duplicates: count(LETTER.duplicate), unclaimed: count(LETTER.unclaimed) };
}

/** The items of events, each with a letter. */
export const itemsOf = (events: readonly { origin: number }[], letter: string): [index: number, letter: string][] =>
  events.map(({ origin }) => [indexOfOrigin(origin), letter]);

/** Why an item is refused after it was taken in. */
const JOURNEY_FULL = {
  pointer: '',
  code: 'journey.full',
  detail: `Its journey holds ${JOURNEY_EVENTS_MAX} events, which is all that one may hold`,
};

/** The receipts of a connection. */
export class Receipts {
  readonly #storage: InboxStorage;

  constructor(storage: InboxStorage) {
    this.#storage = storage;
  }

  /** A receipt, or null. */
  read(connectionId: string, seq: number): Receipt | null {
    const row = this.#storage.receipt(seq);
    if (!row) return null;
    const counts: Receipt['counts'] = {
      applied: 0,
      duplicate: 0,
      queued: 0,
      rejected: 0,
      parked: 0,
      discarded: 0,
      unclaimed: 0,
    };
    const items = [...row.outcomes].map((letter, index) => ({ index, outcome: OUTCOME[letter]! }));
    for (const { outcome } of items) counts[outcome]++;
    return {
      id: receiptId(connectionId, seq),
      receivedAt: toInstant(row.receivedAt),
      settled: counts.queued === 0,
      counts,
      items,
      rejected: row.rejected,
      warnings: row.warnings,
    };
  }

  /** Sets items' letters; a final one stays (of an item with several containers, "applied" wins). */
  settle(seq: number, items: [index: number, letter: string][], from: string = LETTER.queued): void {
    const row = this.#storage.receipt(seq);
    if (!row) return;
    const outcomes = settled(row.outcomes, items, from);
    if (outcomes === row.outcomes) return;
    this.#storage.setOutcomes(seq, outcomes);
    this.#noteRefused(seq, row, outcomes);
  }

  /** Sets the letters of a message that stood in the receipt's row and has arrived: one write. */
  close(seq: number, items: [index: number, letter: string][]): void {
    const row = this.#storage.receipt(seq);
    if (!row) return;
    const outcomes = settled(row.outcomes, items, LETTER.queued);
    this.#storage.closeReceipt(seq, outcomes);
    this.#noteRefused(seq, row, outcomes);
  }

  #noteRefused(seq: number, row: ReceiptRow, outcomes: string): void {
    const refused = [...outcomes].flatMap((letter, index) =>
      letter === LETTER.rejected && row.outcomes[index] !== letter ? [{ index, ...JOURNEY_FULL }] : [],
    );
    if (refused.length > 0) this.#storage.setRejected(seq, [...row.rejected, ...refused]);
  }
}

/** Outcomes with the letters of some items, where these may still change. */
function settled(outcomes: string, items: readonly [index: number, letter: string][], from: string): string {
  const letters = [...outcomes];
  for (const [index, letter] of items) {
    const before = letters[index];
    const open = before === from || before === LETTER.parked;
    if (open || (letter === LETTER.applied && before === LETTER.duplicate)) letters[index] = letter;
  }
  return letters.join('');
}
