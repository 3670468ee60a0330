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

/** Users of tenants, with their password hashes (argon2id, PHC string). */
export const users = sqliteTable('users', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  email: text().notNull(),
  name: text().notNull(),
  role: text().notNull(),
  passwordHash: text('password_hash').notNull(),
  status: text().notNull().default('active'),
  createdAt: integer('created_at').notNull(),
});

/** Machine clients, with the SHA-256 of their 256-bit secrets. */
export const clients = sqliteTable('clients', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  name: text().notNull(),
  role: text().notNull(),
  scopes: text({ mode: 'json' }).$type<string[] | null>(),
  secretHash: text('secret_hash').notNull(),
  status: text().notNull().default('active'),
  createdAt: integer('created_at').notNull(),
});

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
  format: text().notNull().$type<'dcsa' | 'positions'>(),
  scheme: text().notNull().$type<'standard-webhooks' | 'dcsa'>(),
  secret: text().notNull(),
  previousSecret: text('previous_secret'),
  secretRotatedAt: integer('secret_rotated_at'),
  status: text().notNull().default('active').$type<'active' | 'disabled'>(),
  createdAt: integer('created_at').notNull(),
});
