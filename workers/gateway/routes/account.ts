/** One's own account. */
import { z } from '@hono/zod-openapi';
import { oneTimeCodeSchema, passwordChangeSchema, passwordProofSchema } from '../../../contracts/identity.ts';
import { addressOf, answer } from '../context.ts';
import { operation } from '../operation.ts';
import { meSchema, pageOf, paging, sessionSchema } from '../schemas.ts';

/** Who one is, sessions, password and second factor. */
export const accountRoutes = [
  operation({
    method: 'get',
    path: '/v1/me',
    tag: 'Account',
    summary: 'Who you are and what you may do',
    access: 'authenticated',
    answer: meSchema,
    handle: async ({ c, actor }) => answer(c, await c.env.IDENTITY.me(actor)),
  }),
  operation({
    method: 'get',
    path: '/v1/sessions',
    tag: 'Account',
    summary: 'Where you are signed in, newest first',
    access: 'authenticated',
    query: z.strictObject(paging),
    answer: pageOf('Session', sessionSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.IDENTITY.listSessions(actor, query)),
  }),
  operation({
    method: 'delete',
    path: '/v1/sessions/{sessionId}',
    tag: 'Account',
    summary: 'End one of your sessions; its open sockets close',
    access: 'authenticated',
    params: z.object({ sessionId: z.string().min(1).max(80) }),
    answer: z.object({ ended: z.boolean() }).openapi('EndedSession'),
    handle: async ({ c, actor, params }) => answer(c, await c.env.IDENTITY.endSession(actor, params.sessionId)),
  }),
  operation({
    method: 'put',
    path: '/v1/me/password',
    tag: 'Account',
    summary: 'Change your password; your other sessions end',
    access: 'authenticated',
    body: passwordChangeSchema,
    answer: z.object({ ended: z.int() }).openapi('EndedSessions'),
    also: { 404: 'There is no such user any more', 412: 'Changed at the same time' },
    handle: async ({ c, actor, body }) => answer(c, await c.env.IDENTITY.changePassword(actor, body, addressOf(c))),
  }),
  operation({
    method: 'post',
    path: '/v1/me/second-factor',
    tag: 'Account',
    summary: 'Begin a second factor (TOTP, RFC 6238) by your password; it counts once a first code confirms it',
    access: 'authenticated',
    body: passwordProofSchema,
    status: 201,
    answer: z.object({ secret: z.string(), uri: z.string() }).openapi('FactorEnrolment'),
    also: { 404: 'There is no such user any more', 409: 'There is one already' },
    handle: async ({ c, actor, body }) =>
      answer(c, await c.env.IDENTITY.enrolFactor(actor, body.password, addressOf(c)), 201),
  }),
  operation({
    method: 'post',
    path: '/v1/me/second-factor/confirm',
    tag: 'Account',
    summary: 'Confirm the second factor by its first code; the recovery codes are shown once',
    access: 'authenticated',
    body: oneTimeCodeSchema,
    answer: z.object({ recoveryCodes: z.array(z.string()) }).openapi('RecoveryCodes'),
    also: { 409: 'There is none that waits for its first code' },
    handle: async ({ c, actor, body }) => answer(c, await c.env.IDENTITY.confirmFactor(actor, body.code)),
  }),
  operation({
    method: 'post',
    path: '/v1/me/second-factor/remove',
    tag: 'Account',
    summary: 'Remove your second factor; the password must be given again',
    access: 'authenticated',
    body: passwordProofSchema,
    answer: z.object({ removed: z.boolean() }).openapi('RemovedFactor'),
    also: { 404: 'There is no such user any more' },
    handle: async ({ c, actor, body }) =>
      answer(c, await c.env.IDENTITY.removeFactor(actor, body.password, addressOf(c))),
  }),
];
