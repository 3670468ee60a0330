/** Drizzle schema of a shard; migrations/tenant is its history. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { AllocationStatus } from '../../../domain/booking/allocation.ts';
import type { Confirmation } from '../../../domain/booking/confirmation.ts';
import type { BookingState } from '../../../domain/booking/states.ts';

/**
 * Contracted space; a CHECK forbids `booked` above `capacity`. `version` grows with every change, `revision` with
 * those of anything but `booked`; without `closesAt` booking goes on until the departure.
 */
export const allocations = sqliteTable('allocations', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  carrierId: text('carrier_id').notNull(),
  origin: text().notNull(),
  destination: text().notNull(),
  period: text().notNull(),
  unit: text().notNull().$type<'container' | 'teu'>(),
  capacity: integer().notNull(),
  booked: integer().notNull().default(0),
  departureAt: integer('departure_at').notNull(),
  arrivalAt: integer('arrival_at').notNull(),
  closesAt: integer('closes_at'),
  confirmation: text().notNull().$type<'instant' | 'carrier'>(),
  version: integer().notNull().default(1),
  createdAt: integer('created_at').notNull(),
  status: text().notNull().default('open').$type<AllocationStatus>(),
  revision: integer().notNull().default(1),
});

/** Bookings of contracted space. */
export const bookings = sqliteTable('bookings', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  allocationId: text('allocation_id').notNull(),
  carrierId: text('carrier_id').notNull(),
  origin: text().notNull(),
  destination: text().notNull(),
  quantity: integer().notNull(),
  reference: text(),
  containers: text({ mode: 'json' }).notNull().$type<string[]>(),
  state: text().notNull().$type<BookingState>(),
  shipmentId: text('shipment_id'),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  version: integer().notNull().default(1),
  confirmedBy: text('confirmed_by', { mode: 'json' }).$type<Confirmation>(),
});

/** Shipments: one for each booking that was confirmed. */
export const shipments = sqliteTable('shipments', {
  id: text().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  bookingId: text('booking_id').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** Who did what, appended in the transaction that did it. */
export const auditLog = sqliteTable('audit_log', {
  id: integer().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  objectId: text('object_id').notNull(),
  at: integer().notNull(),
  subject: text().notNull(),
  action: text().notNull(),
  detail: text().notNull(),
  correlationId: text('correlation_id').notNull(),
});

/** Containers in open bookings: each in one at a time. */
export const openContainers = sqliteTable(
  'open_containers',
  {
    tenantId: text('tenant_id').notNull(),
    number: text().notNull(),
    bookingId: text('booking_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.number] })],
);
