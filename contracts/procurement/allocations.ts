/** Allocations: contracted space that bookings draw from. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import {
  described,
  idInput,
  idOf,
  instant,
  instantInput,
  oneOf,
  orNull,
  text,
  unLocode,
  version,
  whole,
} from '../kit/primitives.ts';

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
    closesAt: orNull(instant('Bookings are refused from here on', '2026-11-29T12:00:00.000Z')),
    confirmation,
    version,
  })
  .meta({ id: 'Allocation', description: 'Contracted space on a lane with a carrier, for a sailing or a week' });
/** Contracted space. */
export type Allocation = z.infer<typeof allocation>;

const newAllocation = z
  .strictObject({
    carrierId: described(z.string().max(60), 'The carrier that gives the space', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    origin: unLocode('Port of loading (UN/LOCODE)', 'CNSHA'),
    destination: unLocode('Port of discharge (UN/LOCODE)'),
    period: described(z.string().min(1).max(40), period, '2026-W48'),
    unit: unit.default('container'),
    capacity: described(z.int().min(1).max(100_000), 'Space in all', 100),
    departureAt: instantInput('Departure', '2026-12-01T00:00:00Z'),
    arrivalAt: instantInput('Arrival, after the departure', '2026-12-30T00:00:00Z'),
    closesAt: instantInput('Bookings are refused from here on', '2026-11-29T12:00:00Z').optional(),
    confirmation: confirmation.default('instant'),
  })
  .meta({ id: 'NewAllocation', description: 'Contracted space to create' });
/** The operations. */
export const allocationOperations = {
  createAllocation: operation({
    permission: 'allocations:write',
    summary: 'Create contracted space',
    idempotent: true,
    versioned: true,
    input: newAllocation,
    output: allocation,
    failures: ['not_found', 'shard.unavailable'],
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
    summary: 'One allocation',
    versioned: true,
    input: z.strictObject({ id: idInput('all', 'Id of the allocation') }),
    output: allocation,
    failures: ['not_found', 'shard.unavailable'],
  }),
};
