/** Holds what the platform answers against the truth of generated feeds. */
import { portOf } from '../../reference/ports.ts';
import type { ApiContainer } from '../../contracts/tracking/containers.ts';
import type { TrueContainer, TrueJourney, TrueMilestone, TruePositions } from './folder.ts';
import type { ReadContainer, ReadJourney } from './post.ts';

/** Milestones that the feeds tell of. */
const TOLD = new Set([
  'empty_picked_up',
  'gate_in',
  'arrived',
  'discharged',
  'loaded',
  'departed',
  'gate_out',
  'empty_returned',
]);

const placeOf = (code: string | null | undefined): string => portOf(code)?.code ?? code ?? '';
const text = (at: number | null): string => (at === null ? 'none' : new Date(at).toISOString());
const msOf = (instant: string | null): number | null => (instant === null ? null : Date.parse(instant));

/** The differences of one container, in words; none where it is right. */
export function differencesOf(truth: TrueContainer, read: ReadContainer | undefined): string[] {
  if (truth.unclaimed) return read?.journeys.length ? [`is tracked though nobody registered it`] : [];
  const all = read?.journeys ?? [];
  const found = truth.journeys.flatMap((journey, i) => {
    const byBooking = all.find(({ booking }) => booking !== null && booking === journey.booking);
    const answer = byBooking ?? (all.some(({ booking }) => booking !== null) ? undefined : all[i]);
    const name = journey.booking ?? `journey ${i + 1}`;
    if (!answer) return [`${name} is missing`];
    return differencesOfJourney(journey, answer).map((difference) => `${name}: ${difference}`);
  });
  if (all.length > truth.journeys.length) found.push(`has ${all.length} journeys, not ${truth.journeys.length}`);
  if (truth.positions && read) found.push(...differencesOfPositions(truth.positions, read.view));
  return found;
}

/** Alerts that a container's view has at most. */
const ALERTS_SHOWN = 20;
/** How far from the true place a position may be: what coding it to five decimals can cost, degrees. */
const NEAR_DEG = 0.000_02;
/** How long after its readings an alert may be raised. */
const ALERT_WITHIN_MS = 2 * 3_600_000;

function differencesOfPositions({ last, alerts }: TruePositions, { position, alerts: raised }: ApiContainer): string[] {
  const found: string[] = [];
  const isThere =
    position !== null &&
    Date.parse(position.at) === last.at &&
    Math.abs(position.lat - last.latitude) <= NEAR_DEG &&
    Math.abs(position.lon - last.longitude) <= NEAR_DEG;
  if (!isThere) {
    const answer = position ? `${position.at} ${position.lat},${position.lon}` : 'none';
    found.push(`position is ${answer}, not ${text(last.at)} ${last.latitude},${last.longitude}`);
  }
  const isOf = (alert: TruePositions['alerts'][number], { kind, raisedAt }: ApiContainer['alerts'][number]): boolean =>
    kind === alert.kind && Date.parse(raisedAt) >= alert.from && Date.parse(raisedAt) <= alert.to + ALERT_WITHIN_MS;
  // A view has the latest alerts alone: those before the oldest it shows may have been there.
  const since = raised.length < ALERTS_SHOWN ? 0 : Math.min(...raised.map(({ raisedAt }) => Date.parse(raisedAt)));
  for (const alert of alerts.filter(({ to }) => to >= since)) {
    if (!raised.some((each) => isOf(alert, each))) found.push(`alert ${alert.kind} of ${text(alert.from)} is missing`);
  }
  for (const each of raised.filter(({ kind }) => kind === 'temperature' || kind === 'shock')) {
    if (!alerts.some((alert) => isOf(alert, each))) found.push(`alert ${each.kind} of ${each.raisedAt} has no cause`);
  }
  return found;
}

function differencesOfJourney(truth: TrueJourney, read: ReadJourney): string[] {
  const found: string[] = [];
  const given = new Map<string, ReadJourney['list'][number]>();
  for (const milestone of read.list.filter(({ code, closed }) => TOLD.has(code) && !closed)) {
    const name = `${milestone.code}@${placeOf(milestone.location?.unLocationCode)}`;
    if (given.has(name)) found.push(`${name} is there twice`);
    given.set(name, milestone);
  }
  for (const milestone of truth.milestones) {
    const name = `${milestone.code}@${placeOf(milestone.unLocationCode)}`;
    const answer = given.get(name);
    given.delete(name);
    if (!milestone.ambiguous) found.push(...differencesOfMilestone(name, milestone, answer));
  }
  for (const [name, { classifier, at }] of given) found.push(`${name} is not in the truth: ${classifier} ${at}`);
  if (truth.ambiguous) return found;
  if (read.status !== truth.status) found.push(`status is ${read.status}, not ${truth.status}`);
  const others = truth.milestones.filter(({ code }) => code === truth.status).flatMap((m) => m.others ?? []);
  if (read.status === truth.status && ![truth.statusAt, ...others].includes(msOf(read.statusAt))) {
    found.push(`status since ${read.statusAt ?? 'none'}, not ${text(truth.statusAt)}`);
  }
  return found;
}

function differencesOfMilestone(
  name: string,
  truth: TrueMilestone,
  read: ReadJourney['list'][number] | undefined,
): string[] {
  if (!read) return [`${name} is missing: ${truth.classifier} ${text(truth.at)}`];
  const found: string[] = [];
  if (read.classifier !== truth.classifier) found.push(`${name} is ${read.classifier}, not ${truth.classifier}`);
  if (![truth.at, ...(truth.others ?? [])].includes(Date.parse(read.at))) {
    found.push(`${name} at ${read.at}, not ${text(truth.at)}`);
  }
  // What was expected last, as an estimate or else as a plan.
  const expected = msOf(read.estimatedAt ?? read.plannedAt);
  if (expected !== truth.estimatedAt) found.push(`${name} expected ${text(expected)}, not ${text(truth.estimatedAt)}`);
  return found;
}
