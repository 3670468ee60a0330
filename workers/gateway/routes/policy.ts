/** A tenant's policy, the operator's limits for it, security alerts and signing keys. */
import { z } from '@hono/zod-openapi';
import { limitsSchema, policySchema } from '../../../contracts/policy.ts';
import { addressOf, answer, versionedAnswer } from '../context.ts';
import { operation } from '../operation.ts';
import { alertSchema, idParam, pageOf, paging, signingKeySchema } from '../schemas.ts';

const version = { version: z.int() };
const policyAnswer = policySchema.extend(version).openapi('Policy');
const limitsAnswer = limitsSchema.extend(version).openapi('Limits');

/** Policy and security. */
export const policyRoutes = [
  operation({
    method: 'get',
    path: '/v1/policy',
    tag: 'Policy',
    summary: 'Address lists and allowed origins',
    access: 'policy:read',
    conditional: true,
    answer: policyAnswer,
    handle: async ({ c, actor }) => versionedAnswer(c, await c.env.IDENTITY.getPolicy(actor)),
  }),
  operation({
    method: 'put',
    path: '/v1/policy',
    tag: 'Policy',
    summary: 'Replace address lists and allowed origins; in force within a second',
    description:
      'An empty list of allowed addresses admits all; a blocked address is refused whatever else, and for webhooks ' +
      'too. A policy that would refuse your own address is not taken.',
    access: 'policy:manage',
    ifMatch: true,
    body: policySchema,
    answer: policyAnswer,
    handle: async ({ c, actor, body, version: expected }) =>
      versionedAnswer(c, await c.env.IDENTITY.putPolicy(actor, body, expected, addressOf(c))),
  }),
  operation({
    method: 'get',
    path: '/v1/security-alerts',
    tag: 'Policy',
    summary: 'Security alerts, newest first; an operator sees those of every tenant',
    access: 'security:read',
    query: z.strictObject(paging),
    answer: pageOf('SecurityAlert', alertSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.IDENTITY.listAlerts(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/tenants/{id}/limits',
    tag: 'Tenants',
    summary: 'Quotas and features of a tenant',
    access: 'tenants:manage',
    conditional: true,
    params: idParam,
    answer: limitsAnswer,
    handle: async ({ c, actor, params }) => versionedAnswer(c, await c.env.IDENTITY.getLimits(actor, params.id)),
  }),
  operation({
    method: 'put',
    path: '/v1/tenants/{id}/limits',
    tag: 'Tenants',
    summary: 'Set quotas and features of a tenant; in force within a second',
    access: 'tenants:manage',
    ifMatch: true,
    params: idParam,
    body: limitsSchema,
    answer: limitsAnswer,
    handle: async ({ c, actor, params, body, version: expected }) =>
      versionedAnswer(c, await c.env.IDENTITY.putLimits(actor, params.id, body, expected)),
  }),
  operation({
    method: 'get',
    path: '/v1/signing-keys',
    tag: 'Platform',
    summary: 'The keys that sign access tokens, with what each is doing',
    access: 'keys:manage',
    answer: pageOf('SigningKey', signingKeySchema),
    handle: async ({ c, actor }) => answer(c, await c.env.IDENTITY.listSigningKeys(actor)),
  }),
  operation({
    method: 'post',
    path: '/v1/signing-keys/rotate',
    tag: 'Platform',
    summary: 'Make a new signing key ahead of schedule',
    description:
      'The new key is published ten minutes before it signs. With `immediately` it signs at once and every other ' +
      'key is dropped, with all tokens it signed: for a key that has leaked.',
    access: 'keys:manage',
    body: z.strictObject({ immediately: z.boolean().default(false) }),
    answer: pageOf('SigningKey', signingKeySchema),
    handle: async ({ c, actor, body }) => answer(c, await c.env.IDENTITY.rotateSigningKeys(actor, body.immediately)),
  }),
];
