/** Cuts recorded positions into journeys with a true arrival: by a column, by a box, or by stops. */
import { median } from '../../domain/eta/quantile.ts';
import { type DistanceField, distanceField, distanceToGoNm } from '../../domain/geo/sea-route.ts';
import { distanceNm, type Point } from '../../domain/geo/sphere.ts';
import { type Box, PASSAGE_BOXES } from '../../reference/passages.ts';
import { network, ports } from '../support/sea.ts';

/** One recorded position. */
export interface RecordedFix extends Point {
  at: number;
  speedKnots: number | null;
}

/** The positions of one vessel, or of one voyage of it, in time order. */
export interface Track {
  id: string;
  /** The file tells voyages apart. */
  voyage: boolean;
  carrierId: string | null;
  fixes: RecordedFix[];
  from?: string | undefined;
  to?: string | undefined;
  arrivalAt?: number | undefined;
  scheduledAt?: number | undefined;
}

/** A journey towards a known destination. */
export interface Journey {
  id: string;
  /** Where from and where to: journeys of one lane learn from each other. */
  lane: string;
  carrierId: string | null;
  fixes: RecordedFix[];
  from: Point;
  to: Point;
  /** True arrival, ms; null when the file ends before it. */
  arrivalAt: number | null;
  scheduledAt: number | null;
}

const HOUR_MS = 3_600_000;
/** A silence this long over the end of a journey leaves its true arrival unknown. */
const END_GAP_MS = 6 * HOUR_MS;
/** Journeys shorter than this are harbour movements. */
const JOURNEY_MIN_NM = 10;
const STOP_MS = 3 * HOUR_MS;
const STOP_NM = 1.5;

const FIELDS_KEPT = 256;
const fields = new Map<string, DistanceField>();

/** Distance to go at sea, as the product computes it. */
export function toGoNm(to: Point, at: Point): number {
  const key = `${to.lat.toFixed(2)},${to.lon.toFixed(2)}`;
  let field = fields.get(key);
  if (!field) {
    if (fields.size >= FIELDS_KEPT) fields.clear();
    field = distanceField(network, to);
    fields.set(key, field);
  }
  return distanceToGoNm(network, field, at) ?? distanceNm(at, to);
}

const inside = ([west, south, east, north]: Box, p: Point): boolean =>
  p.lon >= west && p.lon <= east && p.lat >= south && p.lat <= north;

/** The side of a box on which a point outside lies: the one it is furthest beyond. */
function sideOf([west, south, east, north]: Box, p: Point): 'W' | 'S' | 'E' | 'N' {
  const beyond = { W: west - p.lon, S: south - p.lat, E: p.lon - east, N: p.lat - north };
  return (Object.keys(beyond) as (keyof typeof beyond)[]).reduce((a, b) => (beyond[a] >= beyond[b] ? a : b));
}

/** Where the way from a to b crosses the border of the box, with the instant of it. */
function crossing(box: Box, a: RecordedFix, b: RecordedFix): Point & { at: number } {
  let [low, high] = [0, 1];
  const at = (share: number): Point => ({ lat: a.lat + (b.lat - a.lat) * share, lon: a.lon + (b.lon - a.lon) * share });
  const isIn = inside(box, a);
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    if (inside(box, at(middle)) === isIn) low = middle;
    else high = middle;
  }
  return { ...at(low), at: a.at + (b.at - a.at) * low };
}

interface Transit {
  track: Track;
  entry: Point & { at: number };
  entrySide: string;
  fixes: RecordedFix[];
  exit: (Point & { at: number }) | null;
  exitSide: string | null;
}

function transitsOf(track: Track, box: Box): Transit[] {
  const found: Transit[] = [];
  let open: Transit | null = null;
  for (let i = 1; i < track.fixes.length; i++) {
    const [before, now] = [track.fixes[i - 1]!, track.fixes[i]!];
    const [was, is] = [inside(box, before), inside(box, now)];
    if (!was && is) {
      open = {
        track,
        entry: crossing(box, before, now),
        entrySide: sideOf(box, before),
        fixes: [],
        exit: null,
        exitSide: null,
      };
    }
    if (is) open?.fixes.push(now);
    if (was && !is && open) {
      const known = now.at - before.at <= END_GAP_MS;
      if (known) found.push({ ...open, exit: crossing(box, before, now), exitSide: sideOf(box, now) });
      open = null;
    }
  }
  if (open) found.push(open);
  return found;
}

