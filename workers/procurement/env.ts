import type { ServiceApi } from '../../contracts/kit/operation.ts';
import type { tracking } from '../../contracts/tracking/index.ts';
import type { ShardBindings } from '../../platform/d1/shards.ts';
import { SHARDS } from '../../platform/d1/shards.ts';
import { requireBindings } from '../../platform/env.ts';

/** The procurement Worker's bindings. */
export interface Env extends ShardBindings {
  DIRECTORY: D1Database;
  OUTBOX_RELAY: DurableObjectNamespace;
  /** Where acts are recorded. */
  AUDIT_TRAIL: DurableObjectNamespace;
  /** Where events for a tenant's endpoints go. */
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  /** Where bookings' containers are registered. */
  TRACKING: ServiceApi<typeof tracking>;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  /** The demonstration's faster clock of the world (platform/clock.ts). */
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
}

/** Throws, naming what is missing. */
export function checkEnv(env: Env): void {
  requireBindings('procurement', env, [
    ...SHARDS,
    'DIRECTORY',
    'OUTBOX_RELAY',
    'AUDIT_TRAIL',
    'WEBHOOK_ENDPOINTS',
    'TRACKING',
  ]);
}
