/** Receipts, quarantine and dead letters: what became of what carriers posted. */
import { type Answer, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { DeadLetter, QuarantinedItem, Receipt } from '../../../contracts/tracking/connections.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import type { For } from '../request.ts';
import { isOwnConnection } from './connections.ts';

/** `con_...-42` names the 42nd receipt (or message) of a connection. */
function splitId(id: string): { connectionId: string; number: number } | null {
  const match = /^(con_[0-9a-z]{26})-(\d{1,15})$/.exec(id);
  return match ? { connectionId: match[1]!, number: Number(match[2]) } : null;
}

/** What became of a delivery. */
export async function getReceipt({ env, scope, input }: For<'getReceipt'>): Promise<Answer<Receipt>> {
  const parts = splitId(input.id);
  if (!parts || !(await isOwnConnection(env, scope, parts.connectionId))) return notFound('receipt');
  const receipt = await carrierInbox(env, parts.connectionId).receipt(parts.number);
  return receipt ? ok(receipt) : notFound('receipt');
}

/** Refused items of a connection with their raw text. */
export async function listQuarantine({
  env,
  scope,
  input: { connectionId, ...paging },
}: For<'listQuarantine'>): Promise<Answer<Page<QuarantinedItem>>> {
  if (!(await isOwnConnection(env, scope, connectionId))) return notFound('connection');
  return ok(await carrierInbox(env, connectionId).quarantine(paging));
}

/** Parked messages of a connection. */
export async function listDeadLetters({
  env,
  scope,
  input: { connectionId, ...paging },
}: For<'listDeadLetters'>): Promise<Answer<Page<DeadLetter>>> {
  if (!(await isOwnConnection(env, scope, connectionId))) return notFound('connection');
  return ok(await carrierInbox(env, connectionId).deadLetters(paging));
}

/** Sends a parked message through again. */
export async function replayDeadLetter(request: For<'replayDeadLetter'>): Promise<Answer<Settled>> {
  return settle(request, 'replay');
}

/** Drops a parked message for good. */
export async function discardDeadLetter(request: For<'discardDeadLetter'>): Promise<Answer<Settled>> {
  return settle(request, 'discard');
}

interface Settled {
  id: string;
  action: 'replay' | 'discard';
}

async function settle(
  { env, scope, input: { id }, now }: For<'replayDeadLetter'>,
  action: Settled['action'],
): Promise<Answer<Settled>> {
  const parts = splitId(id);
  if (!parts || !(await isOwnConnection(env, scope, parts.connectionId))) return notFound('dead letter');
  const object = { type: 'dead_letter' as const, id };
  const done = { organisationId: scope.tenantId, action: `dead_letter.${action}_asked`, object };
  await recordAsked(env, scope, done, now);
  const settled = await carrierInbox(env, parts.connectionId).settleDeadLetter(parts.number, action);
  return settled ? ok({ id, action }) : notFound('dead letter');
}
