/** Registrations: what a tenant says of a container that is to be tracked. */
import { z } from 'zod';
import { containerNumber, containerNumberInput, described, instantInput, unLocode } from '../kit/primitives.ts';

/** The id of a carrier as a caller names it. */
export const carrierIdInput = described(z.string().max(60), 'Id of the carrier', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e');

/** What is registered of a container's journey. */
const facts = {
  origin: unLocode('Port of loading (UN/LOCODE)', 'CNSHA'),
  destination: unLocode('Port of discharge (UN/LOCODE)'),
  carrierId: carrierIdInput,
  deviceId: described(z.string().min(1).max(64), 'Tracking device attached to the container', 'dev-0042'),
  reference: described(z.string().max(100), 'Your own reference', 'PO-4711'),
  booking: described(z.string().min(1).max(35), 'The carrier’s number of the booking', 'BK00641205'),
  bookingId: described(z.string().max(60), 'The booking on this platform', 'bkg_01kb2h5m8q3v6x9y2z4a7c0d5e'),
  promisedArrivalAt: instantInput('The arrival that was promised', '2026-12-30T00:00:00Z'),
  temperatureRangeC: z
    .strictObject({
      min: described(z.number().min(-60).max(60), 'Lowest, degrees Celsius', -20),
      max: described(z.number().min(-60).max(60), 'Highest, degrees Celsius', -18),
    })
    .refine((range) => range.min < range.max, 'min must be below max')
    .meta({ description: 'The range a reefer must keep; outside it an alert is raised' }),
};

/** Members that may be left out; and such as may be null, which takes the fact back. */
const optional = <T extends Record<string, z.ZodType>>(of: T) =>
  Object.fromEntries(Object.entries(of).map(([name, type]) => [name, type.optional()])) as {
    [K in keyof T]: z.ZodOptional<T[K]>;
  };
const takeable = <T extends Record<string, z.ZodType>>(of: T) =>
  Object.fromEntries(Object.entries(of).map(([name, type]) => [name, type.nullable().optional()])) as {
    [K in keyof T]: z.ZodOptional<z.ZodNullable<T[K]>>;
  };

/** What is registered of a journey, in an answer. */
export const registrationShown = z
  .strictObject(optional(facts))
  .meta({ id: 'RegistrationFacts', description: 'What your organisation has registered' });

export const registration = z
  .strictObject({
    number: containerNumberInput(),
    ...takeable(facts),
    beginsAt: instantInput(
      'From when on what carriers say is of this journey, for one that has begun already; now without it',
      '2026-11-20T00:00:00Z',
    ).optional(),
  })
  .meta({
    id: 'Registration',
    description: 'A container to track, with what is known of its journey; null takes a fact back',
  });
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
