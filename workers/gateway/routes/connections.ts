import { z } from '@hono/zod-openapi';
import { newConnectionSchema } from '../../../contracts/tracking.ts';
import { answer, keyedAnswer } from '../context.ts';
import { operation } from '../operation.ts';
import {
  connectionSchema,
  deadLetterSchema,
  idParam,
  pageOf,
  paging,
  quarantinedSchema,
  receiptSchema,
} from '../schemas.ts';

const page = z.strictObject(paging);
const ofConnection = z.strictObject({ ...paging, connectionId: z.string().min(1).max(80) });
const settled = z.object({ id: z.string(), action: z.string() }).openapi('SettledDeadLetter');

/** Carrier connections, and what became of what they posted. */
export const connectionRoutes = [
  operation({
    method: 'post',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'Create a webhook connection; its secret is shown once',
    access: 'connections:manage',
    keyed: true,
    body: newConnectionSchema,
    status: 201,
    answer: connectionSchema,
    handle: async ({ c, actor, body, key }) => keyedAnswer(c, await c.env.TRACKING.createConnection(actor, body, key)),
  }),
  operation({
    method: 'get',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'List connections',
    access: 'connections:read',
    query: page,
    answer: pageOf('Connection', connectionSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.TRACKING.listConnections(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/connections/{id}',
    tag: 'Connections',
    summary: 'One connection',
    access: 'connections:read',
    params: idParam,
    answer: connectionSchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.TRACKING.getConnection(actor, params.id)),
  }),
  operation({
    method: 'post',
    path: '/v1/connections/{id}/rotate-secret',
    tag: 'Connections',
    summary: 'Make a new secret; the one before stays valid until the next rotation',
    access: 'connections:manage',
    keyed: true,
    params: idParam,
    answer: connectionSchema,
    also: { 412: 'Someone else rotated it at the same time' },
    handle: async ({ c, actor, params, key }) =>
      keyedAnswer(c, await c.env.TRACKING.rotateConnectionSecret(actor, params.id, key), 200),
  }),
  operation({
    method: 'post',
    path: '/v1/connections/{id}/disable',
    tag: 'Connections',
    summary: 'Stop taking deliveries of a connection',
    access: 'connections:manage',
    params: idParam,
    answer: connectionSchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.TRACKING.disableConnection(actor, params.id)),
  }),
  operation({
    method: 'get',
    path: '/v1/receipts/{id}',
    tag: 'Connections',
    summary: 'What became of every item of a delivery',
    access: 'receipts:read',
    params: idParam,
    answer: receiptSchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.TRACKING.getReceipt(actor, params.id)),
  }),
  operation({
    method: 'get',
    path: '/v1/quarantine',
    tag: 'Connections',
    summary: 'Refused items of a connection with their raw text, newest first',
    access: 'receipts:read',
    query: ofConnection,
    also: { 404: 'There is no such connection' },
    answer: pageOf('QuarantinedItem', quarantinedSchema),
    handle: async ({ c, actor, query }) =>
      answer(c, await c.env.TRACKING.listQuarantine(actor, query.connectionId, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/dead-letters',
    tag: 'Connections',
    summary: 'Deliveries of a connection that failed every time and are parked',
    access: 'dead-letters:manage',
    query: ofConnection,
    also: { 404: 'There is no such connection' },
    answer: pageOf('DeadLetter', deadLetterSchema),
    handle: async ({ c, actor, query }) =>
      answer(c, await c.env.TRACKING.listDeadLetters(actor, query.connectionId, query)),
  }),
  operation({
    method: 'post',
    path: '/v1/dead-letters/{id}/replay',
    tag: 'Connections',
    summary: 'Send a parked delivery through again',
    access: 'dead-letters:manage',
    params: idParam,
    answer: settled,
    handle: async ({ c, actor, params }) =>
      answer(c, await c.env.TRACKING.settleDeadLetter(actor, params.id, 'replay')),
  }),
  operation({
    method: 'post',
    path: '/v1/dead-letters/{id}/discard',
    tag: 'Connections',
    summary: 'Drop a parked delivery for good',
    access: 'dead-letters:manage',
    params: idParam,
    answer: settled,
    handle: async ({ c, actor, params }) =>
      answer(c, await c.env.TRACKING.settleDeadLetter(actor, params.id, 'discard')),
  }),
];
