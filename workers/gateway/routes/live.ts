/** Live WebSockets, each opened by a ticket. */
import { containerNumberInput } from '../../../contracts/kit/primitives.ts';
import { fail } from '../../../contracts/kit/result.ts';
import { tracking } from '../../../contracts/tracking/index.ts';
import { containerFrame, fleetFrame, liveQuery } from '../../../contracts/tracking/live.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { containerTracker } from '../../../durable-objects/container-tracker/stub.ts';
import { fleetIndex } from '../../../durable-objects/fleet-index/stub.ts';
import { HOLDER_HEADER, REDEEMED_HEADER } from '../../../durable-objects/kit/live.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { contextOf, type GatewayContext, refuse } from '../http/context.ts';
import { problem } from '../http/problems.ts';
import { type HandlerDocument, handler, route, tagged } from '../http/route.ts';

/** A redeemed ticket, and the upgrade as it goes on to the object. */
interface Grant {
  tenantId: string;
  upgrade: Request;
}

/** Redeems the ticket before any object is woken. */
async function redeem(c: GatewayContext, topic: string): Promise<Grant | Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    const correlationId = c.get('correlationId');
    const detail = 'Open this address as a WebSocket';
    return problem(426, 'Upgrade required', detail, correlationId, {}, { upgrade: 'websocket' });
  }
  const ticket = (c.req.query('ticket') ?? '').slice(0, 200);
  const redeemed = await c.env.TRACKING.redeemTicket(contextOf(c), { ticket });
  if (!redeemed.ok) return refuse(c, redeemed);
  const grant = redeemed.value;
  // Only after the ticket is redeemed: an end that this question comes too early for is told to who holds the socket.
  if (grant?.topic !== topic || !(await mayListen(c, grant))) {
    return refuse(c, fail('unauthenticated', 'The ticket is not valid for this, spent or expired'));
  }
  // The object closes this socket when the session or client it belongs to ends.
  const headers = new Headers(c.req.raw.headers);
  headers.set(HOLDER_HEADER, grant.holder);
  headers.set(REDEEMED_HEADER, String(grant.redeemedAt));
  return { tenantId: grant.tenantId, upgrade: new Request(c.req.raw, { headers }) };
}

/** Whether the holder of a ticket is still good, and may listen from where it asks. */
function mayListen(
  c: GatewayContext,
  { tenantId, holder, securityVersion }: { tenantId: string; holder: string; securityVersion: number },
): Promise<boolean> {
  return tenantPolicy(c.env, tenantId).admitsSocket({ holder, securityVersion }, contextOf(c).address);
}

const document = (of: Pick<HandlerDocument, 'operationId' | 'summary' | 'params' | 'answer'>): HandlerDocument => ({
  ...of,
  description:
    'Frames are JSON text. The first brings the client up to date; with a cursor (`epoch` and `seq` of the last frame ' +
    'seen) only what was missed comes. Send `ping` to be answered `pong`. Close code 4401: the session has ended, or ' +
    'your organisation no longer admits this address; 1013: come back later.',
  query: liveQuery,
  failures: ['unauthenticated'],
  status: 101,
  also: {
    200: 'The connection is a WebSocket now, over HTTP/2 (RFC 8441 section 5)',
    426: 'Not a WebSocket upgrade',
  },
});

/** The routes of live sockets. */
export const liveRoutes = tagged('Live', [
  route('post', '/v1/ws-tickets', tracking.createTicket, 201),
  handler(
    'get',
    '/v1/live/fleet',
    'ticket',
    document({
      operationId: 'liveFleet',
      summary: 'WebSocket: the whole fleet, a snapshot and then deltas',
      answer: fleetFrame,
    }),
    async (c) => {
      const grant = await redeem(c, 'fleet');
      return grant instanceof Response ? grant : fleetIndex(c.env, grant.tenantId).fetch(grant.upgrade);
    },
  ),
  handler(
    'get',
    '/v1/live/containers/{number}',
    'ticket',
    document({
      operationId: 'liveContainer',
      summary: 'WebSocket: one container, a snapshot and then deltas',
      params: { number: containerNumberInput() },
      answer: containerFrame,
    }),
    async (c) => {
      const number = normalizeContainerNumber(c.req.param('number') ?? '');
      const grant = await redeem(c, `container:${number}`);
      return grant instanceof Response ? grant : containerTracker(c.env, grant.tenantId, number).fetch(grant.upgrade);
    },
  ),
]);
