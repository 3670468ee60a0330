/** Allocations: contracted space that bookings draw from. */
import { z } from 'zod';
import { ALLOCATION_STATUSES } from '../../domain/booking/allocation.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import {
  described,
  idInput,
  idOf,
  instant,
  instantInput,
  oneOf,
  text,
  unLocode,
  version,
  whole,
} from '../kit/primitives.ts';
import { auditTrail } from './audit.ts';

const unit = oneOf(['container', 'teu'], 'What capacity is counted in');
const confirmation = oneOf(
  ['instant', 'carrier'],
  '`instant`: a booking within the contract is confirmed at once; `carrier`: the carrier confirms',
);
const period = 'The sailing or week the space is for: a week as `2026-W48`, or a voyage number';

export const allocation = z
  .strictObject({
    id: idOf('all', 'Id of the allocation'),
    carrierId: idOf('car', 'The carrier that gives the space'),
    origin: text('Port of loading (UN/LOCODE)', 'CNSHA'),
    destination: text('Port of discharge (UN/LOCODE)', 'NLRTM'),
    period: text(period, '2026-W48'),
    unit,
    capacity: whole('Space in all', 100),
    booked: whole('Space that bookings have drawn', 12),
    remaining: whole('Space left', 88),
    departureAt: instant('Departure', '2026-12-01T00:00:00.000Z'),
    arrivalAt: instant('Arrival', '2026-12-30T00:00:00.000Z'),
    closesAt: instant('Bookings are refused from here on; the departure at the latest', '2026-11-29T12:00:00.000Z'),
    confirmation,
    status: oneOf(
      ALLOCATION_STATUSES,
      '`open`: takes bookings until it closes; `closed`: takes no more, those made stand; `withdrawn`: not given after all',
    ),
    version,
  })
  .meta({ id: 'Allocation', description: 'Contracted space on a lane with a carrier, for a sailing or a week' });
/** Contracted space. */
export type Allocation = z.infer<typeof allocation>;

const allocationWithAudit = allocation
  .extend({ audit: auditTrail })
  .meta({ id: 'AllocationWithAudit', description: 'Contracted space with its audit trail' });

/** What a change may set. */
const terms = {
  period: described(z.string().max(40), `${period}; not blank`, '2026-W48'),
  capacity: described(z.int().min(1).max(100_000), 'Space in all', 100),
  departureAt: instantInput('Departure: in the future, within five years', '2026-12-01T00:00:00Z'),
  arrivalAt: instantInput('Arrival, after the departure', '2026-12-30T00:00:00Z'),
  closesAt: instantInput(
    'Bookings are refused from here on: in the future, not after the departure; the departure when it is left out',
    '2026-11-29T12:00:00Z',
  ).optional(),
};

const newAllocation = z
  .strictObject({
    carrierId: described(z.string().max(60), 'The carrier that gives the space', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    origin: unLocode('Port of loading (UN/LOCODE)', 'CNSHA'),
    destination: unLocode('Port of discharge (UN/LOCODE), another than the origin'),
    unit: unit.default('container'),
    ...terms,
    confirmation: confirmation.default('instant'),
  })
  .meta({ id: 'NewAllocation', description: 'Contracted space to create' });

const allocationChange = z
  .strictObject({ ...terms, confirmation })
  .meta({ id: 'AllocationChange', description: 'New terms of contracted space; carrier, lane and unit stay' });
/** New terms of contracted space. */
export type AllocationChange = z.output<typeof allocationChange>;

const allocationPath = { id: idInput('all', 'Id of the allocation') };

/** What the operations on the status of an allocation have in common. */
const turning = {
  permission: 'allocations:write',
  ifMatch: true,
  versioned: true,
  input: z.strictObject(allocationPath),
  output: allocation,
} as const;

/** The operations. */
export const allocationOperations = {
  createAllocation: operation({
    permission: 'allocations:write',
    summary: 'Create contracted space',
    description:
      'Terms that break a rule (a sailing that has left, an arrival before the departure) are 422 by member.',
    idempotent: true,
    versioned: true,
    input: newAllocation,
    output: allocation,
    failures: ['not_found', 'shard.unavailable', 'unprocessable'],
  }),
  listAllocations: operation({
    permission: 'allocations:read',
    summary: 'List contracted space, newest first',
    input: z.strictObject({
      ...pagedById('all'),
      origin: unLocode('Only this port of loading (UN/LOCODE)', 'CNSHA').optional(),
      destination: unLocode('Only this port of discharge (UN/LOCODE)').optional(),
    }),
    output: pageOf('Allocation', allocation),
    failures: ['not_found', 'shard.unavailable'],
  }),
  getAllocation: operation({
    permission: 'allocations:read',
    summary: 'One allocation with the trail of its changes',
    versioned: true,
    input: z.strictObject(allocationPath),
    output: allocationWithAudit,
    failures: ['not_found', 'shard.unavailable'],
  }),
  changeAllocation: operation({
    permission: 'allocations:write',
    summary: 'Change the terms of contracted space',
    description:
      'Names all terms, as for new space; those that stay as they are may lie in the past. Bookings that were made stand, ' +
      'so the capacity cannot go below what is booked, and `confirmation` is that of bookings to come. A booking is a ' +
      'change too: where many book at once, 412 means to read again. Space that the carrier confirms becomes instant ' +
      'by who may record its word (`bookings:confirm-for-carrier`).',
    ifMatch: true,
    versioned: true,
    input: allocationChange.extend(allocationPath),
    output: allocation,
    failures: ['not_found', 'allocation.booked', 'allocation.closed', 'shard.unavailable', 'unprocessable'],
  }),
  closeAllocation: operation({
    ...turning,
    summary: 'Close contracted space: it takes no more bookings, and those made stand',
    failures: ['not_found', 'allocation.transition_invalid', 'shard.unavailable'],
  }),
  reopenAllocation: operation({
    ...turning,
    summary: 'Let closed space take bookings again',
    failures: ['not_found', 'allocation.transition_invalid', 'shard.unavailable'],
  }),
  withdrawAllocation: operation({
    ...turning,
    summary: 'Withdraw space that nothing is booked on, for good',
    description: 'While something is booked it is refused, and `booked` says how much.',
    failures: ['not_found', 'allocation.booked', 'allocation.transition_invalid', 'shard.unavailable'],
  }),
};
