/** What a container tells the tenant's webhooks. */

import type { Notification } from '../../contracts/notifications/events.ts';
import type { Advanced } from '../../domain/container/advance.ts';
import { hash64 } from '../../domain/journey/event.ts';
import { toInstant, toInstantOrNull } from '../../platform/instants.ts';
import { alertKindToApi } from './to-api.ts';

const EVENT_OF = {
  reached: 'container.milestone',
  corrected: 'container.milestone_corrected',
  withdrawn: 'container.milestone_withdrawn',
} as const;

/** Events for the tenant's endpoints; ids follow from the content, so that receivers can de-duplicate. */
export function messagesOf(tenantId: string, { memory, changes, raised, said }: Advanced, now: number): Notification[] {
  const { number, registration } = memory.state;
  const facts = {
    number,
    bookingId: registration?.bookingId ?? null,
    reference: registration?.reference ?? null,
    carrierId: registration?.carrierId ?? null,
    origin: registration?.origin ?? null,
    destination: registration?.destination ?? null,
  };
  const make = (type: Notification['type'], identity: string, data: Notification['data']): Notification => ({
    v: 1,
    id: `evt_${hash64(`${tenantId}|${number}|${identity}`)}`,
    tenantId,
    type,
    at: now,
    data: { ...facts, ...data },
  });
  // Discharge, gate out and delivery move with the arrival: only the nearest target is news.
  const { eta, onward } = memory.state;
  const nearest = (eta ?? onward[0])?.target;
  return [
    ...changes.map(({ kind, milestone: m, before }) => {
      const at = before ? `${m.at}|from ${before.location?.unLocationCode}|${before.at}` : m.at;
      const identity = `${m.code}|${m.location?.unLocationCode}|${m.voyage}|${at}`;
      return make(EVENT_OF[kind], `${kind}|${identity}|${memory.state.seq}`, {
        milestone: m.code,
        location: m.location?.unLocationCode ?? null,
        at: toInstant(m.at),
        vesselName: m.vesselName,
        voyage: m.voyage,
        ...(before ? { before: { location: before.location?.unLocationCode ?? null, at: toInstant(before.at) } } : {}),
      });
    }),
    ...raised.map((alert) =>
      make('container.alert', `${alert.kind}|${alert.raisedAt}`, {
        alert: alertKindToApi(alert.kind),
        detail: alert.detail,
      }),
    ),
    ...said
      .filter(({ source, target }) => source === 'ours' && target === nearest)
      .map(({ target, location, at, p10, p50, p90 }) =>
        make('container.eta', `eta|${target}|${location}|${at}|${p50}`, {
          target,
          location,
          p10: toInstantOrNull(p10),
          p50: toInstant(p50),
          p90: toInstantOrNull(p90),
        }),
      ),
  ];
}
