/** Shipments: what confirmed bookings become. */
import { z } from 'zod';
import { BOOKING_STATES } from '../../domain/booking/states.ts';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { idInput, idOf, instant, oneOf, text } from '../kit/primitives.ts';

export const shipment = z
  .strictObject({
    id: idOf('shp', 'Id of the shipment'),
    bookingId: idOf('bkg', 'The booking it comes from'),
    carrierId: idOf('car', 'The carrier'),
    origin: text('Port of loading (UN/LOCODE)', 'CNSHA'),
    destination: text('Port of discharge (UN/LOCODE)', 'NLRTM'),
    containers: z.array(z.string()).meta({ description: 'Container numbers', examples: [['CSQU3054383']] }),
    departureAt: instant('Departure', '2026-12-01T00:00:00.000Z'),
    arrivalAt: instant('Arrival that was promised', '2026-12-30T00:00:00.000Z'),
    state: oneOf(BOOKING_STATES, 'The state of its booking', 'confirmed'),
    createdAt: instant('When the booking was confirmed'),
  })
  .meta({ id: 'Shipment', description: 'What a confirmed booking becomes' });
/** A shipment: what a confirmed booking becomes. */
export type Shipment = z.infer<typeof shipment>;

/** The operations. */
export const shipmentOperations = {
  listShipments: operation({
    permission: 'shipments:read',
    summary: 'List shipments, newest first',
    input: z.strictObject(pagedById('shp')),
    output: pageOf('Shipment', shipment),
    failures: ['not_found', 'shard.unavailable'],
  }),
  getShipment: operation({
    permission: 'shipments:read',
    summary: 'One shipment',
    input: z.strictObject({ id: idInput('shp', 'Id of the shipment') }),
    output: shipment,
    failures: ['not_found', 'shard.unavailable'],
  }),
};
