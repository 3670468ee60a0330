import { TELEMETRY_QUEUES, type TelemetryQueues } from '../../durable-objects/carrier-inbox/partitions.ts';
import { requireBindings } from '../../platform/env.ts';

/** The tracking Worker's bindings. */
export interface Env extends TelemetryQueues {
  DIRECTORY: D1Database;
  CONTAINER_TRACKER: DurableObjectNamespace;
  CARRIER_INBOX: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  LIVE_ACCESS: DurableObjectNamespace;
  /** Where acts are recorded. */
  AUDIT_TRAIL: DurableObjectNamespace;
  ETA_LEDGER: DurableObjectNamespace;
  ETA_COMMONS: DurableObjectNamespace;
  /** Where events for a tenant's endpoints go. */
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  /** Base64 of the 32 bytes that seal connection secrets. */
  SEALING_KEY: string;
  /** Ring of keys that tickets carry a check under. */
  TOKEN_KEY: string;
  DEMO_CLOCK?: string;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  LOG_LEVEL?: string;
  /** The share of deliveries that went as usual which are logged, from 0 to 1: the gateway's. */
  LOG_SAMPLE?: string;
}

/** The queue of messages that failed every time. The others this Worker consumes are those of telemetry. */
export const DEAD_LETTERS = 'fairlead-telemetry-dead';

const REQUIRED = [
  'DIRECTORY',
  'CONTAINER_TRACKER',
  'CARRIER_INBOX',
  'FLEET_INDEX',
  'LIVE_ACCESS',
  'AUDIT_TRAIL',
  'ETA_LEDGER',
  'ETA_COMMONS',
  ...TELEMETRY_QUEUES,
  'WEBHOOK_ENDPOINTS',
  'SEALING_KEY',
  'TOKEN_KEY',
] as const satisfies readonly (keyof Env)[];

/** Throws, naming what is missing. */
export function checkEnv(env: Env): void {
  requireBindings('tracking', env, REQUIRED);
}
