/** Replays recorded milestones: at each one, when is the target reached? */
import { SERVICE_SPEED_KNOTS } from '../../domain/eta/leg.ts';
import { median } from '../../domain/eta/quantile.ts';
import {
  type CompletedStages,
  estimateStages,
  JOURNEYS_KEPT,
  type StageModel,
  trainStages,
} from '../../domain/eta/stages.ts';
import { PlainError, progressBar, step } from '../support/terminal.ts';
import { inFolds } from './folds.ts';
import { toGoNm } from './journeys.ts';
import { type MilestoneJourney, readMilestones } from './milestone-journeys.ts';
import { report } from './report.ts';
import type { Prediction } from './score.ts';
import type { Settings } from './settings.ts';

const HOUR_MS = 3_600_000;
/** Weight of the newest journey in the EWMA of whole durations. */
const EWMA_ALPHA = 0.2;

/** Models of each lane and of all lanes, that learn as journeys end. */
class Memory {
  readonly #lanes = new Map<string, { journeys: CompletedStages[]; model: StageModel; ewmaHours: number }>();
  #all: CompletedStages[] = [];
  #model: StageModel | null = null;
  #stale = false;

  learn(lane: string, journey: CompletedStages): void {
    const total = (journey.stages.at(-1)!.at - journey.stages[0]!.at) / HOUR_MS;
    const known = this.#lanes.get(lane);
    const journeys = [...(known?.journeys ?? []), journey].slice(-JOURNEYS_KEPT);
    const ewmaHours = known ? known.ewmaHours + EWMA_ALPHA * (total - known.ewmaHours) : total;
    this.#lanes.set(lane, { journeys, model: trainStages(journeys), ewmaHours });
    this.#all = [...this.#all, journey].slice(-JOURNEYS_KEPT);
    this.#stale = true;
  }

  lane(lane: string): { model: StageModel; ewmaHours: number } | null {
    return this.#lanes.get(lane) ?? null;
  }

  get all(): StageModel | null {
    if (this.#stale) this.#model = trainStages(this.#all);
    this.#stale = false;
    return this.#model;
  }

  /** Median whole duration of all journeys, hours. */
  get totalHours(): number | null {
    if (this.#all.length === 0) return null;
    return median(this.#all.map(({ stages }) => (stages.at(-1)!.at - stages[0]!.at) / HOUR_MS));
  }
}

/** What holds before any journey is known: a month, give or take. */
const FALLBACK = { p10: 240, p50: 720, p90: 1_440 };

function predict(
  journey: MilestoneJourney,
  upTo: number,
  memory: Memory,
): Prediction & { call: CompletedStages['calls'][number] } {
  const { id, lane, stages, carrierId } = journey;
  const stage = stages[upTo]!;
  const known = memory.lane(lane);
  const estimate = estimateStages({
    stage,
    now: stage.at,
    carrierId,
    lane: known?.model ?? null,
    all: memory.all,
    fallback: FALLBACK,
    scheduledAt: journey.scheduleAt(stage.at),
  });
  const spent = (stage.at - stages[0]!.at) / HOUR_MS;
  const whole = memory.totalHours ?? FALLBACK.p50;
  const history = known?.model.spreads[`${stage.code}@${stage.place}`]?.q[6] ?? memory.all?.spreads[stage.code]?.q[6];
  return {
    journey: id,
    lane,
    at: stage.at,
    hours: {
      naive: distanceHours(journey, upTo) ?? Math.max(0, whole - spent),
      ewma: Math.max(0, (known?.ewmaHours ?? whole) - spent),
      lane: history ?? Math.max(0, whole - spent),
      ours: estimate.p50,
    },
    p10: estimate.p10,
    p90: estimate.p90,
    waiting: 'no',
    actual: journey.endAt === null ? null : (journey.endAt - stage.at) / HOUR_MS,
    call: {
      code: stage.code,
      at: stage.at,
      experts: Object.fromEntries(estimate.opinions.map(({ expert, hours }) => [expert, hours])),
      slip: estimate.slipHours,
      p10: estimate.p10,
      p50: estimate.p50,
      p90: estimate.p90,
    },
  };
}

/** Distance to the destination over the speed between the last two known places; null without either. */
function distanceHours(journey: MilestoneJourney, upTo: number): number | null {
  const here = journey.points[upTo];
  const to = journey.to;
  if (!here || !to) return null;
  const nm = toGoNm(to, here);
  for (let i = upTo - 1; i >= 0; i--) {
    const before = journey.points[i];
    if (!before || (before.lat === here.lat && before.lon === here.lon)) continue;
    const hours = (journey.stages[upTo]!.at - journey.stages[i]!.at) / HOUR_MS;
    if (hours > 0) return nm / Math.max(1, toGoNm(here, before) / hours);
  }
  return nm / SERVICE_SPEED_KNOTS;
}

function replay(journeys: MilestoneJourney[], memory: Memory, learning: boolean): Prediction[] {
  const found: Prediction[] = [];
  const calls = journeys.map((): CompletedStages['calls'] => []);
  const events = journeys.flatMap(({ stages }, journey) => stages.map(({ at }, i) => ({ at, journey, i })));
  // The target itself comes before another journey's milestone of the same instant.
  const isEnd = ({ journey, i }: { journey: number; i: number }): boolean => i === journeys[journey]!.stages.length - 1;
  events.sort((a, b) => a.at - b.at || Number(isEnd(b)) - Number(isEnd(a)));
  for (const event of events) {
    const journey = journeys[event.journey]!;
    const last = isEnd(event);
    if (last && journey.endAt !== null) {
      const { carrierId, stages } = journey;
      if (learning) memory.learn(journey.lane, { carrierId, stages, calls: calls[event.journey]! });
      continue;
    }
    const { call, ...prediction } = predict(journey, event.i, memory);
    calls[event.journey]!.push(call);
    found.push(prediction);
  }
  return found;
}

/** Predictions in time order, or by folds when there are some. */
export function replayMilestones(journeys: MilestoneJourney[], folds: number): Prediction[] {
  if (folds === 0) return replay(journeys, new Memory(), true);
  const ended = ({ endAt }: MilestoneJourney): boolean => endAt !== null;
  const onFold = progressBar('Folds', folds);
  return inFolds({ journeys, folds, onFold, ended, memory: () => new Memory(), replay });
}

/** Runs the back-test of a milestones file and prints it. */
export async function milestones(settings: Settings, target: string | undefined, folds: number): Promise<void> {
  const read = await step(`Reading ${settings.file}`, () => readMilestones(settings, target));
  for (const note of read.notes) console.log(`  ${note}`);
  const { journeys } = read;
  const ended = journeys.filter(({ endAt }) => endAt !== null).length;
  console.log(`  ${ended} journeys reached ${read.target}, ${journeys.length - ended} have not`);
  if (ended < 2) throw new PlainError(`There are too few journeys that reached ${read.target} to compare anything.`);
  const predictions = replayMilestones(journeys, folds);
  const known = folds > 0 ? `from the other ${folds - 1} of ${folds} folds` : 'from what had ended before';
  console.log(`\nEvery milestone is a prediction of ${read.target}, ${known}. Hours; bias + is too late.`);
  console.log(
    'naive: distance to go / last speed between places, or the usual duration less the time spent where places are not known;\n' +
      "ewma: the lane's smoothed duration less the time spent; lane: the lane's median from this milestone.\n",
  );
  const summary = report(predictions, console.log);
  console.log(`\n${JSON.stringify({ ...summary, target: read.target })}`);
}
