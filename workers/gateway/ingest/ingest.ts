/**
 * The ingress for carriers' webhooks: limits before the body is read, the signature over the raw bytes,
 * the sender's address, and then tracking.
 */
import type { Actor } from '../../../contracts/kit/actor.ts';
import { fail } from '../../../contracts/kit/result.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking/connections.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { INGEST_BODY_MAX_BYTES, POLICY_CACHE_MS } from '../../../platform/limits.ts';
import { count } from '../admission/limits.ts';
import type { LimitName } from '../admission/rates.ts';
import type { Env } from '../env.ts';
import { readBody } from '../http/body.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { tooLarge } from '../http/route.ts';
import { forgetConnection, isKnown, signerOf } from './connections.ts';

const admittedAddresses = new Cache<string, true>({ capacity: 10_000, ttlMs: POLICY_CACHE_MS });

/** Whether the tenant's block list lets the sender in; a yes is kept for at most a second. */
async function isAdmitted(env: Env, tenantId: string, address: string): Promise<boolean> {
  const name = `${tenantId}|${address}`;
  const askedAt = Date.now();
  if (admittedAddresses.get(name, askedAt)) return true;
  const yes = await tenantPolicy(env, tenantId).admitsWebhook(address);
  if (yes) admittedAddresses.set(name, true, askedAt);
  return yes;
}

/** Counts the request against a limit in front; the answer when it is over. */
async function over(c: GatewayContext, limitedBy: LimitName, key: string): Promise<Response | null> {
  c.set('facts', { ...c.get('facts'), limitedBy });
  const failure = await count(c.env, limitedBy, key);
  return failure && refuse(c, failure);
}

/** Who delivers: the connection itself, which has no role and no permission. */
const actorOf = ({ tenantId, id }: ConnectionWithSecrets): Actor => ({
  tenantId,
  subject: id,
  kind: 'connection',
  roles: [],
  scopes: null,
  sessionId: null,
});

/** Senders whose refusals are over their limit: their bodies are not read for a while. */
const refusedSenders = new Cache<string, true>({ capacity: 10_000, ttlMs: 10_000 });

/** Counts a delivery before its body is read; the answer when there were too many. */
async function held(c: GatewayContext, id: string): Promise<Response | null> {
  const { sender } = c.get('facts');
  // Looking a connection up costs: whoever makes ids up is held off by the address. One that exists is looked up every few
  // seconds, on its own account.
  if (!isKnown(id) || refusedSenders.get(sender)) return over(c, 'address', `ingest:${sender}`);
  // By address too: before the signature is checked nobody may use up what is a carrier's.
  return over(c, 'connection', `${id}|${sender}`);
}

/** Takes a delivery. */
export async function ingest(c: GatewayContext): Promise<Response> {
  const id = c.req.param('connectionId') ?? '';
  const tooMany = await held(c, id);
  if (tooMany) return tooMany;
  const body = await readBody(c.req.raw, INGEST_BODY_MAX_BYTES);
  if (body === 'too_large') return tooLarge(c, INGEST_BODY_MAX_BYTES);
  const first = await deliver(c, id, body);
  if (first !== 'changed') return first;
  // The connection at hand was an older one: once more by what it is now.
  forgetConnection(id);
  const second = await deliver(c, id, body);
  return second === 'changed' ? unsigned(c, null) : second;
}

/** Checks who signed a delivery and hands it on; `changed` when the connection is another than the edge thought. */
async function deliver(c: GatewayContext, id: string, body: Uint8Array): Promise<Response | 'changed'> {
  const found = await signerOf(c.env, id, { headers: c.req.raw.headers, body }, () => misfit(c));
  if (found instanceof Response) return found;
  const { signer: connection, known } = found;
  // An unknown connection and a wrong signature answer alike: nobody learns who exists.
  if (!connection) return unsigned(c, known);
  if (!(await isAdmitted(c.env, connection.tenantId, c.get('facts').address))) {
    const { tenantId, id: subject } = connection;
    const denial = { kind: 'address', reason: 'address_blocked', tenantId, subject } as const;
    return refuse(c, fail('address.refused', 'This address is blocked'), denial);
  }
  c.set('facts', { ...c.get('facts'), actor: actorOf(connection) });
  const { secrets: _secrets, ...shown } = connection;
  const contentType = (c.req.header('content-type') ?? 'application/json').slice(0, 200);
  const answer = await c.env.TRACKING.ingest(contextOf(c), { connection: shown, contentType, body });
  if (!answer.ok && answer.code === 'unauthenticated') {
    c.set('facts', { ...c.get('facts'), actor: null });
    return 'changed';
  }
  return answer.ok ? c.json(answer.value, 202) : refuse(c, answer);
}

/**
 * Counts a signature that does not fit against the sender's address, so that nobody can use up a carrier's own limit;
 * the answer when there were too many.
 */
async function misfit(c: GatewayContext): Promise<Response | null> {
  const { sender } = c.get('facts');
  const tooMany = await over(c, 'address', `ingest:${sender}`);
  if (tooMany) refusedSenders.set(sender, true);
  return tooMany;
}

function unsigned(c: GatewayContext, known: ConnectionWithSecrets | null): Response {
  return refuse(c, fail('unauthenticated', 'The signature is not valid for this connection'), {
    kind: 'signature',
    reason: known ? 'signature_invalid' : 'connection_unknown',
    ...(known ? { tenantId: known.tenantId, subject: known.id } : {}),
  });
}
