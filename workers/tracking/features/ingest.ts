/** The ingress: adapter, containers by their names, contract check, then the inbox. */
import { type Answer, type Failure, type Fault, fail, notFound } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { IngestAnswer } from '../../../contracts/tracking/connections.ts';
import { RECEIPT_WARNINGS_MAX, type RejectedItem } from '../../../contracts/tracking/events.ts';
import type { Delivery } from '../../../durable-objects/carrier-inbox/delivery.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { clockFrom } from '../../../platform/clock.ts';
import { INGEST_ITEMS_MAX, QUARANTINE_RAW_MAX_CHARS } from '../../../platform/limits.ts';
import { errorText, isSampled, loggerFor } from '../../../platform/log.ts';
import type { AdaptedItem, AdapterResult } from '../adapters/adapter.ts';
import { rawBody, readBodyText } from '../adapters/body-text.ts';
import { ADAPTERS } from '../adapters/registry.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { connectionToApi, findConnection } from './connections.ts';
import { checkItems, lookUp, rawText } from './ingest-items.ts';
import { releaseClaimed } from './unclaimed.ts';

/** What of a delivery follows from its connection. */
type Standing = 'securityVersion' | 'receivedAt' | 'history';

/** Takes a verified delivery in. 2xx only after the inbox has it durably. */
export async function ingest({ env, scope, input }: For<'ingest'>): Promise<Answer<IngestAnswer>> {
  const { connection } = input;
  if (scope.tenantId !== connection.tenantId || scope.subject !== connection.id) {
    return fail('forbidden', 'Only the connection itself may deliver');
  }
  return takeIn(env, scope, input);
}

/** Takes a file in as a delivery of a connection; that of a disabled connection is none. */
export async function uploadFile({ env, scope, input }: For<'uploadFile'>): Promise<Answer<IngestAnswer>> {
  const row = await findConnection(env, scope, input.id);
  if (!row || row.status !== 'active') return notFound('active connection');
  const connection = { ...connectionToApi(row), securityVersion: row.securityVersion };
  const { contentType, text } = input;
  return takeIn(env, scope, { connection, contentType, body: new TextEncoder().encode(text) });
}

type Taken = For<'ingest'>['input'];

async function takeIn(
  env: Env,
  scope: Pick<Scope, 'correlationId'>,
  { connection, contentType, body }: Taken,
): Promise<Answer<IngestAnswer>> {
  const fields = { correlationId: scope.correlationId, tenantId: connection.tenantId, connectionId: connection.id };
  const log = loggerFor('tracking', env.LOG_LEVEL);
  const receivedAt = clockFrom(env.DEMO_CLOCK).now();
  const { history } = connection.options;
  const accept = (kept: Omit<Delivery, 'tenantId' | 'connectionId' | 'correlationId' | Standing>) =>
    carrierInbox(env, connection.id).accept({
      ...fields,
      securityVersion: connection.securityVersion,
      receivedAt,
      history,
      ...kept,
    });
  const read = readBodyText(body);
  const encoding = 'warning' in read && read.warning ? [encodingWarning(read.warning)] : [];
  const adapted =
    'unreadable' in read
      ? read
      : ADAPTERS[connection.format].parse(read.text, contentType, {
          carrierId: connection.carrierId,
          connectionId: connection.id,
          options: connection.options,
          now: receivedAt,
          report: (index, error) => log('error', 'item.defect', { ...fields, index, error: errorText(error) }),
        });
  const items = itemsOf(adapted);
  if (!Array.isArray(items)) {
    // Signed, so it is the carrier's: what it said is kept before it is refused.
    const raw = 'text' in read ? rawText(read.text) : rawBody(body, QUARANTINE_RAW_MAX_CHARS);
    const fault = { index: 0, pointer: '', ...items };
    const kept = await accept({ items: 1, events: [], rejected: [{ ...fault, raw }], warnings: encoding });
    return kept.ok ? refusedWhole('The body cannot be taken', [fault], kept.value.receiptId) : kept;
  }
  const count = items.length;
  const known = await lookUp(env, { ...fields, now: receivedAt, awaits: history === 'events' }, items);
  const { events, shipments, waiting, rejected, warnings } = checkItems(items, known);
  const kept = [...encoding, ...warnings].slice(0, RECEIPT_WARNINGS_MAX);
  const { unclaimed, ignored } = known;
  const answer = await accept({
    items: count,
    events,
    shipments,
    waiting,
    rejected,
    warnings: kept,
    unclaimed,
    ignored,
  });
  // Somebody may have registered it meanwhile.
  if (answer.ok && unclaimed.size > 0) await releaseClaimed(env, connection.tenantId, [...unclaimed]);
  const counts = { items: count, rejected: rejected.length, warnings: warnings.length };
  const isUsual = answer.ok && rejected.length === 0;
  if (!isUsual || isSampled(scope.correlationId, env.LOG_SAMPLE)) {
    log('info', 'delivery.received', { ...fields, ...counts, outcome: answer.ok ? 'stored' : answer.code });
  }
  if (answer.ok && events.length + waiting.size === 0) {
    return refusedWhole('No item of the delivery is acceptable', rejected, answer.value.receiptId);
  }
  return answer;
}

/** The items of a body, or why nothing of it can be taken. */
function itemsOf(adapted: AdapterResult): AdaptedItem[] | Omit<Fault, 'pointer'> {
  if ('unreadable' in adapted) return { code: 'body.unreadable', detail: adapted.unreadable };
  const count = adapted.items.length;
  if (count === 0) return { code: 'body.empty', detail: 'The delivery holds no items' };
  if (count <= INGEST_ITEMS_MAX) return adapted.items;
  const detail = `A delivery may hold ${INGEST_ITEMS_MAX} items, this one holds ${count}`;
  return { code: 'body.too_many_items', detail };
}

const encodingWarning = (detail: string): RejectedItem => ({ index: 0, pointer: '', code: 'body.encoding', detail });

/** The refusal of a delivery of which nothing could be taken, with where it is kept. */
function refusedWhole(detail: string, rejected: RejectedItem[], receiptId: string): Failure {
  return fail('nothing_acceptable', detail, {
    faults: rejected
      .slice(0, 100)
      .map(({ index, pointer, code, detail: why }) => ({ pointer: `/${index}${pointer}`, code, detail: why })),
    extra: { receiptId },
  });
}
