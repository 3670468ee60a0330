/** Simulated voyages: where each demonstration container is at any instant, as a pure function. */
import { seaRoute } from '../../domain/geo/sea-route.ts';
import { bearingDeg, distanceNm, interpolate, type Point } from '../../domain/geo/sphere.ts';
import { checkDigit } from '../../domain/identifiers/iso6346.ts';
import { network, ports } from './sea.ts';

/** Big container lanes of the world. */
export const LANES: [string, string][] = [
  ['CNSHA', 'NLRTM'],
  ['CNYTN', 'USLAX'],
  ['SGSIN', 'DEHAM'],
  ['KRPUS', 'USSEA'],
  ['BRSSZ', 'BEANR'],
  ['INNSA', 'USNYC'],
  ['VNSGN', 'USLGB'],
  ['CNNGB', 'GBFXT'],
  ['LKCMB', 'ESVLC'],
  ['ZADUR', 'SGSIN'],
  ['JPYOK', 'USOAK'],
  ['EGPSD', 'USSAV'],
];

const VESSELS = [
  'Aurora Borealis',
  'Cape Resolute',
  'Pacific Lantern',
  'Northern Tern',
  'Sable Current',
  'Meridian Star',
  'Coral Passage',
  'Atlantic Heron',
  'Silver Meridian',
  'Orient Kestrel',
  'Blue Monsoon',
  'Harbour Light',
];
const HOUR_MS = 3_600_000;
/** From arrival to the next departure in the other direction. */
const TURNAROUND_MS = 72 * HOUR_MS;

/** One simulated container. */
export interface SimulatedContainer {
  number: string;
  lane: [string, string];
  /** 0 or 1: which of the demonstration's carriers has it. */
  carrier: number;
  vesselName: string;
  speedKnots: number;
  reefer: boolean;
  /** Departure of the first leg, ms. */
  startAt: number;
}

/** The leg a container is on, and where on it. */
export interface LegState {
  /** 0 for the first leg, then counting up; odd legs go back. */
  leg: number;
  from: string;
  to: string;
  voyage: string;
  departureAt: number;
  arrivalAt: number;
  position: Point;
  courseDeg: number;
  speedKnots: number;
}

/** Containers spread over the lanes, each somewhere on its way at `now`. */
export function makeContainers(count: number, now: number): SimulatedContainer[] {
  return Array.from({ length: count }, (_, i) => {
    const lane = LANES[i % LANES.length]!;
    const speedKnots = 14 + ((i * 7) % 60) / 10;
    const legMs = (route(lane[0], lane[1]).distanceNm / speedKnots) * HOUR_MS;
    // A low-discrepancy sequence: evenly spread without looking regular.
    const progress = 0.04 + 0.9 * ((i * 0.618034) % 1);
    return {
      number: containerNumber(i),
      lane,
      carrier: i % 2,
      vesselName: VESSELS[i % VESSELS.length]!,
      speedKnots,
      reefer: i % 5 === 2,
      startAt: Math.round(now - legMs * progress),
    };
  });
}

function containerNumber(i: number): string {
  const ten = `FLDU${String(100_200 + i * 137).padStart(6, '0')}`;
  return ten + checkDigit(ten);
}

const routes = new Map<string, { path: Point[]; distanceNm: number; cumulative: number[] }>();

function route(from: string, to: string) {
  const known = routes.get(`${from}-${to}`);
  if (known) return known;
  const found = seaRoute(network, ports.get(from)!, ports.get(to)!)!;
  const cumulative = [0];
  for (let i = 1; i < found.path.length; i++)
    cumulative.push(cumulative[i - 1]! + distanceNm(found.path[i - 1]!, found.path[i]!));
  const made = { path: found.path, distanceNm: cumulative.at(-1)!, cumulative };
  routes.set(`${from}-${to}`, made);
  return made;
}

/** Where a container is at an instant. */
export function stateAt(container: SimulatedContainer, at: number): LegState {
  const legMs = (route(container.lane[0], container.lane[1]).distanceNm / container.speedKnots) * HOUR_MS;
  const cycle = legMs + TURNAROUND_MS;
  const leg = Math.max(0, Math.floor((at - container.startAt) / cycle));
  const departureAt = Math.round(container.startAt + leg * cycle);
  const [from, to] = leg % 2 === 0 ? container.lane : ([container.lane[1], container.lane[0]] as const);
  const way = route(from, to);
  const sailedNm = Math.max(0, Math.min(way.distanceNm, ((at - departureAt) / legMs) * way.distanceNm));
  let i = way.cumulative.findIndex((nm) => nm >= sailedNm);
  i = Math.max(1, i);
  const [a, b] = [way.path[i - 1]!, way.path[i]!];
  const span = way.cumulative[i]! - way.cumulative[i - 1]!;
  return {
    leg,
    from,
    to,
    voyage: `${String(leg + 1).padStart(3, '0')}${leg % 2 === 0 ? 'W' : 'E'}`,
    departureAt,
    arrivalAt: Math.round(departureAt + legMs),
    position: interpolate(a, b, span === 0 ? 1 : (sailedNm - way.cumulative[i - 1]!) / span),
    courseDeg: Math.round(bearingDeg(a, b)),
    speedKnots: sailedNm >= way.distanceNm ? 0 : container.speedKnots,
  };
}

/** A milestone that a container passes. */
export interface SimulatedMilestone {
  at: number;
  kind: 'gate_in' | 'loaded' | 'departed' | 'arrived' | 'discharged';
  place: string;
  leg: LegState;
}

/** The milestones in (since, until], in order. */
export function milestonesBetween(container: SimulatedContainer, since: number, until: number): SimulatedMilestone[] {
  const found: SimulatedMilestone[] = [];
  const last = stateAt(container, until).leg;
  for (let n = Math.max(0, stateAt(container, since).leg - 1); n <= last + 1; n++) {
    const legMs = (route(container.lane[0], container.lane[1]).distanceNm / container.speedKnots) * HOUR_MS;
    const leg = stateAt(container, Math.ceil(container.startAt + n * (legMs + TURNAROUND_MS)) + 1);
    const all: SimulatedMilestone[] = [
      { kind: 'gate_in', at: leg.departureAt - 36 * HOUR_MS, place: leg.from, leg },
      { kind: 'loaded', at: leg.departureAt - 8 * HOUR_MS, place: leg.from, leg },
      { kind: 'departed', at: leg.departureAt, place: leg.from, leg },
      { kind: 'arrived', at: leg.arrivalAt, place: leg.to, leg },
      { kind: 'discharged', at: leg.arrivalAt + 14 * HOUR_MS, place: leg.to, leg },
    ];
    found.push(...all.filter((m) => m.at > since && m.at <= until));
  }
  return found.sort((a, b) => a.at - b.at);
}
