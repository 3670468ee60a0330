/** Routes by sea, of a container and between ports. */
import { type Answer, fail, invalid, notFound, ok } from '../../../contracts/kit/result.ts';
import type { RouteFeature } from '../../../contracts/tracking/routes.ts';
import { PASSAGES, type Passage } from '../../../domain/geo/sea-network.ts';
import type { SeaRoute } from '../../../domain/geo/sea-route.ts';
import type { Point } from '../../../domain/geo/sphere.ts';
import { routeBySea } from '../../../durable-objects/container-tracker/sea.ts';
import { portOf } from '../../../reference/ports.ts';
import type { For } from '../request.ts';
import { trackedContainer } from '../../../durable-objects/container-tracker/tracked.ts';
/** The route a container still has to go: from its position (or its origin) to its destination. */
export async function getRoute({ env, scope, input }: For<'getRoute'>): Promise<Answer<RouteFeature>> {
  const container = await (await trackedContainer(env, scope, input.number))?.view();
  if (!container) return notFound('container');
  const { position, registration } = container;
  const from = position ?? portOf(registration?.origin);
  const to = portOf(registration?.destination);
  if (!from || !to)
    return fail('invalid', 'A route needs a position or an origin, and a destination that is in the port table');
  return routeFeature(from, to, []);
}

/** The sea route between two ports. */
export async function seaRoute({ input }: For<'seaRoute'>): Promise<Answer<RouteFeature>> {
  const from = portOf(input.from);
  const to = portOf(input.to);
  const unknown = input.avoid.filter((name) => !PASSAGES.includes(name as Passage) || name === 'none');
  const faults = [
    ...(from ? [] : [{ pointer: '/from', code: 'unknown', detail: `${input.from} is not in the port table` }]),
    ...(to ? [] : [{ pointer: '/to', code: 'unknown', detail: `${input.to} is not in the port table` }]),
    ...unknown.map((name) => ({
      pointer: '/avoid',
      code: 'unknown',
      detail: `${name} is not a passage; known are ${PASSAGES.slice(1).join(', ')}`,
    })),
  ];
  if (!from || !to || faults.length > 0) return invalid(faults);
  return routeFeature(from, to, input.avoid as Passage[]);
}

function routeFeature(from: Point, to: Point, avoid: Passage[]): Answer<RouteFeature> {
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
