/** The API's objects under the names that the console has for them. */
import type { EtaAccuracy } from '../../clients/typescript/src/index.ts';

export type {
  Allocation,
  Booking,
  Carrier,
  CarrierBooking,
  Container,
  Eta,
  EtaAccuracyPage as AccuracyPage,
  FleetFrame,
  FleetLine,
  Invitation,
  Me,
  NewBooking,
  NewInvitation,
  Policy,
  Position,
  PublishedEta,
  RouteFeature,
  SecurityAlert,
  User,
} from '../../clients/typescript/src/index.ts';

/** The ETA accuracy of a group. */
export type AccuracyRow = EtaAccuracy;
