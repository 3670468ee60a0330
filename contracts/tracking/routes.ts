/** Sea routes as GeoJSON (RFC 7946). */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { containerNumberInput, decimal, described, oneOf } from '../kit/primitives.ts';

const longitudeLatitude = z.tuple([z.number(), z.number()]);

const routeFeature = z
  .strictObject({
    type: oneOf(['Feature'], 'GeoJSON type'),
    geometry: z
      .strictObject({
        type: oneOf(['MultiLineString'], 'GeoJSON type'),
        coordinates: z.array(z.array(longitudeLatitude)).meta({
          description: 'Lines of longitude and latitude, cut at the antimeridian (RFC 7946 section 3.1.9)',
          examples: [
            [
              [
                [121.9, 31.2],
                [4.05, 51.95],
              ],
            ],
          ],
        }),
      })
      .meta({ description: 'The route' }),
    properties: z
      .strictObject({
        distanceNm: decimal('Length, nautical miles', 10_525),
        passages: z
          .array(z.string())
          .meta({ description: 'Canals and straits it takes', examples: [['malacca', 'suez']] }),
      })
      .meta({ description: 'What is known of it' }),
  })
  .meta({ id: 'RouteFeature', description: 'A route by sea with its length, as GeoJSON' });
/** A line with its length in nm, as GeoJSON. */
export type RouteFeature = z.infer<typeof routeFeature>;

const port = (description: string, example: string) =>
  described(z.string().min(5).max(5), `${description} (UN/LOCODE)`, example);

/** The operations. */
export const routeOperations = {
  getRoute: operation({
    permission: 'containers:read',
    summary: 'The route a container still has to go, as GeoJSON',
    input: z.strictObject({ number: containerNumberInput() }),
    output: routeFeature,
    failures: ['not_found'],
  }),
  seaRoute: operation({
    permission: 'routes:read',
    feature: 'sea_routes',
    summary: 'The sea route between two ports, as GeoJSON',
    input: z.strictObject({
      from: port('Port of departure', 'CNSHA'),
      to: port('Port of arrival', 'NLRTM'),
      avoid: z
        .array(z.string().max(40))
        .max(10)
        .default([])
        .meta({ description: 'Closed passages, such as suez or panama', examples: [['suez']] }),
    }),
    output: routeFeature,
    failures: ['not_found'],
  }),
};
