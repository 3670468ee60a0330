/**
 * What the gateway answers by itself: health, the OAuth endpoints, the ingress, and what it gathers from
 * several services. Everything else is answered by a service, by the contract of its operation.
 */
import { z } from 'zod';
import { carrier } from '../identity/carriers.ts';
import { decimal, described, flag, instant, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { shipment } from '../procurement/shipments.ts';
import { ingestAnswer } from '../tracking/connections.ts';
import { fleetLine } from '../tracking/containers.ts';

const health = z
  .strictObject({
    status: oneOf(['ok'], 'Always ok, when the edge answers at all'),
    now: instant('The platform’s clock'),
    clockSpeed: decimal('How fast it runs: 1 but in demonstrations', 1),
  })
  .meta({ id: 'Health', description: 'That the edge answers' });

const ready = z
  .strictObject({
    ready: flag('Whether every part is ready'),
    parts: z
      .array(
        z.strictObject({
          name: text('Which part', 'procurement.SHARD_0'),
          ready: flag('Whether it is ready'),
          reason: described(z.string(), 'What is wrong with it', 'no such table: allocations').optional(),
        }),
      )
      .meta({ description: 'Every part of the platform' }),
  })
  .meta({ id: 'Readiness', description: 'Which parts of the platform are ready' });

const partOf = <T extends z.ZodType>(value: T, description: string) =>
  z
    .strictObject({
      value: value.nullable().meta({ description: 'The part; null when it could not be had' }),
      reason: orNull(text('Why there is no value', 'unavailable')),
    })
    .meta({ description });

const overview = z
  .strictObject({
    shipment: partOf(shipment, 'The shipment'),
    tracking: partOf(z.array(fleetLine), 'Its containers'),
    carrier: partOf(carrier, 'Its carrier, with whom to contact'),
  })
  .meta({ id: 'ShipmentOverview', description: 'A shipment from all sides; a part that fails is null with a reason' });

const tokenAnswer = z
  .strictObject({
    access_token: text('The access token, a JWT (RFC 9068)', 'eyJ…'),
    token_type: oneOf(['Bearer', 'DPoP'], 'How it is to be sent'),
    expires_in: whole('Seconds it lives', 300),
    scope: text('What it may do', 'containers:read live:subscribe'),
    refresh_token: text('For people: what renews it, once', 'ten_….…').optional(),
  })
  .meta({ id: 'TokenAnswer', description: 'A token answer (RFC 6749 section 5.1)' });
const introspection = z
  .looseObject({ active: described(z.boolean(), 'Whether the token is good now', true) })
  .meta({ id: 'Introspection', description: 'What is known of a token (RFC 7662 section 2.2)' });
const jwks = z
  .strictObject({
    keys: z
      .array(z.record(z.string(), z.unknown()))
      .meta({ description: 'JSON Web Keys (RFC 7517)', examples: [[{ kty: 'EC', crv: 'P-256', kid: 'kD3x' }]] }),
  })
  .meta({ id: 'Jwks', description: 'The keys that sign access tokens' });
const metadata = (id: string, description: string) =>
  z.record(z.string(), z.unknown()).meta({ id, description, examples: [{ issuer: 'https://fairlead.example' }] });

/** The answers, by the `operationId` of their routes. */
export const gatewayAnswers = {
  health,
  readiness: ready,
  getShipmentOverview: overview,
  ingest: ingestAnswer,
  token: tokenAnswer,
  introspect: introspection,
  revoke: z.strictObject({}).meta({ id: 'Revoked', description: 'Nothing' }),
  jwks,
  authorizationServer: metadata('AuthorizationServer', 'Authorization server metadata (RFC 8414 section 2)'),
  protectedResource: metadata('ProtectedResource', 'Protected resource metadata (RFC 9728 section 2)'),
};
