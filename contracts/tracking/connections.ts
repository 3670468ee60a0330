/** Carrier connections: who may post webhooks, in which format, and what became of what was posted. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedBy, pagedById, pageOf } from '../kit/paging.ts';
import { described, flag, idInput, idOf, instant, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { resealing, resealingInput } from '../kit/sealing.ts';
import { secretRotation } from '../kit/secret-rotation.ts';
import { connectionOptions, connectionOptionsInput, DEFAULT_OPTIONS } from './connection-options.ts';
import { ITEM_OUTCOMES, type ItemOutcome, itemWarning, RECEIPT_WARNINGS_MAX, rejectedItem } from './events.ts';

/** The formats of carrier connections. */
const CONNECTION_FORMATS = ['dcsa', 'dcsa3_draft', 'positions', 'milestones_table', 'positions_table'] as const;
/** The signature schemes of carrier connections. */
const SIGNATURE_SCHEMES = ['standard-webhooks', 'dcsa'] as const;

const format = oneOf(
  CONNECTION_FORMATS,
  'Format of the body: DCSA Track & Trace 2.2 events, events of the draft of its version 3.0, positions, or tables (CSV, ' +
    'NDJSON) of milestones or positions that are read as the options say',
);
const scheme = oneOf(SIGNATURE_SCHEMES, 'How deliveries are signed: Standard Webhooks, or DCSA Notification-Signature');

export const connection = z
  .strictObject({
    id: idOf('con', 'Id of the connection; part of its ingest address'),
    tenantId: idOf('ten', 'The organisation it belongs to'),
    carrierId: idOf('car', 'The carrier whose data comes in'),
    name: text('Name', 'Ocean Line events'),
    format,
    scheme,
    options: connectionOptions,
    status: oneOf(['active', 'disabled'], 'Whether deliveries are taken'),
    createdAt: instant('When it was created'),
    secretRotatedAt: orNull(instant('When its secret was changed last')),
  })
  .meta({ id: 'Connection', description: 'A webhook connection of a carrier, without its secrets' });
/** A connection as the API shows it: never with its secrets. */
export type Connection = z.infer<typeof connection>;

const connectionWithSecret = connection
  .extend({
    secret: text(
      'The signing secret, shown once: base64 of the HMAC key, after `whsec_` where the scheme is Standard Webhooks',
      'whsec_…',
    ),
  })
  .meta({ id: 'ConnectionWithSecret', description: 'A connection with its new signing secret' });
/** A connection with the secret that was just made. */
export type ConnectionWithSecret = z.infer<typeof connectionWithSecret>;

/** A connection as the ingress goes by it: at which security version it was read. */
const ingestConnection = connection.extend({ securityVersion: z.int() });
const connectionWithSecrets = ingestConnection.extend({ secrets: z.array(z.string()) });
/** A connection with its one or two live secrets, for the gateway's signature check only. */
export type ConnectionWithSecrets = z.infer<typeof connectionWithSecrets>;

