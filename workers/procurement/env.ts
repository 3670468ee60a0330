import type { Notification } from '../../contracts/notifications.ts';
import type { ProcurementEvent } from '../../contracts/procurement.ts';
import type { ShardBindings } from '../../platform/shards.ts';

/** The procurement Worker's bindings. */
export interface Env extends ShardBindings {
  DIRECTORY: D1Database;
  OUTBOX_RELAY: DurableObjectNamespace;
  PROCUREMENT_EVENTS: Queue<ProcurementEvent>;
  NOTIFICATIONS_QUEUE: Queue<Notification>;
  LOG_LEVEL?: string;
}
