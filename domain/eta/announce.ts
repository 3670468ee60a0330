/** What is told to the world: published ETAs with what changed, and the words of carriers and schedules. */
import { type Eta, type Explanation, type SaidEta, SOURCES, TARGETS, type Target } from './eta.ts';
import { type Plan, planOf, saidBy } from './plan.ts';
import { decide, intervalAround } from './publish.ts';
import type { EtaInput, EtaMemory } from './state.ts';
import type { TargetEstimate } from './targets.ts';

/** Turns estimates into published ETAs. */
export function publish(
  memory: EtaMemory,
  previous: readonly Eta[],
  plan: Plan,
  input: EtaInput,
  estimates: TargetEstimate[],
  news: string | null,
): { memory: EtaMemory; etas: Eta[]; said: SaidEta[] } {
  const { now, destination, models } = input;
  const published: EtaMemory['published'] = {};
  const etas: Eta[] = [];
  const said: SaidEta[] = [];
  const situation = `${plan.leg}/${plan.phase}/${estimates[0]?.explanation.waiting === 'held'}/${memory.leg?.diversion.closed ?? ''}`;
  const urgent = news !== null || (memory.situation !== '' && memory.situation !== situation);
  for (const { target, part, explanation, asOf } of estimates) {
    const at = (hours: number): number => Math.round(now + hours * 3_600_000);
    const [p10, p50, p90] = [at(part.p10), at(part.p50), at(part.p90)];
    const decision = decide(memory.published[target] ?? null, { p10, p50, p90 }, now, urgent);
    const { publication } = decision;
    published[target] = publication;
    const last = previous.find((eta) => eta.target === target);
    const changed = decision.published
      ? (news ?? whatChanged(last, explanation, publication.p50, memory, input))
      : (last?.explanation.changed ?? 'first estimate');
    const eta: Eta = {
      target,
      location: destination!,
      ...intervalAround(publication.p50, { p10, p50, p90 }),
      p50: publication.p50,
      asOf,
      computedAt: now,
      publishedAt: publication.at,
      revisions: publication.revisions,
      explanation: { ...explanation, changed, modelVersion: models.version },
    };
    etas.push(eta);
    if (decision.published) {
      said.push({ target, source: 'ours', location: destination!, at: now, p10: eta.p10, p50: eta.p50, p90: eta.p90 });
    }
  }
  return { memory: { ...memory, published, situation }, etas, said };
}

/** In a few words, why the median moved. */
function whatChanged(
  last: Eta | undefined,
  now: Omit<Explanation, 'changed' | 'modelVersion'>,
  p50: number,
  memory: EtaMemory,
  input: EtaInput,
): string {
  if (!last) return 'first estimate';
  const was = last.explanation;
  if (now.avoiding !== was.avoiding)
    return now.avoiding ? `the ship sails around ${now.avoiding}` : 'the ship is back on its way';
  if (now.waiting === 'held' && was.waiting !== 'held') return 'the ship makes no progress';
  if (was.waiting === 'held' && now.waiting !== 'held') return 'the ship is under way again';
  if (was.leg?.to !== now.leg?.to) return now.leg ? `under way to ${now.leg.to}` : 'the leg has ended';
  if (now.overdue && !was.overdue) return 'it should have arrived by now';
  const scheduled = TARGETS.some((target) => {
    const said = memory.said[`carrier ${target}`];
    return said !== undefined && said !== saidNow(input, target);
  });
  if (scheduled) return 'the carrier changed its estimate';
  if (was.modelVersion !== input.models.version) return 'a newer model of the lane';
  const later = p50 > last.p50 ? 'later' : 'earlier';
  if (now.leg && was.leg && Math.abs(now.leg.paceKnots - was.leg.paceKnots) >= 0.5) {
    return `${later}: progress went from ${was.leg.paceKnots} to ${now.leg.paceKnots} kn`;
  }
  return now.staleHours > was.staleHours + 3
    ? `${later}: nothing was heard for ${Math.round(now.staleHours)} h`
    : `${later} by what the lane usually needs from here`;
}

function saidNow({ milestones, origin, destination }: EtaInput, target: Target): number | null {
  return saidBy(milestones, planOf(milestones, origin, destination!), target, 'EST');
}

/** What carrier and schedule have newly said. */
export function heardWords(
  memory: EtaMemory,
  plan: Plan,
  { milestones, destination, now }: EtaInput,
): { memory: EtaMemory; said: SaidEta[] } {
  const said: SaidEta[] = [];
  const known = { ...memory.said };
  for (const target of TARGETS) {
    if (plan.reached[target] !== undefined) continue;
    for (const source of SOURCES) {
      if (source === 'ours') continue;
      const p50 = saidBy(milestones, plan, target, source === 'carrier' ? 'EST' : 'PLN');
      const name = `${source} ${target}`;
      if (p50 === null || known[name] === p50) continue;
      known[name] = p50;
      said.push({ target, source, location: destination!, at: now, p10: null, p50, p90: null });
    }
  }
  return { memory: { ...memory, said: known }, said };
}
