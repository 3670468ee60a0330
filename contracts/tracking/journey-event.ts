/** Events of journeys as the API answers them. */
import { z } from 'zod';
import { containerNumber, flag, idOf, instant, oneOf, orNull, text } from '../kit/primitives.ts';
import { location } from './events.ts';

export const journeyEvent = z
  .strictObject({
    key: text('Names the content: equal for two deliveries of the same statement', '9f86d081884c7d65'),
    container: containerNumber(),
    family: oneOf(
      ['TRANSPORT', 'EQUIPMENT', 'SHIPMENT', 'IOT', 'REEFER'],
      'DCSA event type; IOT and REEFER are of the draft of 3.0',
    ),
    code: text('DCSA event type code; what has none bears its word, such as APPROACHING', 'ARRI'),
    classifier: oneOf(['ACT', 'EST', 'PLN'], 'DCSA classifier: actual, estimated or planned'),
    at: instant('When it happened or is expected'),
    atText: text('The time as the carrier wrote it', '2026-11-26T08:30:00+08:00'),
    zoneSource: oneOf(['stated', 'port', 'connection', 'assumed_utc'], 'Where the zone of the time came from'),
    createdAt: orNull(instant('When it was said; null where the source does not tell')),
    receivedAt: instant('When it was received first'),
    inForce: flag('Whether it counts: it was neither overridden nor taken back', true),
    carrierId: idOf('car', 'Id of the carrier or terminal'),
    connectionId: idOf('con', 'The connection it came by').optional(),
    role: oneOf(['carrier', 'terminal'], 'What the source is, where it is no carrier').optional(),
    location: location.optional(),
    empty: flag('Whether the container was empty', false).optional(),
    mode: oneOf(['VESSEL', 'RAIL', 'TRUCK', 'BARGE'], 'Mode of transport').optional(),
    vesselImo: text('IMO number of the vessel', '9839430').optional(),
    vesselName: text('Name of the vessel', 'MSC GULSUN').optional(),
    voyage: text('Voyage number', '048W').optional(),
    transportCallId: text('The carrier’s id of the port call', 'TC-1').optional(),
    bookings: z
      .array(z.string())
      .meta({ description: 'The carrier’s numbers of its bookings', examples: [['BK00641205']] })
      .optional(),
    transportDocuments: z
      .array(z.string())
      .meta({ description: 'The numbers of its transport documents', examples: [['HHL71800000']] })
      .optional(),
    documentReference: text('Bill of lading or booking of the carrier', 'MEDU1234567').optional(),
    documentTypeCode: text('Kind of document (DCSA document type code)', 'SHI').optional(),
    delayReasonCode: text('SMDG delay reason code', 'WEA').optional(),
    carrierEventId: text('The carrier’s id of the event', '84db923d-2a19-4eb0-beb5-446c1ec57d34').optional(),
    saidAs: oneOf(
      ['ACT', 'EST', 'PLN'],
      'What the carrier called it, where it counts as something else: an actual far ahead counts as an estimate',
    ).optional(),
    retracted: flag('Whether the carrier takes back what it said under this id', true).optional(),
    warnings: z
      .array(z.string())
      .meta({ description: 'What looks odd', examples: [[]] })
      .optional(),
    details: z
      .record(z.string(), z.unknown())
      .meta({
        description: 'The other members of the message, as the carrier wrote them',
        examples: [{ ISOEquipmentCode: '22GP', seals: [{ sealNumber: '133773' }] }],
      })
      .optional(),
  })
  .meta({ id: 'JourneyEvent', description: 'A stored event of a container’s journey' });
/** A stored journey event of an answer. */
export type ApiJourneyEvent = z.infer<typeof journeyEvent>;
