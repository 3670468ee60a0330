/** How rows of a tenant's own tables are read: which column holds what, and what the values of an event column mean. */
import { z } from 'zod';
import { described, flag, oneOf } from '../kit/primitives.ts';

/** What a column may hold, of milestones and of positions. */
export const TABLE_FIELDS = [
  'container',
  'device',
  'event',
  'time',
  'classifier',
  'empty',
  'place',
  'facility',
  'latitude',
  'longitude',
  'booking',
  'transportDocument',
  'vessel',
  'imo',
  'voyage',
  'mode',
  'id',
  'said',
  'speed',
  'course',
  'temperature',
  'humidity',
  'shock',
  'door',
] as const;
/** What a column may hold. */
export type TableField = (typeof TABLE_FIELDS)[number];

/** Codes that a value of an event column may stand for: those of DCSA that mark milestones. */
const EVENT_CODES = ['ARRI', 'DEPA', 'LOAD', 'DISC', 'GTIN', 'GTOT', 'STUF', 'STRP', 'PICK', 'DROP'] as const;

const tableEvent = z
  .strictObject({
    code: oneOf(EVENT_CODES, 'DCSA event type code that the value stands for'),
    empty: flag('Whether it is of the empty container; the column for it tells otherwise', true).optional(),
    classifier: oneOf(['ACT', 'EST', 'PLN'], 'Whether it is actual, estimated or planned').optional(),
  })
  .meta({ id: 'TableEvent', description: 'What a value of an event column means' });

const columns = z.partialRecord(z.enum(TABLE_FIELDS), z.string().min(1).max(100)).meta({
  description:
    'The column of each field; one that is not named has the field’s own name. A member within others as a.b',
  examples: [{ container: 'Container No.', event: 'Status', time: 'Date', place: 'Port' }],
});
const events = z
  .record(z.string().min(1).max(100), tableEvent)
  .refine((map) => Object.keys(map).length <= 200, 'may hold 200 values')
  .meta({
    description: 'What the values of the event column mean, beside DCSA codes and the names of milestones',
    examples: [{ 'Vessel departed': { code: 'DEPA' } }],
  });
const dates = described(
  z.enum(['iso', 'dmy', 'mdy']),
  'How dates are written: year first, day first, or month first',
  'dmy',
);

/** How the rows of a table are read. */
export const tableOptions = z
  .strictObject({ columns, events, dates })
  .meta({ id: 'TableOptions', description: 'How the rows of a table are read' });
/** How the rows of a table are read, as a caller says it. */
export const tableOptionsInput = z
  .strictObject({ columns: columns.default({}), events: events.default({}), dates: dates.default('iso') })
  .meta({ id: 'NewTableOptions', description: 'How the rows of a table are read' });
/** How the rows of a table are read. */
export type TableOptions = z.infer<typeof tableOptions>;

/** How rows are read where nothing is said. */
export const DEFAULT_TABLE: TableOptions = { columns: {}, events: {}, dates: 'iso' };
