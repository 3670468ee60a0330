/** What procurement publishes to the other services. */
import { z } from 'zod';

/** An event of a booking, as other services learn of it. */
export const procurementEventSchema = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  tenantId: z.string(),
  type: z.enum(['booking.confirmed', 'booking.shipped', 'booking.completed', 'booking.cancelled']),
  at: z.number(),
  correlationId: z.string(),
  data: z.strictObject({
    bookingId: z.string(),
    shipmentId: z.string().nullable(),
    carrierId: z.string(),
    origin: z.string(),
    destination: z.string(),
    quantity: z.number(),
    reference: z.string().nullable(),
    containers: z.array(z.string()),
    promisedArrivalAt: z.string(),
  }),
});

/** A procurement event. */
export type ProcurementEvent = z.infer<typeof procurementEventSchema>;
