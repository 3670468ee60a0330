/** The webhooks section: what is posted to tenants' endpoints. */
import {
  WEBHOOK_EVENTS,
  type WebhookEventType,
  webhookHeaders,
  webhookPayload,
} from '../../../contracts/notifications/events.ts';
import { content, type Described, parameter } from './parts.ts';
import type { Schemas } from './schemas.ts';

/** A webhook for each type of event. */
export function webhooksOf(schemas: Schemas): Described {
  const entries = Object.entries(WEBHOOK_EVENTS) as [WebhookEventType, (typeof WEBHOOK_EVENTS)[WebhookEventType]][];
  return Object.fromEntries(
    entries.map(([type, { summary }]) => [
      type,
      {
        post: {
          operationId: `on${type.replaceAll(/(^|\.)(\w)/g, (_all, _dot, letter: string) => letter.toUpperCase())}`,
          tags: ['Webhooks'],
          summary,
          description:
            'Posted to your endpoints (Standard Webhooks 1.0.0): at least once, in any order. Check the signature, ' +
            'de-duplicate by `webhook-id`, and answer 2xx within ten seconds.',
          security: [],
          parameters: Object.entries(webhookHeaders).map(([name, schema]) =>
            parameter(schemas, 'header', name, schema),
          ),
          requestBody: {
            required: true,
            content: content(schemas, 'application/json', webhookPayload(type), 'output'),
          },
          responses: {
            '2XX': { description: 'Taken' },
            '4XX': { description: 'Not taken: tried again on the schedule' },
          },
        },
      },
    ]),
  );
}
