/** DCSA Track & Trace 2.2 events, in whichever wrapper. */
import { type AdaptedItem, type Adapter, type AdapterContext, adaptEach, parseJson, recordOf } from './adapter.ts';
import { adaptEvent, type Dialect, READ_MEMBERS } from './dcsa-event.ts';
import { eventsOf } from './dcsa-lists.ts';

/** The adapter of the `dcsa` format. */
export const dcsa: Adapter = {
  parse(text, _contentType, context) {
    const parsed = parseJson(text);
    if ('error' in parsed) return { unreadable: parsed.error };
    return { items: adaptEach(eventsOf(parsed.value), context, adapt) };
  },
};

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

function adapt(raw: unknown, index: number, context: AdapterContext): AdaptedItem {
  const item = recordOf(raw);
  if (item) return adaptEvent(item, { raw, index }, context, DIALECT);
  return { index, raw, fault: { pointer: '', code: 'item.not_object', detail: 'An event must be a JSON object' } };
}
