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
const TURNAROUND_MS = 168 * HOUR_MS;

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
  /** When the schedule says it arrives: a little hopeful, as schedules are. */
  scheduledAt: number;
  position: Point;
  courseDeg: number;
  speedKnots: number;
}

/** Containers spread over the lanes, each somewhere on its way at `now`. */
export function makeContainers(count: number, now: number): SimulatedContainer[] {
  return Array.from({ length: count }, (_, i) => {
    const lane = LANES[i % LANES.length]!;
    const speedKnots = 14 + ((i * 7) % 60) / 10;
    const usualMs = (route(lane[0], lane[1]).distanceNm / speedKnots) * HOUR_MS;
    // A low-discrepancy sequence: evenly spread without looking regular.
    const progress = 0.04 + 0.86 * ((i * 0.618034) % 1);
    return {
      number: containerNumber(i),
      lane,
      carrier: i % 2,
      vesselName: VESSELS[i % VESSELS.length]!,
      speedKnots,
      reefer: i % 5 === 2,
      startAt: Math.round(now - usualMs * progress),
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

/** A number from 0 to 1 that belongs to a container's leg: the same at every look. */
function chance(container: SimulatedContainer, leg: number, salt: number): number {
  let hash = 2_166_136_261 ^ salt;
  for (const char of `${container.number}/${leg}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** How long a leg takes: no two passages are alike. */
function legMs(container: SimulatedContainer, leg: number): number {
  const { distanceNm: nm } = route(...placesOf(container, leg));
  return (nm / (container.speedKnots * (0.9 + 0.2 * chance(container, leg, 1)))) * HOUR_MS;
}

function placesOf(container: SimulatedContainer, leg: number): [from: string, to: string] {
  return leg % 2 === 0 ? container.lane : [container.lane[1], container.lane[0]];
}

/** Ships hurry and dawdle: how far they are after a share of the time, and how fast compared with the mean. */
const SWAY = 0.015;
const sailedShare = (share: number): number => share + SWAY * Math.sin(4 * Math.PI * share);
const swayedPace = (share: number): number => 1 + SWAY * 4 * Math.PI * Math.cos(4 * Math.PI * share);

/** The leg of an instant: 0 for the first, until the next departure. */
function legAt(container: SimulatedContainer, at: number): { leg: number; departureAt: number } {
  let [leg, departureAt] = [0, container.startAt];
  for (;;) {
    const next = departureAt + legMs(container, leg) + TURNAROUND_MS;
    if (at < next) return { leg, departureAt: Math.round(departureAt) };
    departureAt = next;
    leg++;
  }
}

/** Where a container is at an instant. */
export function stateAt(container: SimulatedContainer, at: number): LegState {
  const { leg, departureAt } = legAt(container, at);
  return stateOn(container, leg, departureAt, at);
}

function stateOn(container: SimulatedContainer, leg: number, departureAt: number, at: number): LegState {
  const [from, to] = placesOf(container, leg);
  const way = route(from, to);
  const ms = legMs(container, leg);
  const share = Math.max(0, Math.min(1, (at - departureAt) / ms));
  const sailedNm = sailedShare(share) * way.distanceNm;
  const i = Math.max(
    1,
    way.cumulative.findIndex((nm) => nm >= sailedNm),
  );
  const [a, b] = [way.path[i - 1]!, way.path[i]!];
  const span = way.cumulative[i]! - way.cumulative[i - 1]!;
  return {
    leg,
    from,
    to,
    voyage: `${String(leg + 1).padStart(3, '0')}${leg % 2 === 0 ? 'W' : 'E'}`,
    departureAt,
    arrivalAt: Math.round(departureAt + ms),
    scheduledAt: Math.round(departureAt + (way.distanceNm / container.speedKnots) * HOUR_MS - 24 * HOUR_MS),
    position: interpolate(a, b, span === 0 ? 1 : (sailedNm - way.cumulative[i - 1]!) / span),
    courseDeg: Math.round(bearingDeg(a, b)),
    speedKnots: share >= 1 ? 0 : (way.distanceNm / (ms / HOUR_MS)) * swayedPace(share),
  };
}

/** A milestone that a container passes, or a word of the carrier on its arrival. */
export interface SimulatedMilestone {
  at: number;
  kind: 'gate_in' | 'loaded' | 'departed' | 'reestimated' | 'arrived' | 'discharged' | 'gate_out';
  place: string;
  leg: LegState;
}

/** The milestones in (since, until], in order. */
export function milestonesBetween(container: SimulatedContainer, since: number, until: number): SimulatedMilestone[] {
  const found: SimulatedMilestone[] = [];
  const last = legAt(container, until).leg;
  for (let n = 0, departureAt = container.startAt; n <= last + 1; n++) {
    const leg = stateOn(container, n, Math.round(departureAt), Math.round(departureAt));
    const dischargedAt = leg.arrivalAt + (8 + 24 * chance(container, n, 2)) * HOUR_MS;
    const all: SimulatedMilestone[] = [
      { kind: 'gate_in', at: leg.departureAt - 36 * HOUR_MS, place: leg.from, leg },
      { kind: 'loaded', at: leg.departureAt - 8 * HOUR_MS, place: leg.from, leg },
      { kind: 'departed', at: leg.departureAt, place: leg.from, leg },
      { kind: 'reestimated', at: leg.departureAt + 0.6 * (leg.arrivalAt - leg.departureAt), place: leg.to, leg },
      { kind: 'arrived', at: leg.arrivalAt, place: leg.to, leg },
      { kind: 'discharged', at: dischargedAt, place: leg.to, leg },
      { kind: 'gate_out', at: dischargedAt + (24 + 60 * chance(container, n, 3)) * HOUR_MS, place: leg.to, leg },
    ];
    found.push(...all.map((m) => ({ ...m, at: Math.round(m.at) })).filter((m) => m.at > since && m.at <= until));
    departureAt += legMs(container, n) + TURNAROUND_MS;
  }
  return found.sort((a, b) => a.at - b.at);
}
