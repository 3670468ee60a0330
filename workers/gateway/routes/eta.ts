import { z } from '@hono/zod-openapi';
import { ACCURACY_GROUPS } from '../../../contracts/eta.ts';
import { SOURCES, TARGETS } from '../../../domain/eta/eta.ts';
import { HORIZONS_HOURS } from '../../../domain/eta/ledger.ts';
import { LEDGER_WINDOW_DAYS, LEDGER_WINDOW_MAX_DAYS } from '../../../platform/limits.ts';
import { answer } from '../context.ts';
import { operation } from '../operation.ts';
import {
  accuracyPageSchema,
  idParam,
  instantQuery,
  modelVersionSchema,
  numberParam,
  pageOf,
  paging,
  reliabilitySchema,
  saidEtaSchema,
} from '../schemas.ts';

const code = z
  .string()
  .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
  .optional();
const window = {
  from: instantQuery(
    `Arrivals from here on; ${LEDGER_WINDOW_DAYS} days before the end unless said, ${LEDGER_WINDOW_MAX_DAYS} at most`,
  ),
  to: instantQuery('Arrivals before this; now unless said'),
};

/** The ETA ledger: accuracy, reliability, history, models. */
export const etaRoutes = [
  operation({
    method: 'get',
    path: '/v1/eta/accuracy',
    tag: 'ETA',
    summary: 'How right we, the carriers and the schedules were',
    description:
      'Every source is judged by what it said at fixed times before the true arrival (the horizons). Hours; a positive ' +
      'bias says too late. Coverage is the share of arrivals within the 80 % interval, for sources that give one.',
    access: 'eta:read',
    query: z.strictObject({
      ...paging,
      ...window,
      groupBy: z.enum(ACCURACY_GROUPS).default('horizon'),
      source: z.enum(SOURCES).optional(),
      target: z.enum(TARGETS).optional(),
      carrierId: z.string().max(60).optional(),
      origin: code,
      destination: code,
      horizonHours: z.coerce
        .number()
        .int()
        .refine(
          (hours) => (HORIZONS_HOURS as readonly number[]).includes(hours),
          `must be one of ${HORIZONS_HOURS.join(', ')}`,
        )
        .optional()
        .openapi({ type: 'integer', enum: [...HORIZONS_HOURS] }),
    }),
    answer: accuracyPageSchema,
    handle: async ({ c, actor, query }) => answer(c, await c.env.TRACKING.etaAccuracy(actor, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/carriers/{id}/reliability',
    tag: 'ETA',
    summary: 'How reliable a carrier was on your journeys',
    description:
      'On time is within a day of what the carrier said first: its schedule, its first estimate, or the promise.',
    access: 'eta:read',
    params: idParam,
    query: z.strictObject(window),
    answer: reliabilitySchema,
    handle: async ({ c, actor, params, query }) =>
      answer(c, await c.env.TRACKING.carrierReliability(actor, params.id, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/containers/{number}/eta-history',
    tag: 'ETA',
    summary: 'Every ETA published on this journey, by us, the carrier and the schedule, oldest first',
    access: 'containers:read',
    params: numberParam,
    query: z.strictObject(paging),
    answer: pageOf('SaidEta', saidEtaSchema),
    handle: async ({ c, actor, params, query }) =>
      answer(c, await c.env.TRACKING.listEtaHistory(actor, params.number, query)),
  }),
  operation({
    method: 'get',
    path: '/v1/eta/models',
    tag: 'ETA',
    summary: 'Versions of your lane models, newest first',
    access: 'eta:read',
    query: z.strictObject(paging),
    answer: pageOf('ModelVersion', modelVersionSchema),
    handle: async ({ c, actor, query }) => answer(c, await c.env.TRACKING.listEtaModels(actor, query)),
  }),
  operation({
    method: 'put',
    path: '/v1/eta/models/active',
    tag: 'ETA',
    summary: 'Roll out a version of your lane models, or go back to one',
    description: 'A version that is named stays until another is named; `newest` lets new versions take over again.',
    access: 'eta:manage',
    body: z.strictObject({
      version: z.string().regex(/^(v\d{1,9}|newest)$/, 'must be a version such as v3, or newest'),
    }),
    answer: modelVersionSchema,
    also: { 404: 'There is no such version that could be rolled out' },
    handle: async ({ c, actor, body }) => answer(c, await c.env.TRACKING.activateEtaModel(actor, body.version)),
  }),
];
