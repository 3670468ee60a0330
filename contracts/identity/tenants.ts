/** Tenants, and what an operator decides for each: quotas and features. */
import { z } from 'zod';
import { FEATURES, type Feature } from '../kit/features.ts';
import { QUOTA_SUBJECT_PER_MINUTE, QUOTA_TENANT_PER_MINUTE } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, text, version } from '../kit/primitives.ts';
import { emailInput, nameInput } from './common.ts';
import { createdInvitation } from './people.ts';

export const tenant = z
  .strictObject({
    id: idOf('ten', 'Id of the tenant'),
    slug: text('Short name, unique on the platform', 'acme'),
    name: text('Name', 'Acme Trading'),
    shard: text('The database shard that holds its procurement records', 'SHARD_0'),
    createdAt: instant('When it was created'),
  })
  .meta({ id: 'Tenant', description: 'A shipper’s organisation on the platform' });
/** A tenant. */
export type Tenant = z.infer<typeof tenant>;

const createdTenant = tenant
  .extend({ invitation: createdInvitation })
  .meta({ id: 'CreatedTenant', description: 'A new tenant, with the invitation of its first administrator' });

const newTenant = z
  .strictObject({
    name: nameInput('Name', 'Acme Trading'),
    slug: described(
      z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'lower-case letters, digits and hyphens'),
      'Short name, unique on the platform: lower-case letters, digits and hyphens',
      'acme',
    ),
    admin: z.strictObject({ email: emailInput }).meta({
      description: 'The first administrator, who chooses a name and a password by the link of the invitation',
    }),
  })
  .meta({ id: 'NewTenant', description: 'A tenant to create' });

const perMinute = (description: string, by: number) =>
  described(z.int().min(1).max(10_000_000).default(by), description, by);
const featureFlag = (description: string) => described(z.boolean().default(true), description, true);
const features = {
  live: featureFlag('Live WebSockets'),
  outbound_webhooks: featureFlag('Outbound webhooks'),
  sea_routes: featureFlag('Sea routes between ports'),
} satisfies Record<Feature, unknown>;

export const limitsInput = z
  .strictObject({
    tenantPerMinute: perMinute('Requests a minute of the whole tenant', QUOTA_TENANT_PER_MINUTE),
    subjectPerMinute: perMinute('Requests a minute of each user or client', QUOTA_SUBJECT_PER_MINUTE),
    features: z
      .strictObject(features)
      .prefault({})
      .meta({ description: `Features: ${FEATURES.join(', ')}` }),
  })
  .meta({ id: 'NewLimits', description: 'Quotas and features to set' });
/** A tenant's quotas and features. */
export type Limits = z.infer<typeof limitsInput>;

const limits = limitsInput.extend({ version }).meta({ id: 'Limits', description: 'Quotas and features of a tenant' });

const tenantId = { id: idInput('ten', 'Id of the tenant') };

/** The operations. */
export const tenantOperations = {
  createTenant: operation({
    permission: 'tenants:manage',
    summary: 'Create a tenant and invite its first administrator',
    description:
      'The tenant is placed on the database shard that holds the fewest tenants, for good. The link of the invitation is ' +
      'shown once: hand it over yourself, the platform sends no mail.',
    idempotent: true,
    input: newTenant,
    output: createdTenant,
    failures: ['conflict.exists'],
  }),
  inviteAdministrator: operation({
    permission: 'tenants:manage',
    summary: 'Invite an administrator into a tenant that has none',
    description: 'For a first link that was lost or has run out; links made before open nothing any more.',
    idempotent: true,
    input: z
      .strictObject({ email: emailInput })
      .meta({ id: 'NewAdministrator', description: 'The administrator to invite' })
      .extend(tenantId),
    output: createdInvitation,
    failures: ['not_found', 'conflict.exists'],
  }),
  listTenants: operation({
    permission: 'tenants:manage',
    summary: 'List all tenants, newest first',
    input: z.strictObject(pagedById('ten')),
    output: pageOf('Tenant', tenant),
  }),
  getLimits: operation({
    permission: 'tenants:manage',
    summary: 'Quotas and features of a tenant',
    versioned: true,
    input: z.strictObject(tenantId),
    output: limits,
    failures: ['not_found'],
  }),
  putLimits: operation({
    permission: 'tenants:manage',
    summary: 'Set quotas and features of a tenant',
    description: 'In force within a second. Switching `live` off closes the tenant’s open WebSockets.',
    ifMatch: true,
    versioned: true,
    input: limitsInput.extend(tenantId),
    output: limits,
    failures: ['not_found', 'precondition.failed'],
  }),
};
