import { z } from '@hono/zod-openapi';
import { fail } from '../../../contracts/result.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking.ts';
import { tenantPolicy } from '../../../durable-objects/stubs.ts';
import { INGEST_BODY_MAX_BYTES, POLICY_CACHE_MS } from '../../../platform/limits.ts';
import { Lru } from '../../../platform/lru.ts';
import { addressOf, answer, senderOf, type GatewayContext, refuseWith } from '../context.ts';
import type { Env } from '../env.ts';
import { readBody } from '../middleware/body.ts';
import { limited } from '../middleware/admit.ts';
import { operation, tooLarge } from '../operation.ts';
import { ingestAnswerSchema } from '../schemas.ts';
import { isSigned } from '../signature.ts';

/** How long a connection's secrets are kept at the edge: a disabled one closes within this time. */
const CONNECTION_TTL_MS = 5_000;
/** A signature that does not fit may be by a secret just rotated in: the secrets are read anew, so often at most. */
const SECOND_LOOK_MS = 500;
const connections = new Lru<string, { connection: ConnectionWithSecrets; readAt: number }>(1_000);

/** A connection, as it was read within `maxAgeMs`. */
async function findConnection(env: Env, id: string, maxAgeMs: number): Promise<ConnectionWithSecrets | null> {
  if (!/^con_[0-9a-z]{26}$/.test(id)) return null;
  const known = connections.get(id);
  const readAt = Date.now();
  if (known && known.readAt + maxAgeMs > readAt) return known.connection;
  const connection = await env.TRACKING.connectionForIngest(id);
  // Made-up ids must not push the real ones out.
  if (connection) connections.set(id, { connection, readAt });
  return connection;
}

/** The connection that signed a delivery; `known` is the connection it claims to be of, if there is one. */
async function signerOf(
  c: GatewayContext,
  id: string,
  body: Uint8Array,
): Promise<{ signer: ConnectionWithSecrets | null; known: ConnectionWithSecrets | null }> {
  let known: ConnectionWithSecrets | null = null;
  for (const maxAgeMs of [CONNECTION_TTL_MS, SECOND_LOOK_MS]) {
    const found = await findConnection(c.env, id, maxAgeMs);
    if (!found || found === known) return { signer: null, known: found };
    if (await isSigned(found, c.req.raw.headers, body, Date.now())) return { signer: found, known: found };
    known = found;
  }
  return { signer: null, known };
}

const admitted = new Lru<string, number>(10_000);

/** Whether the tenant's block list lets the sender in; a yes is kept for at most a second. */
async function isAdmitted(c: GatewayContext, tenantId: string): Promise<boolean> {
  const address = addressOf(c);
  const name = `${tenantId}|${address}`;
  const askedAt = Date.now();
  if ((admitted.get(name) ?? 0) > askedAt) return true;
  const yes = await tenantPolicy(c.env, tenantId).admitsWebhook(address);
  if (yes) admitted.set(name, askedAt + POLICY_CACHE_MS);
  return yes;
}

/** Whether a connection is at hand, so that a delivery costs no look-up. */
function isKnown(id: string): boolean {
  return (connections.get(id)?.readAt ?? 0) + CONNECTION_TTL_MS > Date.now();
}

/** The public door for carriers' webhooks. */
export const ingestRoutes = [
  operation({
    method: 'post',
    path: '/ingest/{connectionId}',
    tag: 'Ingest',
    summary: 'Deliver events or positions',
    description:
      'The body is in the connection’s format, signed by its scheme: Standard Webhooks headers, or DCSA ' +
      'Notification-Signature. 202 means durably stored; the receipt tells in the end what became of every item.',
    access: 'signature',
    params: z.object({ connectionId: z.string().max(80) }),
    status: 202,
    answer: ingestAnswerSchema,
    also: {
      403: 'The sender’s address is blocked',
      413: 'Body over 1 MiB',
      422: 'No item is acceptable',
      429: 'Over the in-flight credit: see Retry-After',
    },
    handle: async ({ c, params }) => {
      // Looking a connection up costs: whoever makes ids up is held off by the address first.
      const door = isKnown(params.connectionId) ? null : await limited(c, 'address', `ingest:${senderOf(c)}`);
      if (door) return door;
      const body = await readBody(c.req.raw, INGEST_BODY_MAX_BYTES);
      if (body === 'too_large') return tooLarge(c, INGEST_BODY_MAX_BYTES);
      const { signer: connection, known } = await signerOf(c, params.connectionId, body);
      // An unknown connection and a wrong signature answer alike: the door tells nothing of who exists.
      if (!connection) {
        c.set('denial', {
          kind: 'signature',
          reason: known ? 'signature_invalid' : 'connection_unknown',
          ...(known ? { tenantId: known.tenantId, subject: known.id } : {}),
        });
        // Refusals count against the sender's address, so that nobody can use up a carrier's own limit.
        const over = await limited(c, 'address', `ingest:${senderOf(c)}`);
        return over ?? refuseWith(c, fail('unauthenticated', 'The signature is not valid for this connection'));
      }
      const over = await limited(c, 'connection', connection.id);
      if (over) return over;
      if (!(await isAdmitted(c, connection.tenantId))) {
        const { tenantId, id: subject } = connection;
        c.set('denial', { kind: 'address', reason: 'address_blocked', tenantId, subject });
        return refuseWith(c, fail('address.refused', 'This address is blocked'));
      }
      const { secrets: _secrets, ...shown } = connection;
      const actor = {
        tenantId: connection.tenantId,
        subject: connection.id,
        kind: 'connection' as const,
        roles: [],
        scopes: null,
        sessionId: null,
        correlationId: c.get('correlationId'),
      };
      c.set('actor', actor);
      const contentType = c.req.header('content-type') ?? 'application/json';
      return answer(c, await c.env.TRACKING.ingest(actor, { connection: shown, contentType, body }), 202);
    },
  }),
];
