/**
 * Replays recorded journeys through the product's estimator. In chronological order a prediction
 * knows only what had arrived before it; in folds it knows all voyages but those of its own fold.
 */
import { hoursAt } from '../../domain/eta/experts.ts';
import { type LaneModel, LEGS_KEPT, trainLane } from '../../domain/eta/lane-model.ts';
import {
  beginLeg,
  type CompletedLeg,
  completeLeg,
  followLeg,
  gridOf,
  type LegTrack,
  SERVICE_SPEED_KNOTS,
} from '../../domain/eta/leg.ts';
import { estimateLeg, noteCall } from '../../domain/eta/leg-estimate.ts';
import { inFolds } from './folds.ts';
import { type Journey, type RecordedFix, toGoNm } from './journeys.ts';
import type { Prediction } from './score.ts';

const HOUR_MS = 3_600_000;
/** What the naive and the EWMA method take a standing ship's speed for: without a floor they never arrive. */
export const SPEED_FLOOR_KNOTS = 1;
/** Time constant of the EWMA method, hours. */
const EWMA_TAU_HOURS = 2;

/** Lane models that learn as journeys end. */
class Memory {
  readonly #legs = new Map<string, CompletedLeg[]>();
  readonly #models = new Map<string, LaneModel>();
  #all: CompletedLeg[] = [];
  #mode: LaneModel | null = null;

  learn(lane: string, leg: CompletedLeg): void {
    const legs = [...(this.#legs.get(lane) ?? []), leg].slice(-LEGS_KEPT);
    this.#legs.set(lane, legs);
    this.#models.set(lane, trainLane(legs));
    this.#all = [...this.#all, leg].slice(-LEGS_KEPT);
    this.#mode = trainLane(this.#all);
  }

  model(lane: string): LaneModel | null {
    return this.#models.get(lane) ?? null;
  }

  get mode(): LaneModel | null {
    return this.#mode;
  }
}

/** A journey while it is replayed. */
class Voyage {
  readonly #journey: Journey;
  readonly #predictions: Prediction[] = [];
  #track: LegTrack | null = null;
  #speedKnots: number | null = null;
  #ewmaKnots: number | null = null;
  #before: { at: number; nm: number } | null = null;

  constructor(journey: Journey) {
    this.#journey = journey;
  }

  /** Takes in a position and predicts. */
  see(fix: RecordedFix, memory: Memory): void {
    const { to, from, lane, id, scheduledAt, carrierId } = this.#journey;
    const nm = toGoNm(to, fix);
    const line = this.#track?.line ?? -1;
    this.#track = this.#track
      ? followLeg(this.#track, { at: fix.at, nm })
      : beginLeg({ at: fix.at, nm }, toGoNm(to, from));
    this.#follow(fix, nm);
    const model = memory.model(lane);
    const estimate = estimateLeg(this.#track, { lane: model, mode: memory.mode, carrierId }, scheduledAt);
    if (this.#track.line > line) this.#track = noteCall(this.#track, estimate);
    this.#predictions.push({
      journey: id,
      lane,
      at: fix.at,
      hours: {
        naive: nm / Math.max(SPEED_FLOOR_KNOTS, this.#speedKnots ?? SERVICE_SPEED_KNOTS),
        ewma: nm / Math.max(SPEED_FLOOR_KNOTS, this.#ewmaKnots ?? SERVICE_SPEED_KNOTS),
        lane: (model && hoursAt(model.curveHours, gridOf(nm, this.#track.distanceNm))) ?? nm / SERVICE_SPEED_KNOTS,
        ours: estimate.p50,
      },
      p10: estimate.p10,
      p90: estimate.p90,
      waiting: estimate.waiting,
      actual: null,
    });
  }

  /** Last speed: the reported one where the file has it, else that between the last two positions. */
  #follow(fix: RecordedFix, nm: number): void {
    const hours = this.#before ? (fix.at - this.#before.at) / HOUR_MS : 0;
    if (this.#before && hours > 0) {
      const madeGood = (this.#before.nm - nm) / hours;
      this.#speedKnots = Math.abs(madeGood);
      const alpha = 1 - Math.exp(-hours / EWMA_TAU_HOURS);
      this.#ewmaKnots = this.#ewmaKnots === null ? madeGood : this.#ewmaKnots + alpha * (madeGood - this.#ewmaKnots);
    }
    if (fix.speedKnots !== null) this.#speedKnots = fix.speedKnots;
    this.#before = { at: fix.at, nm };
  }

  /** Ends with the truth: fills it into the predictions and teaches the lane. */
  arrive(at: number): CompletedLeg | null {
    for (const prediction of this.#predictions) prediction.actual = (at - prediction.at) / HOUR_MS;
    return this.#track && completeLeg(this.#track, at, this.#journey.carrierId);
  }

  get predictions(): Prediction[] {
    return this.#predictions;
  }
}

/** Replays journeys in time order; `learning` is off for a fold that is only tested. */
function replay(journeys: Journey[], memory: Memory, learning: boolean): Prediction[] {
  const voyages = journeys.map((journey) => new Voyage(journey));
  const events: { at: number; voyage: number; fix: RecordedFix | null }[] = [];
  journeys.forEach(({ fixes, arrivalAt }, voyage) => {
    for (const fix of fixes) events.push({ at: fix.at, voyage, fix });
    if (arrivalAt !== null) events.push({ at: arrivalAt, voyage, fix: null });
  });
  events.sort((a, b) => a.at - b.at);
  for (const { at, voyage, fix } of events) {
    if (fix) voyages[voyage]!.see(fix, memory);
    else {
      const leg = voyages[voyage]!.arrive(at);
      if (leg && learning) memory.learn(journeys[voyage]!.lane, leg);
    }
  }
  return voyages.flatMap(({ predictions }) => predictions);
}

/** Chronological: one pass in which only what has ended is known. */
export function chronological(journeys: Journey[]): Prediction[] {
  return replay(journeys, new Memory(), true);
}

/** Grouped k-fold: each voyage is predicted by models that have seen every voyage but its fold's. */
export function grouped(journeys: Journey[], folds: number, onFold: (done: number) => void): Prediction[] {
  const ended = ({ arrivalAt }: Journey): boolean => arrivalAt !== null;
  return inFolds({ journeys, folds, onFold, ended, memory: () => new Memory(), replay });
}
