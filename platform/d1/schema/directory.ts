/** Drizzle schema of the directory database; migrations/directory is its history. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Tenants and the shard that holds their data. */
export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  slug: text().notNull(),
  name: text().notNull(),
  shard: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** People of any organisation, with their password hashes (argon2id, PHC string) and the pepper's id. */
export const users = sqliteTable('users', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  email: text().notNull(),
  name: text().notNull(),
  role: text().notNull(),
  passwordHash: text('password_hash').notNull(),
  pepperId: text('pepper_id').notNull(),
  status: text().notNull().default('active').$type<'active' | 'disabled'>(),
  version: integer().notNull().default(1),
  securityVersion: integer('security_version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
});

/** Machine clients, with the SHA-256 of their 256-bit secrets or their public keys. */
export const clients = sqliteTable('clients', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  name: text().notNull(),
  role: text().notNull(),
  scopes: text({ mode: 'json' }).$type<string[] | null>(),
  secretHash: text('secret_hash'),
  previousSecretHash: text('previous_secret_hash'),
  previousUntil: integer('previous_until'),
  jwks: text({ mode: 'json' }).$type<Record<string, unknown>[] | null>(),
  status: text().notNull().default('active').$type<'active' | 'disabled'>(),
  version: integer().notNull().default(1),
  securityVersion: integer('security_version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
});

/** Invitations, open or settled; the token's SHA-256 only. */
export const invitations = sqliteTable('invitations', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  inviterTenantId: text('inviter_tenant_id').notNull(),
  invitedBy: text('invited_by').notNull(),
  email: text().notNull(),
  role: text().notNull(),
  tokenHash: text('token_hash').notNull(),
  status: text().notNull().default('open').$type<'open' | 'accepted' | 'withdrawn'>(),
  expiresAt: integer('expires_at').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Open password resets, one a user. */
export const passwordResets = sqliteTable('password_resets', {
  userId: text('user_id').primaryKey(),
  createdBy: text('created_by').notNull(),
  tokenHash: text('token_hash').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

/** Origins of tenants' browser applications. */
export const corsOrigins = sqliteTable(
  'cors_origins',
  { origin: text().notNull(), tenantId: text('tenant_id').notNull() },
  (table) => [primaryKey({ columns: [table.origin, table.tenantId] })],
);

/** Carriers: organisations of their own. */
export const carriers = sqliteTable('carriers', {
  id: text().primaryKey(),
  scac: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Which tenants work with which carriers, and what each knows of them. */
export const tenantCarriers = sqliteTable(
  'tenant_carriers',
  {
    tenantId: text('tenant_id').notNull(),
    carrierId: text('carrier_id').notNull(),
    name: text().notNull(),
    contactEmail: text('contact_email'),
    contactPhone: text('contact_phone'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.carrierId] })],
);

/** Webhook connections of carriers; secrets are sealed with the row's id as context. */
export const connections = sqliteTable('connections', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  carrierId: text('carrier_id').notNull(),
  name: text().notNull(),
  format: text().notNull().$type<'dcsa' | 'dcsa3_draft' | 'positions' | 'milestones_table' | 'positions_table'>(),
  scheme: text().notNull().$type<'standard-webhooks' | 'dcsa'>(),
  /** How its deliveries are read (JSON); what is left out is as the contract has it. */
  options: text({ mode: 'json' }).notNull().default({}).$type<object>(),
  secret: text().notNull(),
  previousSecret: text('previous_secret'),
  secretRotatedAt: integer('secret_rotated_at'),
  status: text().notNull().default('active').$type<'active' | 'disabled'>(),
  securityVersion: integer('security_version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
});
