import type { Notification } from '../../contracts/notifications.ts';
import type { TelemetryMessage } from '../../contracts/tracking.ts';

/** The tracking Worker's bindings. */
export interface Env {
  DIRECTORY: D1Database;
  CONTAINER_TRACKER: DurableObjectNamespace;
  CARRIER_INBOX: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  ETA_LEDGER: DurableObjectNamespace;
  ETA_COMMONS: DurableObjectNamespace;
  TELEMETRY: Queue<TelemetryMessage>;
  NOTIFICATIONS_QUEUE: Queue<Notification>;
  /** Base64 of the 32 bytes that seal connection secrets. */
  SEALING_KEY: string;
  DEMO_CLOCK?: string;
  LOG_LEVEL?: string;
}

/** The queues this Worker consumes, by the names of wrangler.toml. */
export const QUEUES = {
  telemetry: 'fairlead-telemetry',
  telemetryDead: 'fairlead-telemetry-dead',
  procurementEvents: 'fairlead-procurement-events',
} as const;
