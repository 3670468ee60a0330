import { type Stub, stubOf } from '../kit/stub.ts';
import type { EtaLedger } from './eta-ledger.ts';

/** The ETA ledger of one tenant. */
export function etaLedger(env: { ETA_LEDGER: DurableObjectNamespace }, tenantId: string): Stub<EtaLedger> {
  return stubOf(env.ETA_LEDGER, tenantId);
}
