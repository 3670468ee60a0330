/** What tracking learns of bookings. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { described } from '../kit/primitives.ts';
import { procurementEventSchema } from '../procurement/events.ts';

/** The operations. */
export const bookingEventOperations = {
  applyBookingEvent: operation({
    permission: 'system',
    summary: 'Register a confirmed booking’s containers, or take back what a cancelled one has said of them',
    description: 'Asked by procurement until it is answered; a repeated event changes nothing.',
    input: procurementEventSchema,
    output: z
      .strictObject({ containers: described(z.int(), 'Containers it speaks of', 2) })
      .meta({ id: 'AppliedBookingEvent', description: 'A booking’s event that was applied' }),
  }),
};
