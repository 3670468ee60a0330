/** What the API description says before its operations. */
import { ERROR_CODES } from '../../../contracts/kit/result.ts';
import { WEBHOOK_EVENTS } from '../../../contracts/notifications/events.ts';
import { PROBLEMS } from '../http/problems.ts';
import { CODE_MEANINGS } from './answers.ts';

const QUICK_START = `## Quick start

1. Get a token. An administrator makes a machine client (\`POST /v1/clients\`); its id and secret buy tokens of five minutes:

\`\`\`sh
curl -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials "$ORIGIN/oauth/token"
\`\`\`

2. Track a container:

\`\`\`sh
curl -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "idempotency-key: $(uuidgen)" \\
  -d '{"containers":[{"number":"CSQU3054383","origin":"CNSHA","destination":"NLRTM"}]}' "$ORIGIN/v1/containers"
curl -H "authorization: Bearer $TOKEN" "$ORIGIN/v1/containers/CSQU3054383"
\`\`\`

3. Let the carrier deliver: \`POST /v1/carriers\`, then \`POST /v1/connections\`; the carrier posts signed webhooks to
\`/ingest/{connectionId}\`.

4. Listen: add an endpoint (\`POST /v1/webhook-endpoints\`), or open a WebSocket with a ticket (\`POST /v1/ws-tickets\`).

On this page: **Authorize** with a client's id and secret, and try any operation.`;

const RULES = `## Rules

- Every answer has an \`x-correlation-id\`; name it when you ask about a request.
- Instants are RFC 3339, in UTC in answers. Units are part of names (\`speedKnots\`, \`ageSeconds\`).
- Lists are paged: pass \`nextCursor\` as \`cursor\` until it is null.
- Requests that create something need an \`Idempotency-Key\`; the same key answers the same, for a day at least.
- What has a \`version\` has an \`ETag\`; changing it needs \`If-Match\`.
- Unknown members and parameters are refused: a misspelt filter must not answer everything.
- \`RateLimit\` and \`RateLimit-Policy\` say how your quotas stand; 429 and 503 say when to come back.`;

function errorCatalogue(): string {
  const rows = ERROR_CODES.map((code) => `| \`${code}\` | ${PROBLEMS[code].status} | ${CODE_MEANINGS[code]} |`);
  return ['## Error catalogue', '', '| code | status | meaning |', '|---|---|---|', ...rows].join('\n');
}

function eventCatalogue(): string {
  const rows = Object.entries(WEBHOOK_EVENTS).map(([type, { summary }]) => `| \`${type}\` | ${summary} |`);
  return ['## Event catalogue', '', '| event | when |', '|---|---|', ...rows].join('\n');
}

/** Quick start, rules, and the catalogues of errors and events. */
export const INTRODUCTION = [
  'Errors are RFC 9457 problem documents; lists page by cursor.',
  QUICK_START,
  RULES,
  errorCatalogue(),
  eventCatalogue(),
].join('\n\n');

/** The groups of operations, in the order a newcomer meets them. */
export const TAGS = [
  { name: 'OAuth', description: 'Tokens: how machines and people get, renew, look at and end them' },
  { name: 'Account', description: 'Your own account: who you are, sessions, password, second factor' },
  { name: 'Containers', description: 'What is tracked: registration, state, events, positions' },
  { name: 'ETA', description: 'Estimated arrivals, their accuracy, and the models behind them' },
  { name: 'Routes', description: 'Sea routes between ports' },
  { name: 'Live', description: 'WebSockets, opened by tickets' },
  { name: 'Procurement', description: 'Contracted space, bookings and shipments' },
  {
    name: 'For carriers',
    description: 'What a carrier’s people see: who works with them, and what is addressed to them',
  },
  { name: 'Carriers', description: 'The carriers you work with' },
  { name: 'Connections', description: 'Carriers’ webhook connections, and what became of what they posted' },
  { name: 'Ingest', description: 'Where carriers post' },
  { name: 'Webhooks', description: 'Your own endpoints and their deliveries' },
  { name: 'People', description: 'Users, invitations, sessions' },
  { name: 'Machines', description: 'Machine clients' },
  { name: 'Policy', description: 'Address lists, allowed origins, security alerts' },
  { name: 'Tenants', description: 'For operators: tenants, their quotas and features' },
  { name: 'Platform', description: 'Health, readiness, signing keys' },
];
