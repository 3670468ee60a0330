import { requireBindings } from '../../platform/env.ts';

/** The notifications Worker's bindings: by design nothing that a forged request could reach. */
export interface Env {
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  DELIVERY_LOG: DurableObjectNamespace;
  /** Where acts are recorded. */
  AUDIT_TRAIL: DurableObjectNamespace;
  /** The platform's public origin, which no endpoint may be. */
  ISSUER: string;
  /** Base64 of the 32 bytes that seal endpoint secrets. */
  SEALING_KEY: string;
  /** "yes" lets a development runtime deliver to http on loopback. */
  ALLOW_LOOPBACK_WEBHOOKS?: string;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  LOG_LEVEL?: string;
}

/** Throws, naming what is missing. */
export function checkEnv(env: Env): void {
  requireBindings('notifications', env, ['WEBHOOK_ENDPOINTS', 'DELIVERY_LOG', 'AUDIT_TRAIL', 'ISSUER', 'SEALING_KEY']);
}
