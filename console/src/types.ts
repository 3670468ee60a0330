/** The API's objects under the names that the console has for them. */
import type { EtaAccuracy, InputOf } from '../../clients/typescript/src/index.ts';

export type {
  Allocation,
  Booking,
  Carrier,
  CarrierBooking,
  CarrierBookingList,
  Confirmation,
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

/** What is recorded of a confirmation that a carrier gave outside of the platform. */
export type CarrierConfirmation = Omit<InputOf<'recordCarrierConfirmation'>, 'id'>;
