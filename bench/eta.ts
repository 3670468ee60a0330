/** What the ETA of one container costs: time an event, state an object, and the field of a destination. */
import { readFileSync } from 'node:fs';
import { followJourney } from '../domain/eta/journey.ts';
import { trainLane } from '../domain/eta/lane-model.ts';
import { beginLeg, type CompletedLeg, completeLeg, followLeg, type LegTrack } from '../domain/eta/leg.ts';
import { estimateLeg, noteCall } from '../domain/eta/leg-estimate.ts';
import type { EtaInput, EtaOutcome } from '../domain/eta/state.ts';
import { decodeSeaNetwork, type Snap, snapToNetwork } from '../domain/geo/sea-network.ts';
import { distanceField, distanceToGoNm, seaRoute } from '../domain/geo/sea-route.ts';
import { interpolate, type Point } from '../domain/geo/sphere.ts';
import { network, ports } from '../scripts/support/sea.ts';
import { median, round3 } from './load.ts';

const HOUR_MS = 3_600_000;
const [FROM, TO] = ['CNSHA', 'NLRTM'];
const LEGS = 64;
const EVENTS = 20_000;
const ROUNDS = 5;

const field = distanceField(network, ports.get(TO)!);
const wholeNm = distanceToGoNm(network, field, ports.get(FROM)!)!;

/** Positions along the route, one an hour at a speed that changes. */
function voyage(seed: number): { at: number; nm: number; point: Point }[] {
  const { path } = seaRoute(network, ports.get(FROM)!, ports.get(TO)!)!;
  const found: { at: number; nm: number; point: Point }[] = [];
  let sailed = 0;
  for (let hour = 0; sailed < wholeNm; hour++) {
    const place = (sailed / wholeNm) * (path.length - 1);
    const i = Math.min(path.length - 2, Math.floor(place));
    const point = interpolate(path[i]!, path[i + 1]!, place - i);
    found.push({ at: (seed * 72 + hour) * HOUR_MS, nm: wholeNm - sailed, point });
    sailed += 14 + 3 * Math.sin(seed + hour / 40);
  }
  return found;
}

/** A lane's model from as many voyages as a model keeps. */
function lane() {
  const legs: CompletedLeg[] = [];
  for (let seed = 0; seed < LEGS; seed++) {
    const model = legs.length > 0 ? trainLane(legs) : null;
    let track: LegTrack | null = null;
    let at = 0;
    for (const fix of voyage(seed)) {
      const line: number = track?.line ?? -1;
      track = track ? followLeg(track, fix) : beginLeg(fix, wholeNm);
      at = fix.at;
      if (track.line > line) track = noteCall(track, estimateLeg(track, { lane: model, mode: model }));
    }
    legs.push(completeLeg(track!, at));
  }
  return trainLane(legs);
}

/** Microseconds of one call of `work`, the median of some rounds. */
function microseconds(times: number, work: (i: number) => void): number {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    for (let i = 0; i < times; i++) work(i);
    rounds.push(((performance.now() - startedAt) * 1000) / times);
  }
  return median(rounds);
}

/** Runs the benchmark. */
export async function eta(): Promise<object> {
  const model = lane();
  const models = { lane: model, mode: model };
  const way = voyage(100);
  /** One event after another from a place on the way: filter, experts, blend, interval. */
  const estimator = (from: number): number => {
    let track = beginLeg(way[0]!, wholeNm);
    for (const fix of way.slice(1, from)) track = followLeg(track, fix);
    const { at, nm } = track;
    return microseconds(EVENTS, (i) => {
      track = followLeg(track, { at: at + i * 60_000, nm: nm - i * 0.001 });
      estimateLeg(track, models);
    });
  };
  const early = estimator(20);
  const late = estimator(way.length - 40);
  const lookup = microseconds(EVENTS, (i) => distanceToGoNm(network, field, way[i % way.length]!.point));
  const { perEvent, state } = journey(way, model);
  const bytes = readFileSync(new URL('../reference/data/sea-network.bin', import.meta.url));
  const packed = new Uint8Array(bytes).buffer;
  const kept = Float32Array.from(field.nodeNm).buffer;
  return {
    eta: {
      microsecondsPerEvent: round3(Math.max(early, late)),
      // The cost must not grow along the leg.
      lateOverEarly: round3(late / early),
      distanceLookupMicroseconds: round3(lookup),
      wholeJourneyMicroseconds: round3(perEvent),
      stateBytes: { memory: state, models: Buffer.byteLength(JSON.stringify(model)), field: kept.byteLength },
      fieldBuildMilliseconds: round3(microseconds(20, () => distanceField(network, ports.get(TO)!)) / 1000),
      fieldLoadMilliseconds: round3(microseconds(200, () => new Float32Array(kept.slice(0))) / 1000),
      networkDecodeMilliseconds: round3(microseconds(20, () => decodeSeaNetwork(packed)) / 1000),
    },
  };
}

/** Everything a container does with an event: the leg, all targets, publication. */
function journey(way: ReturnType<typeof voyage>, model: ReturnType<typeof lane>): { perEvent: number; state: number } {
  // As the product does: one position is joined to the network once, however many fields are asked.
  let last: { lat: number; lon: number; snap: Snap | null } | null = null;
  const snapOf = (lat: number, lon: number): Snap | null => {
    if (last?.lat !== lat || last.lon !== lon) last = { lat, lon, snap: snapToNetwork(network, { lat, lon }) };
    return last.snap;
  };
  const input: Omit<EtaInput, 'now' | 'fixes' | 'latest'> = {
    milestones: [],
    origin: FROM,
    destination: TO,
    carrierId: 'car_1',
    sea: {
      toGo: (_destination, _closed, lat, lon) => distanceToGoNm(network, field, { lat, lon }, snapOf(lat, lon)),
      port: (code) => ports.get(code),
      canalAhead: () => 'suez',
    },
    models: { version: 'v1', lanes: { [`${FROM}>${TO}`]: model }, sea: model, stages: {}, stays: {} },
  };
  const sail = (): EtaOutcome => {
    let outcome: EtaOutcome = followJourney(null, [], { ...input, now: 0, fixes: [], latest: null });
    for (const { at, point } of way) {
      const fix = { at, ...point };
      outcome = followJourney(outcome.memory, outcome.etas, { ...input, now: at, fixes: [fix], latest: fix });
    }
    return outcome;
  };
  const { memory, etas } = sail();
  const perEvent = microseconds(3, sail) / way.length;
  return { perEvent, state: Buffer.byteLength(JSON.stringify({ memory, etas })) };
}
