/** What the API description says before its operations. */
import { ERROR_CODES } from '../../../contracts/kit/result.ts';
import { WEBHOOK_EVENTS } from '../../../contracts/notifications/events.ts';
import { PROBLEMS } from '../http/problems.ts';
import { CODE_MEANINGS } from './answers.ts';

const QUICK_START = `## Quick start

1. Get a token. An administrator makes a machine client (\`POST /v1/clients\`); its id and secret buy tokens of five minutes:

\`\`\`sh
ORIGIN=http://localhost:8787 CLIENT_ID=cli_... CLIENT_SECRET=fls_...
TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials "$ORIGIN/oauth/token" |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
\`\`\`

2. Track a container:

\`\`\`sh
curl -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "idempotency-key: my-first-container" \\
  -d '{"containers":[{"number":"CSQU3054383","origin":"CNSHA","destination":"NLRTM"}]}' "$ORIGIN/v1/containers"
curl -H "authorization: Bearer $TOKEN" "$ORIGIN/v1/containers/CSQU3054383"
\`\`\`

3. Let the carrier deliver: invite it, make a connection, and post as it would, signed with the connection's secret:

\`\`\`sh
POST() { curl -s -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H "idempotency-key: $1" -d "$3" "$ORIGIN$2"; }
member() { sed 's/.*"'$1'":"\\([^"]*\\)".*/\\1/'; }
CARRIER=$(POST my-first-carrier /v1/carriers '{"scac":"NWOL","name":"Northwind Ocean Lines"}' | member id)
CONNECTION=$(POST my-first-connection /v1/connections '{"name":"Positions","carrierId":"'$CARRIER'","format":"positions","scheme":"dcsa"}')
BODY='[{"container":"CSQU3054383","time":"2026-01-10T08:30:00Z","latitude":1.26,"longitude":103.84}]'
KEY=$(echo "$CONNECTION" | member secret | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" | sed 's/.* //')
curl -H "notification-signature: sha256=$SIGNATURE" -H 'content-type: application/json' -d "$BODY" \\
  "$ORIGIN/ingest/$(echo "$CONNECTION" | member id)"
\`\`\`

4. Listen: add an endpoint (\`POST /v1/webhook-endpoints\`), or open a WebSocket with a ticket (\`POST /v1/ws-tickets\`).

On this page: **Authorize** with a client's id and secret, and try any operation.`;

const RULES = `## Rules

- Every answer has an \`x-request-id\`; name it when you ask about a request. An \`x-correlation-id\` of your own is answered
  and logged beside it.
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
  { name: 'Audit', description: 'Who did what: the audit trail, its chain of hashes, and exports' },
  { name: 'Tenants', description: 'For operators: tenants, their quotas and features' },
  { name: 'Platform', description: 'Health, readiness, signing keys' },
];
