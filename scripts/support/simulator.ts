/** Simulated carriers: post signed webhooks for containers under way, through the public door. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { ApiClient, postSigned } from './api.ts';
import { type Demo, offerNextSailings, registrationOf } from './demo.ts';
import { milestonesBetween, type SimulatedContainer, type SimulatedMilestone, stateAt } from './voyages.ts';

const DCSA: Record<Exclude<SimulatedMilestone['kind'], 'reestimated'>, Record<string, string>> = {
  gate_in: { eventType: 'EQUIPMENT', equipmentEventTypeCode: 'GTIN' },
  loaded: { eventType: 'EQUIPMENT', equipmentEventTypeCode: 'LOAD' },
  departed: { eventType: 'TRANSPORT', transportEventTypeCode: 'DEPA' },
  arrived: { eventType: 'TRANSPORT', transportEventTypeCode: 'ARRI' },
  discharged: { eventType: 'EQUIPMENT', equipmentEventTypeCode: 'DISC' },
  gate_out: { eventType: 'EQUIPMENT', equipmentEventTypeCode: 'GTOT' },
};
const TICK_MS = 2_000;

/** A running simulation. */
export interface Simulation {
  stop(): Promise<void>;
}

/** Posts until stopped. `onError` hears of deliveries that failed; they are posted again. */
export function simulate(
  origin: string,
  demo: Demo,
  clock: Clock,
  save: (demo: Demo) => void,
  onError: (text: string) => void,
): Simulation {
  const api = new ApiClient(origin, demo.client);
  let stopped = false;
  let wake: (() => void) | undefined;
  const run = async (): Promise<void> => {
    while (!stopped) {
      const startedAt = Date.now();
      try {
        await tick(origin, api, demo, clock.now());
        save(demo);
      } catch (error) {
        if (!stopped) onError(error instanceof Error ? error.message : String(error));
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, Math.max(200, TICK_MS - (Date.now() - startedAt)));
      });
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      wake?.();
      await running;
    },
  };
}

async function tick(origin: string, api: ApiClient, demo: Demo, now: number): Promise<void> {
  const since = demo.postedUntil;
  for (const [index, carrier] of demo.carriers.entries()) {
    const mine = demo.containers.filter((container) => container.carrier === index);
    const events = mine.flatMap((container) =>
      milestonesBetween(container, since, now).flatMap((m) => toEvents(container, m)),
    );
    const departed = mine.filter((container) =>
      milestonesBetween(container, since, now).some((m) => m.kind === 'departed' && m.leg.leg > 0),
    );
    if (departed.length > 0) {
      const containers = departed.map((container) =>
        registrationOf(container, carrier.id, now, demo.containers.indexOf(container)),
      );
      await api.must('POST', '/v1/containers', { containers });
    }
    if (events.length > 0) await deliver(origin, carrier.events, { events });
    await deliver(
      origin,
      carrier.positions,
      mine.map((container) => toPosition(container, now)),
    );
  }
  demo.postedUntil = now;
  await offerNextSailings(api, demo, now);
}

async function deliver(origin: string, connection: Demo['carriers'][number]['events'], body: object): Promise<void> {
  const answer = await postSigned(origin, connection, JSON.stringify(body));
  if (answer.status !== 202 && answer.status !== 422)
    throw new Error(`a delivery was refused with ${answer.status}: ${answer.body.detail}`);
}

function toPosition(container: SimulatedContainer, at: number): object {
  const state = stateAt(container, at);
  // Slow swings around the set point that now and then leave the allowed range.
  const temperature = -18.5 + 1.6 * Math.sin(at / 40_000_000) + 1.4 * Math.sin(at / 9_000_000);
  return {
    container: container.number,
    time: new Date(at).toISOString(),
    latitude: Number(state.position.lat.toFixed(5)),
    longitude: Number(state.position.lon.toFixed(5)),
    speed: Number(state.speedKnots.toFixed(1)),
    course: state.courseDeg,
    ...(container.reefer ? { temperature: Number(temperature.toFixed(1)), humidity: 60, door: 'closed' } : {}),
  };
}

function toEvents(container: SimulatedContainer, milestone: SimulatedMilestone): object[] {
  const event = (at: number, kind: keyof typeof DCSA, place: string, classifier: string): object => ({
    eventID: randomUUID(),
    eventCreatedDateTime: new Date(milestone.at).toISOString(),
    eventDateTime: new Date(at).toISOString(),
    eventClassifierCode: classifier,
    ...DCSA[kind],
    ...(kind === 'departed' || kind === 'arrived' ? {} : { emptyIndicatorCode: 'LADEN' }),
    equipmentReference: container.number,
    eventLocation: { UNLocationCode: place },
    transportCall: {
      transportCallID: `${container.vesselName}-${milestone.leg.voyage}-${place}`,
      modeOfTransport: 'VESSEL',
      UNLocationCode: place,
      exportVoyageNumber: milestone.leg.voyage,
      vessel: { vesselName: container.vesselName },
    },
  });
  const { kind, place, leg, at } = milestone;
  // At departure the carrier states schedule and estimate, a little hopeful; on the way it knows better.
  if (kind === 'reestimated') return [event(leg.arrivalAt - 9 * 3_600_000, 'arrived', leg.to, 'EST')];
  const actual = event(at, kind, place, 'ACT');
  if (kind !== 'departed') return [actual];
  return [
    actual,
    event(leg.scheduledAt, 'arrived', leg.to, 'PLN'),
    event(leg.scheduledAt + 6 * 3_600_000, 'arrived', leg.to, 'EST'),
  ];
}
