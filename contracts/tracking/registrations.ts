/** Registrations: what a tenant says of a container that is to be tracked. */
import { z } from 'zod';
import { containerNumber, containerNumberInput, described, instantInput, unLocode } from '../kit/primitives.ts';

/** The id of a carrier as a caller names it. */
export const carrierIdInput = described(z.string().max(60), 'Id of the carrier', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e');

/** What a tenant may register of a container. */
export const registrationFacts = {
  origin: unLocode('Port of loading (UN/LOCODE)', 'CNSHA').optional(),
  destination: unLocode('Port of discharge (UN/LOCODE)').optional(),
  carrierId: carrierIdInput.optional(),
  deviceId: described(z.string().min(1).max(64), 'Tracking device attached to the container', 'dev-0042').optional(),
  reference: described(z.string().max(100), 'Your own reference', 'PO-4711').optional(),
  bookingId: described(z.string().max(60), 'The booking it belongs to', 'bkg_01kb2h5m8q3v6x9y2z4a7c0d5e').optional(),
  promisedArrivalAt: instantInput('The arrival that was promised', '2026-12-30T00:00:00Z').optional(),
  temperatureRangeC: z
    .strictObject({
      min: described(z.number().min(-60).max(60), 'Lowest, degrees Celsius', -20),
      max: described(z.number().min(-60).max(60), 'Highest, degrees Celsius', -18),
    })
    .refine((range) => range.min < range.max, 'min must be below max')
    .meta({ description: 'The range a reefer must keep; outside it an alert is raised' })
    .optional(),
};

export const registration = z
  .strictObject({ number: containerNumberInput(), ...registrationFacts })
  .meta({ id: 'Registration', description: 'A container to track, with what is known of its journey' });
/** A validated registration. */
export type Registration = z.infer<typeof registration>;

/** The answer to a registration. */
export const registered = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          number: containerNumber('The number in its normal form'),
          warnings: z
            .array(z.string())
            .meta({ description: 'What looks odd', examples: [['CSQU3054384 fails the ISO 6346 check digit']] }),
        }),
      )
      .meta({ description: 'Each container, in the order of the request' }),
  })
  .meta({ id: 'RegisteredContainers', description: 'What became of registrations' });
/** What became of registrations: each number in its normal form, with what looks odd about it. */
export type Registered = z.infer<typeof registered>;
