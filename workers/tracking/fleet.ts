/** Containers of a tenant: registration and reads. The object's name holds the tenant: no other can be reached. */
import type { Actor } from '../../contracts/actor.ts';
import { type Failure, fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import type {
  ContainerView,
  FleetQuery,
  FleetSummary,
  PositionQuery,
  Registered,
  Registration,
  RouteFeature,
  StoredEvent,
} from '../../contracts/tracking.ts';
import { PASSAGES, type Passage } from '../../domain/geo/sea-network.ts';
import type { SeaRoute } from '../../domain/geo/sea-route.ts';
import type { Point } from '../../domain/geo/sphere.ts';
import { isValidContainerNumber, normalizeContainerNumber } from '../../domain/identifiers/iso6346.ts';
import type { Position } from '../../domain/positions/chunk.ts';
import { containerTracker, fleetIndex } from '../../durable-objects/stubs.ts';
import { mapLimit } from '../../platform/concurrency.ts';
import { keyMismatch, plainRequestHash } from '../../platform/idempotency.ts';
import { FAN_OUT } from '../../platform/limits.ts';
import { notFound, refuse } from '../../platform/service.ts';
import { portOf } from '../../reference/ports.ts';
import { routeBySea } from '../../reference/sea.ts';
import type { Env } from './env.ts';

const REFERENCE = /^[A-Z0-9]{4,17}$/;

/** Registers containers under a key; a wrong check digit is warned of and kept, since real ones occur. */
export async function registerContainers(
  env: Env,
  actor: Actor,
  registrations: Registration[],
  key: string,
): Promise<Result<Keyed<Registered>>> {
  const refused = refuse(actor, 'containers:write') ?? numberFaults(registrations);
  if (refused) return refused;
  const index = fleetIndex(env, actor.tenantId);
  const request = {
    operation: `containers:${actor.subject}`,
    key,
    requestHash: await plainRequestHash(actor, registrations),
  };
  const known = await index.recorded<Registered>(request);
  const stored =
    known ??
    // Registering is the same when done twice, so a crash before the record costs nothing but the work.
    (await index.applyKeyed(actor.tenantId, await register(env, actor, registrations, Date.now()), {
      ...request,
      answer: registered(registrations),
    }));
  return stored === 'mismatch' ? keyMismatch() : ok({ value: stored.answer, replayed: stored.replayed });
}

/** Registers the containers of a booking; `saidAt` is when it was confirmed. */
export async function registerBooked(
  env: Env,
  actor: Actor,
  registrations: Registration[],
  saidAt: number,
): Promise<Result<Registered>> {
  const refused = refuse(actor, 'containers:write') ?? numberFaults(registrations);
  if (refused) return refused;
  const summaries = await register(env, actor, registrations, saidAt);
  await fleetIndex(env, actor.tenantId).apply(actor.tenantId, summaries);
  return ok(registered(registrations));
}

function numberFaults(registrations: Registration[]): Failure | null {
  const faults = registrations.flatMap(({ number }, i) =>
    REFERENCE.test(normalizeContainerNumber(number))
      ? []
      : [{ pointer: `/containers/${i}/number`, code: 'invalid', detail: 'must be 4 to 17 letters and digits' }],
  );
  return faults.length > 0 ? fail('invalid', 'The request has faults', { faults }) : null;
}

function register(env: Env, actor: Actor, registrations: Registration[], saidAt: number): Promise<FleetSummary[]> {
  return mapLimit(registrations, FAN_OUT, ({ number: written, ...registration }) => {
    const number = normalizeContainerNumber(written);
    return containerTracker(env, actor.tenantId, number).register({
      tenantId: actor.tenantId,
      number,
      registration,
      saidAt,
      correlationId: actor.correlationId,
    });
  });
}

function registered(registrations: Registration[]): Registered {
  return {
    items: registrations.map((registration) => {
      const number = normalizeContainerNumber(registration.number);
      return { number, warnings: warningsOf(registration, number) };
    }),
  };
}

function warningsOf(registration: Registration, number: string): string[] {
  const warnings: string[] = [];
  if (!isValidContainerNumber(number)) warnings.push(`${number} fails the ISO 6346 check digit`);
  for (const code of [registration.origin, registration.destination]) {
    if (code && !portOf(code)) warnings.push(`${code} is not in the port table: no route or ETA`);
  }
  return warnings;
}

/** A page of the fleet. */
export async function listContainers(env: Env, actor: Actor, query: FleetQuery): Promise<Result<Page<FleetSummary>>> {
  return refuse(actor, 'containers:read') ?? ok(await fleetIndex(env, actor.tenantId).list(query));
}

/** One container's state with its age. */
export async function getContainer(env: Env, actor: Actor, number: string): Promise<Result<ContainerView>> {
  const refused = refuse(actor, 'containers:read');
  if (refused) return refused;
  const view = await containerTracker(env, actor.tenantId, normalizeContainerNumber(number)).view();
  return view ? ok(view) : notFound('container');
}

/** A container's journey events by time. */
export async function listEvents(
  env: Env,
  actor: Actor,
  number: string,
  query: { cursor?: string | undefined; limit: number },
): Promise<Result<Page<StoredEvent>>> {
  const refused = refuse(actor, 'containers:read');
  if (refused) return refused;
  const page = await containerTracker(env, actor.tenantId, normalizeContainerNumber(number)).events(query);
  return page ? ok(page) : notFound('container');
}

/** A container's positions by time. */
export async function listPositions(
  env: Env,
  actor: Actor,
  number: string,
  query: PositionQuery,
): Promise<Result<Page<Position>>> {
  const refused = refuse(actor, 'containers:read');
  if (refused) return refused;
  const page = await containerTracker(env, actor.tenantId, normalizeContainerNumber(number)).positions(query);
  return page ? ok(page) : notFound('container');
}

/** The way a container still has to go: from its position (or its origin) to its destination. */
export async function getRoute(env: Env, actor: Actor, number: string): Promise<Result<RouteFeature>> {
  const found = await getContainer(env, actor, number);
  if (!found.ok) return found;
  const { position, registration } = found.value;
  const from = position ?? portOf(registration?.origin);
  const to = portOf(registration?.destination);
  if (!from || !to)
    return fail('invalid', 'A route needs a position or an origin, and a destination that is in the port table');
  return routeFeature(from, to, []);
}

/** The sea route between two ports. */
export async function seaRouteBetween(
  _env: Env,
  actor: Actor,
  query: { from: string; to: string; avoid: string[] },
): Promise<Result<RouteFeature>> {
  const refused = refuse(actor, 'routes:read');
  if (refused) return refused;
  const from = portOf(query.from);
  const to = portOf(query.to);
  const unknown = query.avoid.filter((name) => !PASSAGES.includes(name as Passage) || name === 'none');
  const faults = [
    ...(from ? [] : [{ pointer: '/from', code: 'unknown', detail: `${query.from} is not in the port table` }]),
    ...(to ? [] : [{ pointer: '/to', code: 'unknown', detail: `${query.to} is not in the port table` }]),
    ...unknown.map((name) => ({
      pointer: '/avoid',
      code: 'unknown',
      detail: `${name} is not a passage; known are ${PASSAGES.slice(1).join(', ')}`,
    })),
  ];
  if (!from || !to || faults.length > 0) return fail('invalid', 'The request has faults', { faults });
  return routeFeature(from, to, query.avoid as Passage[]);
}

function routeFeature(from: Point, to: Point, avoid: Passage[]): Result<RouteFeature> {
  const route = routeBySea(from, to, avoid);
  if (!route) return fail('not_found', 'No sea route is open between these points');
  return ok({
    type: 'Feature',
    geometry: { type: 'MultiLineString', coordinates: splitAtAntimeridian(route) },
    properties: { distanceNm: Math.round(route.distanceNm), passages: route.passages },
  });
}

/** GeoJSON lines must not cross the antimeridian (RFC 7946 section 3.1.9). */
function splitAtAntimeridian(route: SeaRoute): [number, number][][] {
  const lines: [number, number][][] = [];
  let line: [number, number][] = [];
  route.path.forEach((point, i) => {
    const before = route.path[i - 1];
    if (before && Math.abs(point.lon - before.lon) > 180) {
      const edge = before.lon > 0 ? 180 : -180;
      const span = 360 - Math.abs(point.lon - before.lon);
      const fraction = span === 0 ? 0 : Math.abs(edge - before.lon) / span;
      const lat = before.lat + (point.lat - before.lat) * fraction;
      line.push([edge, lat]);
      lines.push(line);
      line = [[-edge, lat]];
    }
    line.push([point.lon, point.lat]);
  });
  lines.push(line);
  return lines;
}
