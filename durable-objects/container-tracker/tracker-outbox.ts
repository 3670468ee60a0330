/** What a container has to tell its tenant's endpoints, until they have it. */
import type { Notification } from '../../contracts/notifications/events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { Outbox } from '../../platform/outbox.ts';
import { SqlOutbox } from '../kit/outbox.ts';
import type { Sql } from '../kit/sql.ts';
import { webhookEndpoints } from '../webhook-endpoints/stub.ts';

/** What a container's object is bound to. */
export interface TrackerEnv {
  FLEET_INDEX: DurableObjectNamespace;
  ETA_LEDGER: DurableObjectNamespace;
  WEBHOOK_ENDPOINTS: DurableObjectNamespace;
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
  LOG_SAMPLE?: string;
}

const BATCH = 50;

/** The outbox of one container: `waiting` is where messages are put, `outbox` drains it. */
export function trackerOutbox(of: { sql: Sql; env: TrackerEnv; tenantId: () => string; log: Logger; clock: Clock }): {
  waiting: SqlOutbox<Notification>;
  outbox: Outbox<Notification>;
} {
  const waiting = new SqlOutbox<Notification>(of.sql);
  const outbox = new Outbox({
    store: waiting,
    deliver: (events) => webhookEndpoints(of.env, of.tenantId()).publish(events),
    log: of.log,
    now: () => of.clock.now(),
    batch: BATCH,
  });
  return { waiting, outbox };
}