/** Transits of a box: from entering it on one side to leaving it on another. */
export function byBox(tracks: Track[], box: Box): Journey[] {
  const transits = tracks.flatMap((track) => transitsOf(track, box)).filter(({ fixes }) => fixes.length > 0);
  const through = transits.filter(({ exit, entrySide, exitSide }) => exit && exitSide !== entrySide);
  const gates = new Map<string, Point>();
  for (const side of ['W', 'S', 'E', 'N']) {
    const points = through.flatMap(({ entry, entrySide, exit, exitSide }) => [
      ...(entrySide === side ? [entry] : []),
      ...(exitSide === side ? [exit!] : []),
    ]);
    if (points.length > 0)
      gates.set(side, { lat: median(points.map((p) => p.lat)), lon: median(points.map((p) => p.lon)) });
  }
  // A ship still inside is bound for where ships of its side usually leave.
  const usual = new Map<string, string>();
  for (const { entrySide, exitSide } of through) usual.set(entrySide, exitSide!);
  return transits.flatMap(({ track, entry, entrySide, fixes, exit, exitSide }) => {
    const side = exit ? exitSide! : usual.get(entrySide);
    const [from, to] = [gates.get(entrySide), side ? gates.get(side) : undefined];
    if (!from || !to || side === entrySide) return [];
    return [
      {
        id: `${track.id}@${new Date(entry.at).toISOString().slice(0, 16)}`,
        lane: `${entrySide}>${side}`,
        carrierId: track.carrierId,
        fixes,
        from,
        to,
        arrivalAt: exit?.at ?? null,
        scheduledAt: null,
      },
    ];
  });
}

/** The passage that most ships of the file go through, when they are enough; null otherwise. */
export function busiestPassage(tracks: Track[], least = 20): { name: string; box: Box } | null {
  const counted = PASSAGE_BOXES.filter(([name]) => ['suez', 'panama', 'kiel', 'bosporus'].includes(name)).map(
    ([name, box]) => ({ name, box, transits: byBox(tracks, box).filter(({ arrivalAt }) => arrivalAt !== null).length }),
  );
  const best = counted.sort((a, b) => b.transits - a.transits)[0];
  return best && best.transits >= least ? best : null;
}

/** The port within 20 nm, or the tenth of a degree. */
function placeOf(p: Point): string {
  let best = { code: '', nm: 20 };
  for (const [code, port] of ports) {
    if (Math.abs(port.lat - p.lat) > 0.4) continue;
    const nm = distanceNm(p, port);
    if (nm < best.nm) best = { code, nm };
  }
  return best.code || `${p.lat.toFixed(1)},${p.lon.toFixed(1)}`;
}

/** Journeys that the file itself tells apart: to the named port, or to where the last position is. */
export function byColumn(tracks: Track[]): Journey[] {
  return tracks.flatMap((track) => {
    const [first, last] = [track.fixes[0], track.fixes.at(-1)];
    if (!first || !last || track.fixes.length < 3) return [];
    const to = ports.get(track.to ?? '') ?? last;
    // Fixes at the berth belong to no journey: it ends with the first of the last stay.
    let end = track.fixes.length - 1;
    if (to === last) while (end > 0 && distanceNm(track.fixes[end - 1]!, last) < STOP_NM) end--;
    const arrivalAt = track.arrivalAt ?? track.fixes[end]!.at;
    const fixes = track.fixes.filter(({ at }) => at < arrivalAt);
    if (fixes.length < 2 || distanceNm(first, to) < 1) return [];
    return [
      {
        id: track.id,
        lane: `${track.from || placeOf(first)}>${track.to || placeOf(last)}`,
        carrierId: track.carrierId,
        fixes,
        from: ports.get(track.from ?? '') ?? first,
        to,
        arrivalAt,
        scheduledAt: track.scheduledAt ?? null,
      },
    ];
  });
}

/** Journeys from one stop of three hours to the next. */
export function byStops(tracks: Track[]): Journey[] {
  return tracks.flatMap((track) => {
    const stops = stopsOf(track.fixes);
    const found: Journey[] = [];
    for (let i = 0; i < stops.length; i++) {
      const [stop, next] = [stops[i]!, stops[i + 1]];
      const fixes = track.fixes.slice(stop.last + 1, next?.first ?? track.fixes.length);
      if (fixes.length < 3) continue;
      // A journey that has not ended has no known destination, and nothing can be learnt from it.
      if (!next) continue;
      const [from, to] = [track.fixes[stop.last]!, track.fixes[next.first]!];
      if (distanceNm(from, to) < JOURNEY_MIN_NM) continue;
      found.push({
        id: `${track.id}@${new Date(from.at).toISOString().slice(0, 16)}`,
        lane: `${placeOf(from)}>${placeOf(to)}`,
        carrierId: track.carrierId,
        fixes,
        from,
        to,
        arrivalAt: to.at,
        scheduledAt: null,
      });
    }
    return found;
  });
}

/** Runs of fixes that stay within a mile and a half for three hours. */
function stopsOf(fixes: RecordedFix[]): { first: number; last: number }[] {
  const stops: { first: number; last: number }[] = [];
  let first = 0;
  for (let i = 1; i <= fixes.length; i++) {
    const stays = i < fixes.length && distanceNm(fixes[first]!, fixes[i]!) <= STOP_NM;
    if (stays) continue;
    if (fixes[i - 1]!.at - fixes[first]!.at >= STOP_MS) stops.push({ first, last: i - 1 });
    first = i;
  }
  return stops;
}
