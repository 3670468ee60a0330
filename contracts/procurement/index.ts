/** The procurement service's contract: contracted space, bookings, shipments. */
import { contract } from '../kit/operation.ts';
import { readinessOperation } from '../kit/readiness.ts';
import { allocationOperations } from './allocations.ts';
import { bookingOperations } from './bookings.ts';
import { carrierBookingOperations } from './carrier-bookings.ts';
import { shipmentOperations } from './shipments.ts';

/** The procurement service's operations. */
export const procurement = contract('procurement', {
  ...allocationOperations,
  ...bookingOperations,
  ...carrierBookingOperations,
  ...shipmentOperations,
  ...readinessOperation,
});
