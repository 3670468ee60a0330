/** Tickets: each opens one live socket, once. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { described, text, whole } from '../kit/primitives.ts';

const ticketRequest = z
  .discriminatedUnion('topic', [
    z
      .strictObject({ topic: described(z.literal('fleet'), 'The whole fleet', 'fleet') })
      .meta({ title: 'Fleet', description: 'A ticket for `/v1/live/fleet`' }),
    z
      .strictObject({
        topic: described(z.literal('container'), 'One container', 'container'),
        number: described(z.string().regex(/^[A-Za-z0-9 -]{4,20}$/), 'Container number', 'CSQU3054383'),
      })
      .meta({ title: 'Container', description: 'A ticket for `/v1/live/containers/{number}`' }),
  ])
  .meta({ id: 'TicketRequest', description: 'What the socket is about' });

const ticket = z
  .strictObject({
    ticket: text('The ticket', 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e.…'),
    expiresInSeconds: whole('For how long it can be used', 30),
    url: text('Path and query of the WebSocket', '/v1/live/fleet?ticket=…'),
  })
  .meta({ id: 'Ticket', description: 'A ticket that opens one WebSocket, once' });

/** The operations. */
export const ticketOperations = {
  createTicket: operation({
    permission: 'live:subscribe',
    feature: 'live',
    summary: 'A ticket that opens one WebSocket, once, within 30 seconds',
    description: 'The socket ends with the session or client that made the ticket.',
    input: ticketRequest,
    output: ticket,
    failures: ['not_found'],
  }),
  redeemTicket: operation({
    permission: { unauthenticated: 'the ticket is the proof' },
    summary: 'What a ticket opens, once, and for whom; null when it opens nothing',
    input: z.strictObject({ ticket: z.string().max(200) }),
    output: z
      .strictObject({
        tenantId: z.string(),
        topic: z.string(),
        holder: z.string(),
        securityVersion: z.int(),
        redeemedAt: z.int(),
      })
      .nullable(),
  }),
};
