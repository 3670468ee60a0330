/** Audit trails of allocations and bookings. */
import { z } from 'zod';
import { idOf, instant, text } from '../kit/primitives.ts';

const auditEntry = z
  .strictObject({
    at: instant('When'),
    subject: idOf('usr', 'Who'),
    action: text('What', 'booking.confirmed'),
    detail: text(
      'More about it; of changed terms JSON with those before and after',
      'shipment shp_01kb2h5m8q3v6x9y2z4a7c0d5e',
    ),
    correlationId: text('The request that did it', '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11'),
  })
  .meta({ id: 'AuditEntry', description: 'One line of an audit trail' });
/** One line of an audit trail. */
export type AuditEntry = z.infer<typeof auditEntry>;

/** An audit trail. */
export const auditTrail = z.array(auditEntry).meta({ description: 'Who did what, oldest first' });
