/** Contracted space, bookings and shipments. */
import { procurement } from '../../../contracts/procurement/index.ts';
import { route, tagged } from '../http/route.ts';

/** The routes of procurement. */
export const procurementRoutes = [
  ...tagged('Procurement', [
    route('post', '/v1/allocations', procurement.createAllocation, 201),
    route('get', '/v1/allocations', procurement.listAllocations),
    route('get', '/v1/allocations/{id}', procurement.getAllocation),
    route('post', '/v1/bookings', procurement.createBooking, 201),
    route('get', '/v1/bookings', procurement.listBookings),
    route('get', '/v1/bookings/{id}', procurement.getBooking),
    route('post', '/v1/bookings/{id}/transitions', procurement.transitionBooking),
    route('get', '/v1/shipments', procurement.listShipments),
    route('get', '/v1/shipments/{id}', procurement.getShipment),
  ]),
  ...tagged('For carriers', [
    route('get', '/v1/carrier/bookings', procurement.listCarrierBookings),
    route('get', '/v1/carrier/bookings/{id}', procurement.getCarrierBooking),
    route('post', '/v1/carrier/bookings/{id}/transitions', procurement.transitionCarrierBooking),
  ]),
];
