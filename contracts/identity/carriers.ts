/** Carriers: organisations of their own, shared by the tenants that invite them. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, orNull, text } from '../kit/primitives.ts';
import { emailInput, nameInput } from './common.ts';

export const carrier = z
  .strictObject({
    id: idOf('car', 'Id of the carrier'),
    scac: text('Standard Carrier Alpha Code', 'OCEA'),
    name: text('Name, as your organisation has it', 'Ocean Line'),
    contactEmail: orNull(text('Whom to write to', 'desk@ocean-line.example')),
    contactPhone: orNull(text('Whom to call', '+31 10 555 0100')),
  })
  .meta({ id: 'Carrier', description: 'A carrier as its tenants see it' });
/** A carrier as its tenants see it. */
export type Carrier = z.infer<typeof carrier>;

const carrierCustomer = z
  .strictObject({
    tenantId: idOf('ten', 'Id of the tenant'),
    name: text('Name of the tenant', 'Acme Trading'),
    since: instant('When it invited the carrier'),
  })
  .meta({ id: 'CarrierCustomer', description: 'A tenant that works with a carrier, as the carrier sees it' });
/** A tenant that works with a carrier, as the carrier sees it. */
export type CarrierCustomer = z.infer<typeof carrierCustomer>;

const newCarrier = z
  .strictObject({
    scac: described(
      z.string().regex(/^[A-Z]{2,4}$/, 'two to four capital letters'),
      'Standard Carrier Alpha Code: two to four capital letters',
      'OCEA',
    ),
    name: nameInput('Name', 'Ocean Line'),
    contactEmail: emailInput.optional(),
    contactPhone: described(z.string().max(40), 'Whom to call', '+31 10 555 0100').optional(),
  })
  .meta({ id: 'NewCarrier', description: 'A carrier to invite' });

/** The operations. */
export const carrierOperations = {
  createCarrier: operation({
    permission: 'carriers:manage',
    summary: 'Invite a carrier, known by its SCAC or new',
    description: 'Inviting a carrier again updates what your organisation has of it.',
    idempotent: true,
    input: newCarrier,
    output: carrier,
  }),
  listCarriers: operation({
    permission: 'carriers:read',
    summary: 'List your carriers, newest first',
    input: z.strictObject(pagedById('car')),
    output: pageOf('Carrier', carrier),
  }),
  getCarrier: operation({
    permission: 'carriers:read',
    summary: 'One carrier',
    input: z.strictObject({ id: idInput('car', 'Id of the carrier') }),
    output: carrier,
    failures: ['not_found'],
  }),
  listCarrierCustomers: operation({
    permission: 'carrier-bookings:read',
    summary: 'The tenants that have invited your organisation, newest first',
    input: z.strictObject(pagedById('ten')),
    output: pageOf('CarrierCustomer', carrierCustomer),
  }),
};
