/** What the tests of the adapters share: a context, a well-formed event, and the items of a body. */
import { DEFAULT_OPTIONS } from '../../../contracts/tracking/connection-options.ts';
import type { AdaptedItem, AdapterContext } from './adapter.ts';
import { dcsa } from './dcsa.ts';

/** The context of a delivery at the beginning of June 2026. */
export const context: AdapterContext = {
  carrierId: 'car_1',
  connectionId: 'con_1',
  options: DEFAULT_OPTIONS,
  now: Date.parse('2026-06-01T00:00:00Z'),
  report: () => {},
};

/** The content type of most deliveries. */
export const json = 'application/json';

/** A well-formed DCSA equipment event. */
export const gateIn = {
  eventID: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  eventType: 'EQUIPMENT',
  eventCreatedDateTime: '2026-05-01T12:00:00Z',
  eventClassifierCode: 'ACT',
  eventDateTime: '2026-05-01T10:00:00+08:00',
  equipmentEventTypeCode: 'GTIN',
  emptyIndicatorCode: 'LADEN',
  equipmentReference: 'CSQU3054383',
  eventLocation: { UNLocationCode: 'CNSHA' },
};

/** The items of a DCSA body. */
export function items(body: unknown): AdaptedItem[] {
  const result = dcsa.parse(JSON.stringify(body), json, context);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result.items;
}
