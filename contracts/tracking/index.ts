/** The tracking service's contract: containers, ETAs, routes, carrier connections. */
import { contract } from '../kit/operation.ts';
import { readinessOperation } from '../kit/readiness.ts';
import { bookingEventOperations } from './booking-events.ts';
import { connectionOperations } from './connections.ts';
import { containerOperations } from './containers.ts';
import { deviceOperations } from './devices.ts';
import { etaOperations } from './eta.ts';
import { journeyOperations } from './journeys.ts';
import { retirementOperations } from './retirement.ts';
import { routeOperations } from './routes.ts';
import { ticketOperations } from './tickets.ts';
import { unclaimedOperations } from './unclaimed.ts';
import { uploadOperations } from './uploads.ts';

/** The tracking service's operations. */
export const tracking = contract('tracking', {
  ...containerOperations,
  ...retirementOperations,
  ...journeyOperations,
  ...deviceOperations,
  ...unclaimedOperations,
  ...etaOperations,
  ...routeOperations,
  ...connectionOperations,
  ...uploadOperations,
  ...ticketOperations,
  ...bookingEventOperations,
  ...readinessOperation,
});
