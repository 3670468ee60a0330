/** Where a container is on its way: the ports it passes, the leg it is on, and what it has reached. */
import type { Milestone } from '../journey/milestone.ts';
import { REACHED_BY, TARGETS, type Target } from './eta.ts';
import type { ReachedStage } from './stages.ts';

/** A container's way, as far as milestones tell it. */
export interface Plan {
  /** Origin, transshipment ports, destination. */
  nodes: string[];
  /** The present or next leg goes from `nodes[leg]` to `nodes[leg + 1]`. */
  leg: number;
  /** In port before the leg, under way on it, or at the destination. */
  phase: 'in_port' | 'under_way' | 'arrived';
  /** Departure of the leg under way, ms; null when nobody told. */
  departedAt: number | null;
  /** Milestones of this journey that have happened, in time order. */
  stages: ReachedStage[];
  reached: Partial<Record<Target, number>>;
}

const placeOf = (m: Milestone): string => m.location?.unLocationCode ?? '';
const isActual = (m: Milestone): boolean => m.classifier === 'ACT';

/** A box that has been emptied begins a new journey with what comes after. */
const ENDS = new Set(['stripped', 'empty_returned']);

/**
 * Reads the way out of the milestones. Ports where the container changes ships are those with a
 * discharge or a loading between origin and destination; a mere call of its ship is none.
 */
export function planOf(milestones: readonly Milestone[], origin: string | undefined, destination: string): Plan {
  const journey = milestones.slice(journeyStart(milestones, origin, destination));
  const happened = journey.filter(isActual);
  const start = origin ?? happened.map(placeOf).find((place) => place !== '' && place !== destination) ?? '';
  const changes: string[] = [];
  for (const m of journey) {
    const place = placeOf(m);
    const between = place !== '' && place !== start && place !== destination && !changes.includes(place);
    if (between && (m.code === 'discharged' || m.code === 'loaded')) changes.push(place);
  }
  const nodes = [start, ...changes, destination];
  const departures = happened.filter((m) => m.code === 'departed' && placeOf(m) !== destination);
  const left = Math.max(-1, ...departures.map((m) => nodes.indexOf(placeOf(m))));
  const lastDeparture = departures.filter((m) => nodes.indexOf(placeOf(m)) === left).at(-1) ?? departures.at(-1);
  const reached = reachedOf(happened, destination, departures.at(-1)?.at ?? null);
  const stages = happened.map((m) => ({ code: m.code, place: placeOf(m), at: m.at }));
  if (reached.vessel_arrival !== undefined) {
    return { nodes, leg: nodes.length - 2, phase: 'arrived', departedAt: lastDeparture?.at ?? null, stages, reached };
  }
  const leg = Math.min(Math.max(0, left), nodes.length - 2);
  const next = nodes[leg + 1]!;
  const at = happened.some(
    (m) => placeOf(m) === next && next !== destination && m.code !== 'departed' && m.at > (lastDeparture?.at ?? 0),
  );
  if (at) return { nodes, leg: leg + 1, phase: 'in_port', departedAt: null, stages, reached };
  const underWay = departures.length > 0;
  return {
    nodes,
    leg,
    phase: underWay ? 'under_way' : 'in_port',
    departedAt: underWay ? lastDeparture!.at : null,
    stages,
    reached,
  };
}

/**
 * Index of the first milestone of the present journey: behind the last emptying, and behind an
 * earlier visit to the destination when the box has left the origin since.
 */
function journeyStart(milestones: readonly Milestone[], origin: string | undefined, destination: string): number {
  const isOrigin = (m: Milestone): boolean => (origin ? placeOf(m) === origin : placeOf(m) !== destination);
  const departed = milestones.findLastIndex((m) => isActual(m) && m.code === 'departed' && isOrigin(m));
  const before = (test: (m: Milestone) => boolean): number =>
    milestones.findLastIndex((m, i) => i < departed && isActual(m) && test(m));
  return (
    Math.max(
      before((m) => ENDS.has(m.code)),
      before((m) => placeOf(m) === destination),
    ) + 1
  );
}

/** When each target was reached; only what follows the last departure counts. */
function reachedOf(happened: Milestone[], destination: string, since: number | null): Partial<Record<Target, number>> {
  const reached: Partial<Record<Target, number>> = {};
  for (const target of TARGETS) {
    // Delivery happens wherever the consignee is; the others at the port of destination.
    const found = happened.find(
      (m) =>
        REACHED_BY[target].includes(m.code) &&
        (target === 'delivery' ? m.code !== 'empty_returned' || m.at > (since ?? 0) : placeOf(m) === destination) &&
        m.at > (since ?? Number.NEGATIVE_INFINITY),
    );
    if (found && (target !== 'delivery' || reached.vessel_arrival !== undefined)) reached[target] = found.at;
  }
  return reached;
}

/** When a source said the container would reach a target; null when it did not say. */
export function saidBy(
  milestones: readonly Milestone[],
  plan: Plan,
  target: Target,
  classifier: 'EST' | 'PLN',
): number | null {
  const destination = plan.nodes.at(-1)!;
  const since = plan.departedAt ?? Number.NEGATIVE_INFINITY;
  for (const m of milestones) {
    if (!REACHED_BY[target].includes(m.code)) continue;
    if (target !== 'delivery' && placeOf(m) !== destination) continue;
    const said = classifier === 'EST' ? m.estimatedAt : m.plannedAt;
    if (said !== null && said > since) return said;
  }
  return null;
}
