/** Receipts, quarantine and dead letters: what became of what carriers posted. */
import type { Actor } from '../../contracts/actor.ts';
import { ok, type Page, type Result } from '../../contracts/result.ts';
import type { Connection, DeadLetter, QuarantinedItem, Receipt } from '../../contracts/tracking.ts';
import { carrierInbox } from '../../durable-objects/stubs.ts';
import { notFound, refuse } from '../../platform/service.ts';
import { getConnection } from './connections.ts';
import type { Env } from './env.ts';

type Query = { cursor?: string | undefined; limit: number };

/** `con_...-42` names the 42nd receipt (or message) of a connection. */
function splitId(id: string): { connectionId: string; number: number } | null {
  const match = /^(con_[0-9a-z]{26})-(\d{1,15})$/.exec(id);
  return match ? { connectionId: match[1]!, number: Number(match[2]) } : null;
}

/** The tenant's connection, whatever the actor may see of connections otherwise. */
async function ownConnection(env: Env, actor: Actor, id: string): Promise<Result<Connection>> {
  return getConnection(env, { ...actor, kind: 'system', roles: ['system'], scopes: null }, id);
}

/** What became of a delivery. */
export async function getReceipt(env: Env, actor: Actor, id: string): Promise<Result<Receipt>> {
  const refused = refuse(actor, 'receipts:read');
  if (refused) return refused;
  const parts = splitId(id);
  if (!parts || !(await ownConnection(env, actor, parts.connectionId)).ok) return notFound('receipt');
  const receipt = await carrierInbox(env, parts.connectionId).receipt(parts.number);
  return receipt ? ok(receipt) : notFound('receipt');
}

/** Refused items of a connection with their raw text. */
export async function listQuarantine(
  env: Env,
  actor: Actor,
  connectionId: string,
  query: Query,
): Promise<Result<Page<QuarantinedItem>>> {
  const refused = refuse(actor, 'receipts:read');
  if (refused) return refused;
  const connection = await ownConnection(env, actor, connectionId);
  return connection.ok ? ok(await carrierInbox(env, connectionId).quarantine(query)) : connection;
}

/** Parked messages of a connection. */
export async function listDeadLetters(
  env: Env,
  actor: Actor,
  connectionId: string,
  query: Query,
): Promise<Result<Page<DeadLetter>>> {
  const refused = refuse(actor, 'dead-letters:manage');
  if (refused) return refused;
  const connection = await ownConnection(env, actor, connectionId);
  return connection.ok ? ok(await carrierInbox(env, connectionId).deadLetters(query)) : connection;
}

/** Replays or discards a parked message. */
export async function settleDeadLetter(
  env: Env,
  actor: Actor,
  id: string,
  action: 'replay' | 'discard',
): Promise<Result<{ id: string; action: string }>> {
  const refused = refuse(actor, 'dead-letters:manage');
  if (refused) return refused;
  const parts = splitId(id);
  if (!parts || !(await ownConnection(env, actor, parts.connectionId)).ok) return notFound('dead letter');
  const settled = await carrierInbox(env, parts.connectionId).settleDeadLetter(parts.number, action);
  return settled ? ok({ id, action }) : notFound('dead letter');
}
