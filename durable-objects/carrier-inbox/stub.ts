import { type Stub, stubOf } from '../kit/stub.ts';
import type { CarrierInbox } from './carrier-inbox.ts';

/** The inbox of one carrier connection. */
export function carrierInbox(env: { CARRIER_INBOX: DurableObjectNamespace }, connectionId: string): Stub<CarrierInbox> {
  return stubOf(env.CARRIER_INBOX, connectionId);
}
