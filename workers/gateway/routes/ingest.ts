import { z } from '@hono/zod-openapi';
import { fail } from '../../../contracts/result.ts';
import type { ConnectionWithSecrets } from '../../../contracts/tracking.ts';
import { INGEST_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import { loggerFor } from '../../../platform/log.ts';
import { Lru } from '../../../platform/lru.ts';
import { answer, refuseWith } from '../context.ts';
import type { Env } from '../env.ts';
import { readBody } from '../middleware/body.ts';
import { addressOf, limited, operation, tooLarge } from '../operation.ts';
import { ingestAnswerSchema } from '../schemas.ts';
import { isSigned } from '../signature.ts';

/** How long a connection's secrets are kept at the edge: a disabled one closes within this time. */
const CONNECTION_TTL_MS = 5_000;
const connections = new Lru<string, { connection: ConnectionWithSecrets | null; until: number }>(1_000);

async function findConnection(env: Env, id: string): Promise<ConnectionWithSecrets | null> {
  if (!/^con_[0-9a-z]{26}$/.test(id)) return null;
  const known = connections.get(id);
  if (known && known.until > Date.now()) return known.connection;
  const connection = await env.TRACKING.connectionForIngest(id);
  connections.set(id, { connection, until: Date.now() + CONNECTION_TTL_MS });
  return connection;
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
    also: { 413: 'Body over 1 MiB', 422: 'No item is acceptable', 429: 'Over the in-flight credit: see Retry-After' },
    handle: async ({ c, params }) => {
      const connection = await findConnection(c.env, params.connectionId);
      const body = await readBody(c.req.raw, INGEST_BODY_MAX_BYTES);
      if (body === 'too_large') return tooLarge(c, INGEST_BODY_MAX_BYTES);
      // An unknown connection and a wrong signature answer alike: the door tells nothing of who exists.
      if (!connection || !(await isSigned(connection, c.req.raw.headers, body, Date.now()))) {
        loggerFor('gateway', c.env.LOG_LEVEL)('warn', 'ingest.refused', {
          correlationId: c.get('correlationId'),
          connectionId: params.connectionId,
          known: connection !== null,
        });
        // Refusals count against the sender's address, so that nobody can use up a carrier's own limit.
        const over = await limited(c, c.env.ADDRESS_LIMIT, `ingest:${addressOf(c)}`);
        return over ?? refuseWith(c, fail('unauthenticated', 'The signature is not valid for this connection'));
      }
      const over = await limited(c, c.env.INGEST_LIMIT, connection.id);
      if (over) return over;
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
