import { z } from '@hono/zod-openapi';
import { fail } from '../../../contracts/result.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { HOLDER_HEADER } from '../../../durable-objects/shared/live.ts';
import { containerTracker, fleetIndex } from '../../../durable-objects/stubs.ts';
import { addressOf, answer, type GatewayContext, refuseWith } from '../context.ts';
import { operation } from '../operation.ts';
import { problem } from '../problems.ts';
import { numberParam } from '../schemas.ts';

const FLEET = 'fleet';
const topicOf = (number: string): string => `container:${normalizeContainerNumber(number)}`;

const liveQuery = z.strictObject({
  ticket: z.string().max(200),
  epoch: z.string().max(60).optional().openapi({ description: 'Cursor: the epoch of the last frame seen' }),
  seq: z.coerce.number().int().min(0).optional().openapi({ description: 'Cursor: the seq of the last frame seen' }),
});

/** A redeemed ticket, and the upgrade as it goes on to the object. */
interface Grant {
  tenantId: string;
  upgrade: Request;
}

/** Redeems the ticket before any object is woken. */
async function redeem(c: GatewayContext, ticket: string, topic: string): Promise<Grant | Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    return problem(
      426,
      'Upgrade required',
      'Open this address as a WebSocket',
      c.get('correlationId'),
      {},
      { upgrade: 'websocket' },
    );
  }
  const grant = await c.env.IDENTITY.redeemTicket(ticket, addressOf(c));
  if (grant?.topic !== topic)
    return refuseWith(c, fail('unauthenticated', 'The ticket is not valid for this, spent or expired'));
  // The object closes this socket when the session or client it belongs to ends.
  const headers = new Headers(c.req.raw.headers);
  headers.set(HOLDER_HEADER, grant.holder);
  return { tenantId: grant.tenantId, upgrade: new Request(c.req.raw, { headers }) };
}

/** Live WebSockets: a ticket by POST, then the socket. */
export const liveRoutes = [
  operation({
    method: 'post',
    path: '/v1/ws-tickets',
    tag: 'Live',
    summary: 'A ticket that opens one WebSocket, once, within 30 seconds',
    access: 'live:subscribe',
    feature: 'live',
    body: z.discriminatedUnion('topic', [
      z.strictObject({ topic: z.literal(FLEET) }),
      z.strictObject({ topic: z.literal('container'), number: z.string().regex(/^[A-Za-z0-9 -]{4,20}$/) }),
    ]),
    status: 201,
    answer: z.object({ ticket: z.string(), expiresInSeconds: z.int(), url: z.string() }).openapi('Ticket'),
    handle: async ({ c, actor, body }) => {
      const topic = body.topic === FLEET ? FLEET : topicOf(body.number);
      const made = await c.env.IDENTITY.createTicket(actor, topic);
      if (!made.ok) return refuseWith(c, made);
      const path = body.topic === FLEET ? '/v1/live/fleet' : `/v1/live/containers/${encodeURIComponent(body.number)}`;
      return answer(c, { ok: true, value: { ...made.value, url: `${path}?ticket=${made.value.ticket}` } }, 201);
    },
  }),
  operation({
    method: 'get',
    path: '/v1/live/fleet',
    tag: 'Live',
    summary: 'WebSocket: the whole fleet, a snapshot and then deltas',
    access: 'ticket',
    query: liveQuery,
    status: 101,
    also: { 426: 'Not a WebSocket upgrade' },
    handle: async ({ c, query }) => {
      const grant = await redeem(c, query.ticket, FLEET);
      return grant instanceof Response ? grant : fleetIndex(c.env, grant.tenantId).fetch(grant.upgrade);
    },
  }),
  operation({
    method: 'get',
    path: '/v1/live/containers/{number}',
    tag: 'Live',
    summary: 'WebSocket: one container, a snapshot and then deltas',
    access: 'ticket',
    params: numberParam,
    query: liveQuery,
    status: 101,
    also: { 426: 'Not a WebSocket upgrade' },
    handle: async ({ c, params, query }) => {
      const grant = await redeem(c, query.ticket, topicOf(params.number));
      if (grant instanceof Response) return grant;
      return containerTracker(c.env, grant.tenantId, normalizeContainerNumber(params.number)).fetch(grant.upgrade);
    },
  }),
];
