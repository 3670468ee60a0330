/** Events and stubs for tests that run inside the Workers runtime. */
import { env } from 'cloudflare:workers';
import type { TelemetryMessage } from '../../contracts/tracking/events.ts';
import { contentKey, type PositionEvent } from '../../domain/journey/event.ts';
import type { Env } from '../../workers/tracking/env.ts';
import type { Delivery } from '../carrier-inbox/delivery.ts';
import type { IngressEvent } from '../carrier-inbox/pack.ts';

/** The tracking Worker's environment; the runtime's own type of it is no one Worker's. */
export const bindings = env as unknown as Env;

/** A container number that every test may use: storage is reset between tests. */
export const NUMBER = 'CSQU3054383';

/** A position `minute` minutes into 2026. */
function positionAt(minute: number, container = NUMBER): PositionEvent {
  return { v: 1, kind: 'position', container, at: Date.UTC(2026, 0, 1, 0, minute), lat: 10 + minute / 1_000, lon: 110 };
}

/** Positions as the door hands them to the inbox. */
export function doorEvents(minutes: number[], container = NUMBER): IngressEvent[] {
  return minutes.map((minute, index) => {
    const event = positionAt(minute, container);
    return { ...event, key: contentKey(event), origin: 0, index };
  });
}

/** A delivery of one item as the door hands it to the inbox of a connection. */
export function doorDelivery(connectionId: string, over: Partial<Delivery>): Delivery {
  return {
    tenantId: 'ten_1',
    connectionId,
    securityVersion: 1,
    correlationId: 'c',
    receivedAt: 1,
    history: 'events',
    items: 1,
    events: [],
    rejected: [],
    warnings: [],
    ...over,
  };
}

/** Positions as a queue message carries them. */
export function trackedEvents(minutes: number[], firstOrigin = 1): TelemetryMessage['events'] {
  return doorEvents(minutes).map(({ index, ...event }) => ({ ...event, origin: firstOrigin + index }));
}
