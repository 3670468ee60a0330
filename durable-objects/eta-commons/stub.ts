import { type Stub, stubOf } from '../kit/stub.ts';
import type { EtaCommons } from './eta-commons.ts';

/** The pooled lane models: one object for the platform. */
export function etaCommons(env: { ETA_COMMONS: DurableObjectNamespace }): Stub<EtaCommons> {
  return stubOf(env.ETA_COMMONS, 'lanes');
}
