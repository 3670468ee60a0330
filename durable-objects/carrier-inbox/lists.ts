/** What of a connection could not be taken in: refused items, and messages that failed every time. */
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { DeadLetter, QuarantinedItem } from '../../contracts/tracking/connections.ts';
import { toInstant } from '../../platform/instants.ts';
import { receiptId } from './receipts.ts';
import type { InboxStorage } from './storage.ts';

/** Refused items with their raw text, newest first. */
export function quarantined(storage: InboxStorage, connectionId: string, query: Paging): Page<QuarantinedItem> {
  const [before] = after<[number]>(query) ?? [Number.MAX_SAFE_INTEGER];
  const found = storage.quarantined(before, query.limit + 1);
  const toApi = ({ receipt, at, ...item }: (typeof found)[number]): QuarantinedItem => ({
    ...item,
    at: toInstant(at),
    receiptId: receiptId(connectionId, receipt),
  });
  return cutPage(found, query.limit, toApi, ({ id }) => [id]);
}

/** Parked messages, oldest first. */
export function deadLetters(storage: InboxStorage, connectionId: string, query: Paging): Page<DeadLetter> {
  const [last] = after<[number]>(query) ?? [0];
  const found = storage.parkedRows(last, query.limit + 1);
  const toApi = ({ id, receipt, parkedAt, ...row }: (typeof found)[number]): DeadLetter => ({
    ...row,
    parkedAt: toInstant(parkedAt),
    id: `${connectionId}-${id}`,
    connectionId,
    receiptId: receiptId(connectionId, receipt),
  });
  return cutPage(found, query.limit, toApi, ({ id }) => [id]);
}