const newConnection = z
  .strictObject({
    name: described(z.string().min(1).max(100), 'Name', 'Ocean Line events'),
    carrierId: described(z.string().max(60), 'The carrier whose data comes in', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    format,
    scheme: scheme.default('standard-webhooks'),
    options: connectionOptionsInput.default(DEFAULT_OPTIONS),
  })
  .meta({ id: 'NewConnection', description: 'A connection to create' });

const warnings = z
  .array(itemWarning)
  .meta({ description: `What of the items taken was left out or read otherwise, the first ${RECEIPT_WARNINGS_MAX}` });

export const ingestAnswer = z
  .strictObject({
    receiptId: text('Id of the receipt, which tells what became of every item', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-42'),
    accepted: whole('Items stored and on their way', 98),
    duplicates: whole('Items that were delivered before', 1),
    unclaimed: whole('Items of numbers that nobody has registered: they wait until one is', 0),
    rejected: z.array(rejectedItem).meta({ description: 'Items that were refused; nothing else is lost for them' }),
    warnings,
  })
  .meta({ id: 'IngestAnswer', description: 'The answer to a webhook: what was stored durably' });
/** The answer to a webhook. */
export type IngestAnswer = z.infer<typeof ingestAnswer>;

const outcome = oneOf(ITEM_OUTCOMES, 'What became of the item', 'applied');

export const receipt = z
  .strictObject({
    id: text('Id of the receipt', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-42'),
    receivedAt: instant('When the delivery came'),
    settled: flag('Whether every item has reached its end'),
    counts: z
      .strictObject({
        applied: whole('Items in the truth', 98),
        duplicate: whole('Items that were delivered before', 1),
        queued: whole('Items on their way', 0),
        rejected: whole('Items that were refused', 1),
        parked: whole('Items that failed every time and wait for a decision', 0),
        discarded: whole('Items that were dropped', 0),
        unclaimed: whole('Items of numbers that nobody has registered: they wait until one is', 0),
      } satisfies Record<ItemOutcome, unknown>)
      .meta({ description: 'Items by outcome' }),
    items: z
      .array(z.strictObject({ index: whole('Place in the delivery, from 0', 0), outcome }))
      .meta({ description: 'Every item' }),
    rejected: z.array(rejectedItem).meta({ description: 'Items that were refused' }),
    warnings,
  })
  .meta({ id: 'Receipt', description: 'What in the end became of a delivery' });
/** What in the end became of a delivery. */
export type Receipt = z.infer<typeof receipt>;

const quarantinedItem = rejectedItem
  .extend({
    id: whole('Id of the item', 344_067),
    receiptId: text('The receipt of its delivery', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-42'),
    raw: text('The item as it came; a compressed body as a data URL', '{"eventType":"TRANSPORT"}'),
    at: instant('When it came'),
  })
  .meta({ id: 'QuarantinedItem', description: 'A refused item with its raw text' });
/** A refused item kept with its raw text. */
export type QuarantinedItem = z.infer<typeof quarantinedItem>;

const deadLetter = z
  .strictObject({
    id: text('Id of the parked message', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-344067'),
    connectionId: idOf('con', 'The connection it came by'),
    receiptId: text('The receipt of its delivery', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-42'),
    events: whole('Events in it', 45),
    sends: whole('How often it was sent', 8),
    error: orNull(text('The last error', 'container MSCU1234565 has reached 5000 journey events')),
    parkedAt: instant('When it was parked'),
    body: text('The message as it was sent', '{"v":1,"events":[]}'),
  })
  .meta({ id: 'DeadLetter', description: 'A share of a delivery that failed every time and is parked' });
/** A parked delivery. */
export type DeadLetter = z.infer<typeof deadLetter>;

const settledDeadLetter = z
  .strictObject({
    id: text('Id of the parked message', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-344067'),
    action: oneOf(['replay', 'discard'], 'What was done with it'),
  })
  .meta({ id: 'SettledDeadLetter', description: 'What was done with a parked message' });

const connectionId = { id: idInput('con', 'Id of the connection') };
const ofConnection = z.strictObject({ ...pagedBy('number'), connectionId: idInput('con', 'Id of the connection') });
const deadLetterId = z.strictObject({
  id: described(z.string().min(1).max(80), 'Id of the parked message', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-344067'),
});

/** The operations. */
export const connectionOperations = {
  createConnection: operation({
    permission: 'connections:manage',
    summary: 'Create a webhook connection; its secret is shown once',
    idempotent: true,
    input: newConnection,
    output: connectionWithSecret,
  }),
  listConnections: operation({
    permission: 'connections:read',
    summary: 'List connections, newest first',
    input: z.strictObject(pagedById('con')),
    output: pageOf('Connection', connection),
  }),
  getConnection: operation({
    permission: 'connections:read',
    summary: 'One connection',
    input: z.strictObject(connectionId),
    output: connection,
    failures: ['not_found'],
  }),
  rotateConnectionSecret: operation({
    permission: 'connections:manage',
    summary: 'Make a new secret; the one before stays valid until the next rotation',
    description: 'With `immediately` every secret before ends within a second: for one that has leaked.',
    idempotent: true,
    input: secretRotation.extend(connectionId),
    output: connectionWithSecret,
    failures: ['not_found', 'precondition.failed'],
  }),
  setConnectionOptions: operation({
    permission: 'connections:manage',
    summary: 'Say anew how the deliveries of a connection are read',
    description:
      'All of the options are set: what is left out is as for a new connection. Deliveries that come from then on are read so; ' +
      'what was read before stays as it was read.',
    input: connectionOptionsInput.extend(connectionId),
    output: connection,
    failures: ['not_found'],
  }),
  disableConnection: operation({
    permission: 'connections:manage',
    summary: 'Stop taking deliveries of a connection',
    description: 'Nothing that is signed with its secrets is taken any more.',
    input: z.strictObject(connectionId),
    output: connection,
    failures: ['not_found'],
  }),
  resealTracking: operation({
    permission: 'keys:manage',
    summary: 'Seal the secrets of connections anew with the current key',
    description: 'After a rotation of the sealing keys, part by part; what still needs an earlier key is named.',
    input: resealingInput,
    output: resealing,
  }),
  connectionForIngest: operation({
    permission: { unauthenticated: 'for the signature check of a webhook, which has no actor yet' },
    summary: 'An active connection with its live secrets; null when there is none',
    input: z.strictObject({ id: z.string().max(80) }),
    output: connectionWithSecrets.nullable(),
  }),
  ingest: operation({
    permission: 'connection',
    summary: 'Takes a verified delivery in',
    input: z.strictObject({
      connection: ingestConnection,
      contentType: z.string().max(200),
      body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    }),
    output: ingestAnswer,
    failures: ['unauthenticated', 'nothing_acceptable', 'credit.exhausted'],
  }),
  getReceipt: operation({
    permission: 'receipts:read',
    summary: 'What became of every item of a delivery',
    input: z.strictObject({
      id: described(z.string().min(1).max(80), 'Id of the receipt', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e-42'),
    }),
    output: receipt,
    failures: ['not_found'],
  }),
  listQuarantine: operation({
    permission: 'receipts:read',
    summary: 'Refused items of a connection with their raw text, newest first',
    input: ofConnection,
    output: pageOf('QuarantinedItem', quarantinedItem),
    failures: ['not_found'],
  }),
  listDeadLetters: operation({
    permission: 'dead-letters:manage',
    summary: 'Deliveries of a connection that failed every time and are parked, oldest first',
    input: ofConnection,
    output: pageOf('DeadLetter', deadLetter),
    failures: ['not_found'],
  }),
  replayDeadLetter: operation({
    permission: 'dead-letters:manage',
    summary: 'Send a parked delivery through again',
    input: deadLetterId,
    output: settledDeadLetter,
    failures: ['not_found'],
  }),
  discardDeadLetter: operation({
    permission: 'dead-letters:manage',
    summary: 'Drop a parked delivery for good',
    input: deadLetterId,
    output: settledDeadLetter,
    failures: ['not_found'],
  }),
};
