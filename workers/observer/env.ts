import { requireBindings } from '../../platform/env.ts';

/** The observer's bindings: it keeps what others hand it, and reaches nobody. */
export interface Env {
  AUDIT_TRAIL: DurableObjectNamespace;
  /** Where metrics go, if anywhere. */
  METRICS?: AnalyticsEngineDataset;
  LOG_LEVEL?: string;
}

/** Throws, naming what is missing. */
export function checkEnv(env: Env): void {
  requireBindings('observer', env, ['AUDIT_TRAIL']);
}
