import { type Stub, stubOf } from '../kit/stub.ts';
import type { OutboxRelay } from './outbox-relay.ts';

/** The outbox relay of one shard. */
export function outboxRelay(env: { OUTBOX_RELAY: DurableObjectNamespace }, shard: string): Stub<OutboxRelay> {
  return stubOf(env.OUTBOX_RELAY, shard);
}
