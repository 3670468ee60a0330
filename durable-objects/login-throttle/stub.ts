import { type Stub, stubOf } from '../kit/stub.ts';
import type { LoginThrottle } from './login-throttle.ts';

/** The throttle that a hashed account or address belongs to: one of 256. */
export function loginThrottle(env: { LOGIN_THROTTLE: DurableObjectNamespace }, hash: string): Stub<LoginThrottle> {
  return stubOf(env.LOGIN_THROTTLE, hash.slice(0, 2));
}
