/** Refused items of a connection with their raw text. */
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { QuarantinedItem } from '../../contracts/tracking/connections.ts';
import type { RejectedItem } from '../../contracts/tracking/events.ts';
import { toInstant } from '../../platform/instants.ts';
import { QUARANTINE_KEPT } from '../../platform/limits.ts';
import type { Sql } from '../kit/sql.ts';
import { receiptId } from './receipts.ts';

/** Ids follow from the receipt's number and the item's place in it. */
const ITEM_SPAN = 8_192;

/** Keeps the refused items of a receipt; the oldest beyond what is kept make room. */
export function quarantine(sql: Sql, receipt: number, items: (RejectedItem & { raw: string })[], at: number): void {
  for (const item of items) {
    sql.run(
      'INSERT INTO quarantine (id, receipt, item, pointer, code, detail, raw, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      receipt * ITEM_SPAN + item.index,
      receipt,
      item.index,
      item.pointer,
      item.code,
      item.detail,
      item.raw,
      at,
    );
  }
  if (items.length === 0) return;
  const oldest = 'SELECT id FROM quarantine ORDER BY id DESC LIMIT 1 OFFSET ?';
  sql.run(`DELETE FROM quarantine WHERE id <= (${oldest})`, QUARANTINE_KEPT);
}

type Row = Omit<QuarantinedItem, 'receiptId' | 'at' | 'index'> & { receipt: number; at: number; item: number };

/** Refused items, newest first. */
export function quarantined(sql: Sql, connectionId: string, query: Paging): Page<QuarantinedItem> {
  const [before] = after<[number]>(query) ?? [Number.MAX_SAFE_INTEGER];
  const found = sql.run<{ [K in keyof Row]: Row[K] }>(
    'SELECT id, receipt, item, pointer, code, detail, raw, at FROM quarantine WHERE id < ? ORDER BY id DESC LIMIT ?',
    before,
    query.limit + 1,
  );
  const toApi = ({ receipt, at, item, ...row }: Row): QuarantinedItem => ({
    ...row,
    index: item,
    at: toInstant(at),
    receiptId: receiptId(connectionId, receipt),
  });
  return cutPage(found, query.limit, toApi, ({ id }) => [id]);
}
