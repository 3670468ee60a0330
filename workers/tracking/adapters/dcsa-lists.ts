/** Where a DCSA feed has its events: carriers wrap them in several ways. */
import { type AdaptedItem, type Adapter, type AdapterContext, adaptEach, parseJson, recordOf } from './adapter.ts';
import type { Fields } from './dcsa-fields.ts';

/** Wrappers inside wrappers: nobody has more than a CloudEvents envelope with lists by type in it. */
const DEPTH_MAX = 4;
/** The members that hold events, or another wrapper of them. */
const WRAPPERS = ['events', 'eventList', 'data', 'items'];
/** What tells an event from a wrapper. */
const MARKS = [
  'eventType',
  'eventClassifierCode',
  'transportEventTypeCode',
  'equipmentEventTypeCode',
  'shipmentEventTypeCode',
  'eventDateTime',
  'equipmentReference',
  'transportCall',
  'eventClassification',
  'eventDetails',
  'payload',
  'equipmentEventInfo',
  'transportEventInfo',
  'shipmentEventInfo',
  'reeferEventInfo',
  'iotEventInfo',
];

/** Where an event stands in a delivery, and how it was written there. */
interface Written {
  raw: unknown;
  index: number;
}

/** The adapter of a DCSA format in JSON; `adapt` reads one event, which is an object. */
export function dcsaAdapter(adapt: (event: Fields, written: Written, context: AdapterContext) => AdaptedItem): Adapter {
  return {
    parse(text, _contentType, context) {
      const parsed = parseJson(text);
      if ('error' in parsed) return { unreadable: parsed.error };
      return {
        items: adaptEach(eventsOf(parsed.value), context, (raw, index) => {
          const event = recordOf(raw);
          if (event) return adapt(event, { raw, index }, context);
          const fault = { pointer: '', code: 'item.not_object', detail: 'An event must be a JSON object' };
          return { index, raw, fault };
        }),
      };
    },
  };
}

/**
 * The events of a body, as they stand: one, an array, `{events}`, `{eventList}`, `{data}`, lists by type
 * (`{transportEvents: [...], equipmentEvents: [...]}`), and CloudEvents 1.0 envelopes, also in one another. What is
 * nothing of it is one item, to be refused with its reason.
 */
export function eventsOf(value: unknown, depth = 0): unknown[] {
  if (depth > DEPTH_MAX) return [value];
  if (Array.isArray(value))
    return value.flatMap((each: unknown) => (isWrapper(each) ? eventsOf(each, depth + 1) : [each]));
  const wrapper = isWrapper(value) ? recordOf(value)! : null;
  if (!wrapper) return [value];
  const name = WRAPPERS.find((each) => typeof wrapper[each] === 'object' && wrapper[each] !== null);
  if (name) return eventsOf(wrapper[name], depth + 1);
  return Object.values(wrapper).flatMap((list) => (isListOfObjects(list) ? eventsOf(list, depth + 1) : []));
}

function isWrapper(value: unknown): boolean {
  const record = recordOf(value);
  if (!record || MARKS.some((mark) => mark in record)) return false;
  return (
    WRAPPERS.some((name) => typeof record[name] === 'object' && record[name] !== null) ||
    Object.values(record).some(isListOfObjects)
  );
}

const isListOfObjects = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each: unknown) => recordOf(each) !== undefined);
