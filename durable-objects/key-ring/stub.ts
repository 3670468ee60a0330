import { type Stub, stubOf } from '../kit/stub.ts';
import type { KeyRing } from './key-ring.ts';

/** The ring of keys that sign access tokens: one for the platform. */
export function keyRing(env: { KEY_RING: DurableObjectNamespace }): Stub<KeyRing> {
  return stubOf(env.KEY_RING, 'signing');
}
