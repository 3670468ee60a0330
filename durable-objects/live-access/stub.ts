import { type Stub, stubOf } from '../kit/stub.ts';
import type { LiveAccess } from './live-access.ts';

/** Who may open and hold live sockets in one organisation. */
export function liveAccess(env: { LIVE_ACCESS: DurableObjectNamespace }, tenantId: string): Stub<LiveAccess> {
  return stubOf(env.LIVE_ACCESS, tenantId);
}
