/** A valid request for each operation of the document, made from its schemas. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { inDays } from '../support/fixtures.ts';
import { type DocumentedOperation, fillPath, type Hints, type OpenApi, sample, valuesOf } from '../support/openapi.ts';
import { pathParams, SHARED_DEVICE, SHARED_NUMBER } from '../support/world.ts';

/** The container of every tenant, with a lane: whoever has erased it registers it so again. */
export const SHARED_CONTAINER = { number: SHARED_NUMBER, origin: 'CNSHA', destination: 'NLRTM' };

/** What a schema cannot say: values that exist, and such as do not undo what the checks stand on. */
export function hintsFor(ids: Record<string, string>, role = 'viewer'): Hints {
  return {
    carrierId: fc.constant(ids.carrier),
    tenantId: fc.constant(ids.tenant),
    allocationId: fc.constant(ids.allocation),
    connectionId: fc.constant(ids.connection),
    number: fc.constant(SHARED_NUMBER),
    container: fc.constant(SHARED_NUMBER),
    device: fc.constant(SHARED_DEVICE),
    options: fc.constant(undefined),
    defaultZone: fc.constant(null),
    aliases: fc.constant({}),
    history: fc.constant('events'),
    role: fc.constant(role),
    email: fc.uuid().map((id) => `${id}@people.example`),
    slug: fc.stringMatching(/^[a-z]{12}$/),
    scac: fc.constant('OCEA'),
    // `immediately` would end every token; addresses and quotas would shut the checks out.
    immediately: fc.constant(false),
    allowedAddresses: fc.constant([]),
    blockedAddresses: fc.constant([]),
    corsOrigins: fc.constant([]),
    tenantPerMinute: fc.constant(10_000_000),
    subjectPerMinute: fc.constant(10_000_000),
    features: fc.constant({ live: true, outbound_webhooks: true, sea_routes: true }),
    temperatureRangeC: fc.constant({ min: -20, max: -10 }),
    period: fc.constant('2026-W48'),
    departureAt: fc.constant(inDays(7)),
    arrivalAt: fc.constant(inDays(36)),
    closesAt: fc.constant(inDays(6)),
    confirmedAt: fc.constant(inDays(-1)),
    containers: fc.constant([SHARED_NUMBER]),
    quantity: fc.constant(1),
    from: fc.constant('CNSHA'),
    to: fc.constant('NLRTM'),
    cursor: fc.constant(undefined),
    box: fc.constant([-10, 35, 5, 60]),
    numbers: fc.constant([SHARED_NUMBER]),
    avoid: fc.constant(['suez']),
    horizonHours: fc.constant(48),
    jwks: fc.constant(undefined),
    scopes: fc.constant(null),
  };
}

/** Differences of single operations from the hints. */
const BY_OPERATION: Record<string, (ids: Record<string, string>) => Hints> = {
  'POST /v1/containers': () => ({
    containers: fc.constant([SHARED_CONTAINER]),
  }),
  // There a role is what a party is.
  'PUT /v1/connections/{id}/options': () => ({ role: fc.constant('carrier') }),
  'POST /v1/connections/{id}/uploads': () => ({
    contentType: fc.constant('application/json'),
    text: fc.constant(JSON.stringify({ container: SHARED_NUMBER, time: inDays(-1), latitude: 1, longitude: 100 })),
  }),
  'POST /v1/clients': () => ({ scopes: fc.constant(undefined) }),
  'POST /v1/bookings/{id}/transitions': () => ({ to: fc.constant('shipped') }),
  'POST /v1/carrier/customers/{tenantId}/bookings/{id}/transitions': () => ({ to: fc.constant('confirmed') }),
  'POST /v1/users': () => ({ role: fc.constant('viewer') }),
  'POST /v1/invitations': () => ({ carrierId: fc.constant(undefined) }),
  'POST /v1/webhook-endpoints/{id}/replay': () => ({
    from: fc.constant('2026-11-01T00:00:00Z'),
    until: fc.constant(undefined),
  }),
  'GET /v1/eta/accuracy': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
  'GET /v1/carriers/{id}/reliability': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
  'GET /v1/audit': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
  'GET /v1/audit/range': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
  'GET /v1/audit/export': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
  'POST /v1/devices/{device}/pair': () => ({ from: fc.constant(undefined), until: fc.constant(undefined) }),
  'GET /v1/containers/{number}/positions': () => ({ from: fc.constant(undefined), to: fc.constant(undefined) }),
};

/** What an operation's fields mean where the same name means something else elsewhere. */
export function overridesFor(op: DocumentedOperation, ids: Record<string, string>): Hints {
  return BY_OPERATION[`${op.method} ${op.path}`]?.(ids) ?? {};
}

/** A request without its token. */
export interface PreparedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Prepares a valid request for an operation, naming the things of the given ids. */
export function prepare(
  op: DocumentedOperation,
  document: OpenApi,
  origin: string,
  ids: Record<string, string>,
  role: string,
  seed: number,
): PreparedRequest {
  const hints = { ...hintsFor(ids, role), ...overridesFor(op, ids) };
  const query = new URLSearchParams();
  for (const { name, schema } of op.parameters.filter(
    (p) => p.in === 'query' && (p.required || p.name === 'connectionId'),
  )) {
    query.set(name, String(sample(valuesOf(schema, document, hints, name), seed)));
  }
  const search = query.size > 0 ? `?${query}` : '';
  const body = op.body ? JSON.stringify(sample(valuesOf(op.body, document, hints), seed)) : undefined;
  return {
    url: `${origin}${fillPath(op.path, pathParams(op.path, ids))}${search}`,
    method: op.method,
    headers: {
      ...(op.parameters.some((p) => p.name === 'idempotency-key') ? { 'idempotency-key': randomUUID() } : {}),
      ...(op.parameters.some((p) => p.name === 'if-match') ? { 'if-match': '"1"' } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body,
  };
}
