/** The words of the DCSA Track & Trace 3.0 draft with the codes that it had for the same before, and 2.2 has. */

/** Words of event types that have a code. */
export const EVENTS: Readonly<Record<string, string>> = {
  ARRIVED: 'ARRI',
  DEPARTED: 'DEPA',
  LOADED: 'LOAD',
  DISCHARGED: 'DISC',
  GATED_IN: 'GTIN',
  GATED_OUT: 'GTOT',
  STUFFED: 'STUF',
  STRIPPED: 'STRP',
  PICKED_UP: 'PICK',
  DROPPED_OFF: 'DROP',
  INSPECTED: 'INSP',
  RESEALED: 'RSEA',
  REMOVED: 'RMVD',
  AVAILABLE_FOR_PICKUP: 'AVPU',
  AVAILABLE_FOR_DROP_OFF: 'AVDO',
  CROSSED: 'CROS',
  CUSTOMS_RELEASED: 'CUSR',
  CUSTOMS_SELECTED_FOR_INSPECTION: 'CUSI',
  CUSTOMS_SELECTED_FOR_SCAN: 'CUSS',
  RECEIVED: 'RECE',
  DRAFTED: 'DRFT',
  PENDING_APPROVAL: 'PENA',
  PENDING_UPDATE: 'PENU',
  REJECTED: 'REJE',
  APPROVED: 'APPR',
  ISSUED: 'ISSU',
  SURRENDERED: 'SURR',
  SUBMITTED: 'SUBM',
  VOIDED: 'VOID',
  CONFIRMED: 'CONF',
  REQUESTED: 'REQS',
  COMPLETED: 'CMPL',
  ON_HOLD: 'HOLD',
  RELEASED: 'RELS',
  MEASURED: 'MEAS',
  ADJUSTED: 'ADJU',
};

/** Codes of IoT events: for these the words are what lasted. */
export const IOT_EVENTS: Readonly<Record<string, string>> = { DRO: 'DOOR_OPENED' };

/** Classifiers. */
export const CLASSIFIERS: Readonly<Record<string, string>> = { ACTUAL: 'ACT', ESTIMATED: 'EST', PLANNED: 'PLN' };

/** Kinds of documents. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  CARRIER_BOOKING_REQUEST: 'CBR',
  BOOKING: 'BKG',
  SHIPPING_INSTRUCTIONS: 'SHI',
  TRANSPORT_DOCUMENT: 'TRD',
  DELIVERY_INSTRUCTIONS: 'DEI',
  DELIVERY_ORDER: 'DEO',
  TRANSPORT_ORDER: 'TRO',
  CONTAINER_RELEASE_ORDER: 'CRO',
  ARRIVAL_NOTICE: 'ARN',
  VERIFIED_GROSS_MASS: 'VGM',
  CARGO_SURVEY: 'CAS',
  CUSTOMS_CLEARANCE: 'CUC',
  DANGEROUS_GOODS_DECLARATION: 'DGD',
  OUT_OF_GAUGE_DECLARATION: 'OOG',
  CONTRACT_QUOTATION: 'CQU',
  INVOICE: 'INV',
};

/** The code of a word; what is no known word stays as it is, in capital letters. */
export function codeOf(words: Readonly<Record<string, string>>, said: string | undefined): string | undefined {
  const name = said?.toUpperCase();
  return name !== undefined && Object.hasOwn(words, name) ? words[name] : name;
}
