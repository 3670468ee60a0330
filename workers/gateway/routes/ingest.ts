/** The ingress for carriers' webhooks. */
import { z } from 'zod';
import { gatewayAnswers } from '../../../contracts/gateway/answers.ts';
import { described } from '../../../contracts/kit/primitives.ts';
import { handler, tagged } from '../http/route.ts';
import { ingest } from '../ingest/ingest.ts';

const optional = (description: string, example: string) => described(z.string(), description, example).optional();

const positionItem = z
  .looseObject({
    container: described(z.string(), 'Container number; or `device`, paired at registration', 'CSQU3054383').optional(),
    device: described(z.string(), 'Tracking device', 'dev-0042').optional(),
    time: described(z.string(), 'When it was observed, RFC 3339', '2026-11-26T08:30:00Z'),
    latitude: described(z.number(), 'Degrees, WGS 84', 1.26),
    longitude: described(z.number(), 'Degrees, WGS 84', 103.84),
  })
  .meta({ id: 'PositionItem', description: 'One position; speed, course and sensors may follow' });

const dcsaEvent = z
  .looseObject({
    eventType: described(z.string(), 'TRANSPORT, EQUIPMENT or SHIPMENT', 'EQUIPMENT'),
    eventDateTime: described(z.string(), 'When it happened', '2026-11-26T08:30:00+08:00'),
    eventClassifierCode: described(z.string(), 'ACT, EST or PLN', 'ACT'),
  })
  .meta({ id: 'DcsaEvent', description: 'An event as DCSA Track & Trace 2.2 has it' });

const delivery = z
  .union([z.array(positionItem), z.array(dcsaEvent)])
  .meta({ id: 'Delivery', description: 'Items in the connection’s format, 5,000 at most in 1 MiB' });

/** The routes of the ingress. */
export const ingestRoutes = tagged('Ingest', [
  handler(
    'post',
    '/ingest/{connectionId}',
    'signature',
    {
      operationId: 'ingest',
      summary: 'Deliver events or positions',
      description:
        'The body is in the connection’s format, signed over its raw bytes by its scheme: Standard Webhooks headers, or ' +
        'DCSA Notification-Signature. 202 means durably stored; the receipt says in the end what became of every item. ' +
        'A bad item is refused alone.',
      params: { connectionId: described(z.string(), 'Id of the connection', 'con_01kb2h5m8q3v6x9y2z4a7c0d5e') },
      headers: {
        'webhook-id': optional('Standard Webhooks: id of the delivery', 'msg_2LJB7'),
        'webhook-timestamp': optional('Standard Webhooks: seconds since the epoch, within five minutes', '1795681800'),
        'webhook-signature': optional(
          'Standard Webhooks: `v1,` and the base64 HMAC-SHA256 of id.timestamp.body',
          'v1,…',
        ),
        'notification-signature': optional('DCSA: `sha256=` and the hexadecimal HMAC-SHA256 of the body', 'sha256=…'),
      },
      body: { 'application/json': delivery },
      status: 202,
      answer: gatewayAnswers.ingest,
      failures: ['unauthenticated', 'address.refused', 'nothing_acceptable', 'credit.exhausted'],
      also: { 413: 'Body over 1 MiB' },
    },
    ingest,
  ),
]);
