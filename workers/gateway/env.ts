import type { identity } from '../../contracts/identity/index.ts';
import type { RequestContext, ServiceApi } from '../../contracts/kit/operation.ts';
import type { notifications } from '../../contracts/notifications/index.ts';
import type { observer } from '../../contracts/operations/index.ts';
import type { procurement } from '../../contracts/procurement/index.ts';
import type { tracking } from '../../contracts/tracking/index.ts';
import { requireBindings } from '../../platform/env.ts';

/** The gateway's bindings. Hand-written, so that a service is seen as its contract and nothing more. */
export interface Env {
  IDENTITY: ServiceApi<typeof identity>;
  TRACKING: ServiceApi<typeof tracking>;
  PROCUREMENT: ServiceApi<typeof procurement>;
  NOTIFICATIONS: ServiceApi<typeof notifications>;
  OBSERVER: ServiceApi<typeof observer>;
  /** Asked before anybody passes: sessions, revocations, address lists, quotas. */
  TENANT_POLICY: DurableObjectNamespace;
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  ASSETS: Fetcher;
  /** Requests of one subject. */
  API_LIMIT: RateLimit;
  /** Deliveries of one connection. */
  INGEST_LIMIT: RateLimit;
  /** Requests without a token from one address. */
  ADDRESS_LIMIT: RateLimit;
  /** The public origin, issuer of the tokens this gateway takes. */
  ISSUER: string;
  /** Where to report a vulnerability (RFC 9116): a mailto: or https: address. */
  SECURITY_CONTACT?: string;
  DEMO_CLOCK?: string;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  LOG_LEVEL?: string;
  /** The share of reads and deliveries that went well which are logged, from 0 to 1. */
  LOG_SAMPLE?: string;
}

const REQUIRED = [
  'IDENTITY',
  'TRACKING',
  'PROCUREMENT',
  'NOTIFICATIONS',
  'OBSERVER',
  'TENANT_POLICY',
  'CONTAINER_TRACKER',
  'FLEET_INDEX',
  'ASSETS',
  'API_LIMIT',
  'INGEST_LIMIT',
  'ADDRESS_LIMIT',
  'ISSUER',
] as const satisfies readonly (keyof Env)[];

let checked = false;

/** Throws once, naming what is missing, instead of failing somewhere in the middle of a request. */
export function checkEnv(env: Env): void {
  if (checked) return;
  requireBindings('gateway', env, REQUIRED);
  checked = true;
}

/** What services are told of the gateway's own requests, which belong to nobody. */
export const ANONYMOUS: RequestContext = { actor: null, correlationId: 'gateway', address: 'local' };
