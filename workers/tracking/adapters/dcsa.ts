/** DCSA Track & Trace 2.2 events, in whichever wrapper. */
import { adaptEvent, type Dialect, READ_MEMBERS } from './dcsa-event.ts';
import { dcsaAdapter } from './dcsa-lists.ts';

const DIALECT: Dialect = {
  codes: {
    TRANSPORT: 'transportEventTypeCode',
    EQUIPMENT: 'equipmentEventTypeCode',
    SHIPMENT: 'shipmentEventTypeCode',
  },
  code: /^[A-Z]{4}$/,
  codeWords: 'a four-letter code',
  read: new Set(READ_MEMBERS),
};

/** The adapter of the `dcsa` format. */
export const dcsa = dcsaAdapter((event, written, context) => adaptEvent(event, written, context, DIALECT));
