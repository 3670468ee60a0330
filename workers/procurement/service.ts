/** The procurement service: contracted space, bookings and shipments in the tenant's shard. */
import { ok } from '../../contracts/kit/result.ts';
import { serve } from '../../contracts/kit/serve.ts';
import { procurement } from '../../contracts/procurement/index.ts';
import { readinessOf } from '../../platform/d1/readiness.ts';
import { SHARDS } from '../../platform/d1/shards.ts';
import { entrypoint } from '../../platform/entrypoint.ts';
import { checkEnv, type Env } from './env.ts';
import * as allocationChanges from './features/allocation-changes.ts';
import * as allocations from './features/allocations.ts';
import * as bookings from './features/bookings.ts';
import * as carrierBookings from './features/carrier-bookings.ts';
import * as shipments from './features/shipments.ts';

const answers = serve<typeof procurement, Env>(procurement, {
  ...allocations,
  ...allocationChanges,
  ...bookings,
  ...carrierBookings,
  ...shipments,
  readiness: async ({ env }) =>
    ok(await readinessOf(Object.fromEntries(SHARDS.map((name) => [name, env[name]])), 'allocations')),
});

/** The Worker's class. */
export class ProcurementService extends entrypoint(procurement, answers, checkEnv) {}
