/** How the deliveries of a connection are read: the habits of carriers' feeds that no delivery tells. */
import { z } from 'zod';
import { described, oneOf, orNull, unLocode } from '../kit/primitives.ts';
import { DEFAULT_TABLE, tableOptions, tableOptionsInput } from './table-options.ts';

/** Whether a text names a time zone of the IANA database that this runtime knows. */
function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

const history = oneOf(
  ['events', 'full'],
  'What a delivery holds: events, or for each container in it all that the connection has to say, so that what is ' +
    'not in it any more is withdrawn',
);
const times = oneOf(
  ['as_stated', 'local_labelled_z'],
  'Whether times of movements are what they state, or local time of the place that is labelled as UTC',
);
const role = oneOf(['carrier', 'terminal'], 'What the party is: of moves at its gate a terminal is believed first');
const defaultZone = orNull(
  described(
    z.string().max(64).refine(isZone, 'must be a time zone of the IANA database'),
    'The zone of times without one at places whose zone is not known; UTC without it',
    'Europe/Amsterdam',
  ),
);
const placeCode = z.string().regex(/^[A-Z0-9]{2,12}$/, 'must be 2 to 12 capital letters and digits');
const aliases = z
  .record(placeCode, unLocode('UN/LOCODE of the port', 'CNSHA'))
  .refine((map) => Object.keys(map).length <= 200, 'may hold 200 codes')
  .meta({ description: 'UN/LOCODEs of the codes that the carrier writes for places', examples: [{ SHG: 'CNSHA' }] });

/** The options of a connection, in an answer. */
export const connectionOptions = z
  .strictObject({ history, times, role, defaultZone, aliases, table: tableOptions })
  .meta({ id: 'ConnectionOptions', description: 'How the deliveries of a connection are read' });
/** The options of a connection. */
export type ConnectionOptions = z.infer<typeof connectionOptions>;

/** Options as a caller names them. */
export const connectionOptionsInput = z
  .strictObject({
    history: history.default('events'),
    times: times.default('as_stated'),
    role: role.default('carrier'),
    defaultZone: defaultZone.default(null),
    aliases: aliases.default({}),
    table: tableOptionsInput.default(DEFAULT_TABLE),
  })
  .meta({ id: 'NewConnectionOptions', description: 'How the deliveries of a connection are read' });

/** What holds where nothing is said. */
export const DEFAULT_OPTIONS: ConnectionOptions = {
  history: 'events',
  times: 'as_stated',
  role: 'carrier',
  defaultZone: null,
  aliases: {},
  table: DEFAULT_TABLE,
};
