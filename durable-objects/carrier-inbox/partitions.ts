/** The queues that messages of telemetry travel by: one a partition of tenants. */
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { hash64 } from '../../domain/journey/event.ts';

/** The bindings of the queues, by partition. Another number of them needs no move: messages have no order. */
export const TELEMETRY_QUEUES = [
  'TELEMETRY_0',
  'TELEMETRY_1',
  'TELEMETRY_2',
  'TELEMETRY_3',
  'TELEMETRY_4',
  'TELEMETRY_5',
  'TELEMETRY_6',
  'TELEMETRY_7',
] as const;

/** The bindings of the queues. */
export type TelemetryQueues = Record<(typeof TELEMETRY_QUEUES)[number], Queue<TelemetryMessage>>;

/** The queue of a tenant's messages. */
export function telemetryQueue(env: TelemetryQueues, tenantId: string): Queue<TelemetryMessage> {
  const partition = Number.parseInt(hash64(tenantId).slice(0, 8), 16) % TELEMETRY_QUEUES.length;
  return env[TELEMETRY_QUEUES[partition]!];
}
