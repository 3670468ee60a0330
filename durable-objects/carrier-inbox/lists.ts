/** Messages of a connection that failed every time. */
import { after, cutPage, type Paging } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import type { DeadLetter } from '../../contracts/tracking/connections.ts';
import { toInstant } from '../../platform/instants.ts';
import { receiptId } from './receipts.ts';
import type { InboxStorage } from './storage.ts';

/** Parked messages, oldest first. */
export function deadLetters(storage: InboxStorage, connectionId: string, query: Paging): Page<DeadLetter> {
  const [last] = after<[number]>(query) ?? [0];
  const found = storage.dispatches.parkedRows(last, query.limit + 1);
  const toApi = ({ id, receipt, parkedAt, ...row }: (typeof found)[number]): DeadLetter => ({
    ...row,
    parkedAt: toInstant(parkedAt),
    id: `${connectionId}-${id}`,
    connectionId,
    receiptId: receiptId(connectionId, receipt),
  });
  return cutPage(found, query.limit, toApi, ({ id }) => [id]);
}
