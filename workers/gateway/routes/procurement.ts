/** Contracted space, bookings and shipments. */
import { procurement } from '../../../contracts/procurement/index.ts';
import { route, tagged } from '../http/route.ts';

/** The routes of procurement. */
export const procurementRoutes = [
  ...tagged('Procurement', [
    route('post', '/v1/allocations', procurement.createAllocation, 201),
    route('get', '/v1/allocations', procurement.listAllocations),
    route('get', '/v1/allocations/{id}', procurement.getAllocation),
    route('put', '/v1/allocations/{id}', procurement.changeAllocation),
    route('post', '/v1/allocations/{id}/close', procurement.closeAllocation),
    route('post', '/v1/allocations/{id}/reopen', procurement.reopenAllocation),
    route('post', '/v1/allocations/{id}/withdraw', procurement.withdrawAllocation),
    route('post', '/v1/bookings', procurement.createBooking, 201),
    route('get', '/v1/bookings', procurement.listBookings),
    route('get', '/v1/bookings/{id}', procurement.getBooking),
    route('post', '/v1/bookings/{id}/transitions', procurement.transitionBooking),
    route('post', '/v1/bookings/{id}/carrier-confirmation', procurement.recordCarrierConfirmation),
    route('get', '/v1/shipments', procurement.listShipments),
    route('get', '/v1/shipments/{id}', procurement.getShipment),
  ]),
  ...tagged('For carriers', [
    route('get', '/v1/carrier/bookings', procurement.listCarrierBookings),
    route('get', '/v1/carrier/customers/{tenantId}/bookings/{id}', procurement.getCarrierBooking),
    route('post', '/v1/carrier/customers/{tenantId}/bookings/{id}/transitions', procurement.transitionCarrierBooking),
  ]),
];
