/** Grouped k-fold: a memory is taught by all voyages but a fold's, and then predicts that fold without learning. */
import type { Prediction } from './score.ts';

/** Runs the folds; voyages that have not ended teach nothing. */
export function inFolds<J, M>(run: {
  journeys: readonly J[];
  folds: number;
  onFold(done: number): void;
  ended(journey: J): boolean;
  memory(): M;
  replay(journeys: J[], memory: M, learning: boolean): Prediction[];
}): Prediction[] {
  const { journeys, folds } = run;
  const found: Prediction[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const memory = run.memory();
    const others = journeys.filter((journey, i) => i % folds !== fold && run.ended(journey));
    run.replay(others, memory, true);
    const own = journeys.filter((_, i) => i % folds === fold);
    found.push(...run.replay(own, memory, false));
    run.onFold(fold + 1);
  }
  return found;
}
