import { z } from '@hono/zod-openapi';
import { registrationSchema } from '../../../contracts/tracking.ts';
import { MILESTONES } from '../../../domain/journey/fold.ts';
import { PAGE_DEFAULT, POSITIONS_PAGE_MAX, REGISTER_MAX } from '../../../platform/limits.ts';
import { answer, keyedAnswer } from '../context.ts';
import { operation } from '../operation.ts';
import {
  containerSchema,
  fleetSummarySchema,
  instantQuery,
  journeyEventSchema,
  numberParam,
  pageOf,
  paging,
  positionSchema,
  routeSchema,
} from '../schemas.ts';

const page = z.strictObject(paging);

/** `west,south,east,north` in degrees. */
const box = z
  .string()
  .max(100)
  .transform((text, context) => {
    const parts = text.split(',').map(Number);
    const [west, south, east, north] = parts as [number, number, number, number];
    const valid =
      parts.length === 4 &&
      parts.every(Number.isFinite) &&
      south <= north &&
      Math.abs(south) <= 90 &&
      Math.abs(north) <= 90;
    if (valid) return [west, south, east, north] as [number, number, number, number];
    context.addIssue({ code: 'custom', message: 'must be west,south,east,north in degrees' });
    return z.NEVER;
  })
  .openapi({ type: 'string', example: '-10,35,5,60' });

const fleetQuery = z.strictObject({
  ...paging,
  search: z.string().min(1).max(60).optional(),
  status: z.enum(['registered', ...MILESTONES]).optional(),
  carrierId: z.string().max(60).optional(),
  destination: z
    .string()
    .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
    .optional(),
  alerting: z.stringbool().optional().openapi({ type: 'boolean' }),
  box: box.optional(),
});

const positionsQuery = z.strictObject({
  ...paging,
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(POSITIONS_PAGE_MAX)
    .default(PAGE_DEFAULT * 10),
  from: instantQuery('Positions from here on'),
  to: instantQuery('Positions until here'),
  resolution: z.coerce
    .number()
    .int()
    .min(0)
    .max(604_800)
    .default(0)
    .openapi({ description: 'Seconds; the last point of each interval is kept. 0 keeps all.' }),
});

/** Tracked containers. */
export const containerRoutes = [
  operation({
    method: 'post',
    path: '/v1/containers',
    tag: 'Containers',
    summary: 'Register containers for tracking',
    description: 'Registering again adds to what is known. A wrong check digit is warned of and kept.',
    access: 'containers:write',
    keyed: true,
    body: z.strictObject({ containers: z.array(registrationSchema).min(1).max(REGISTER_MAX) }),
    status: 201,
    answer: z
      .object({ items: z.array(z.object({ number: z.string(), warnings: z.array(z.string()) })) })
      .openapi('RegisteredContainers'),
    handle: async ({ c, actor, body, key }) =>
      keyedAnswer(c, await c.env.TRACKING.registerContainers(actor, body.containers, key)),
  }),
  operation({
    method: 'get',
    path: '/v1/containers',
    tag: 'Containers',
    summary: 'List, search and filter containers, by number',
    access: 'containers:read',
    query: fleetQuery,
    answer: pageOf('FleetSummary', fleetSummarySchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.TRACKING.listContainers(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/containers/{number}',
    tag: 'Containers',
    summary: 'One container: state, ETA with interval, alerts, and how old the answer is',
    access: 'containers:read',
    params: numberParam,
    answer: containerSchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.TRACKING.getContainer(actor, params.number)),
  }),
  operation({
    method: 'get',
    path: '/v1/containers/{number}/events',
    tag: 'Containers',
    summary: 'Journey events by time',
    access: 'containers:read',
    params: numberParam,
    query: page,
    answer: pageOf('JourneyEvent', journeyEventSchema),
    handle: async ({ c, actor, params, query }) =>
      answer(c, await c.env.TRACKING.listEvents(actor, params.number, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/containers/{number}/positions',
    tag: 'Containers',
    summary: 'Positions by time, thinned to a resolution',
    access: 'containers:read',
    params: numberParam,
    query: positionsQuery,
    answer: pageOf('Position', positionSchema),
    handle: async ({ c, actor, params, query: { resolution, ...query } }) =>
      answer(c, await c.env.TRACKING.listPositions(actor, params.number, { ...query, resolutionSeconds: resolution })),
  }),
  operation({
    method: 'get',
    path: '/v1/containers/{number}/route',
    tag: 'Containers',
    summary: 'The way still to go, as GeoJSON',
    access: 'containers:read',
    params: numberParam,
    answer: routeSchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.TRACKING.getRoute(actor, params.number)),
  }),
  operation({
    method: 'get',
    path: '/v1/routes/sea',
    tag: 'Routes',
    summary: 'The sea route between two ports, as GeoJSON',
    access: 'routes:read',
    feature: 'sea_routes',
    query: z.strictObject({
      from: z.string().min(5).max(5),
      to: z.string().min(5).max(5),
      avoid: z
        .string()
        .max(100)
        .default('')
        .transform((text) => text.split(',').filter(Boolean))
        .openapi({ type: 'string', description: 'Closed passages, comma separated: suez, panama, ...' }),
    }),
    answer: routeSchema,
    handle: async ({ c, actor, query }) => answer(c, await c.env.TRACKING.seaRoute(actor, query)),
  }),
];
