/** The truth of a container: its journeys, each folded from what is in force of it. */
import { hash64 } from './event.ts';
import { foldJourney, type JourneyTruth } from './fold.ts';
import { type JourneyShare, type RegisteredJourney, splitJourneys } from './journeys.ts';
import { inForce, type JourneyLog } from './log.ts';
import { located } from './places.ts';

/** A registered journey with its carrier and the instant from which on it is known. */
export interface KnownJourney extends RegisteredJourney {
  carrierId: string | null;
  receivedAt: number;
}

/** A journey and what is true of it. */
export interface Journey extends JourneyTruth, Omit<JourneyShare, 'statements' | 'name' | 'from'> {
  /** Names it for good: as it was registered, or by what it began with. */
  id: string;
  /** When it began, ms: its registration or its first statement; null when there is neither. */
  beganAt: number | null;
  /** Keys of the statements that are in force of it. */
  keys: string[];
}

/** Folds a container's journeys as they were known at an instant: registrations and statements received by then. */
export function foldContainer(
  number: string,
  log: JourneyLog,
  registered: readonly KnownJourney[],
  asOf = Number.POSITIVE_INFINITY,
): Journey[] {
  const known = registered.filter(({ receivedAt }) => receivedAt <= asOf);
  const byId = new Map(known.map((journey) => [journey.id, journey]));
  return splitJourneys(known, located(inForce(log, asOf))).map((share) => {
    const { name, statements, from: _from, ...rest } = share;
    const registration = byId.get(name);
    const begun = [registration?.beganAt, ...statements.map(({ event }) => event.at)].filter((at) => at !== undefined);
    return {
      ...rest,
      id: registration ? name : journeyId(number, name),
      beganAt: begun.length > 0 ? Math.min(...begun) : null,
      ...foldJourney(statements, registration?.carrierId ?? null),
      keys: statements.map(({ key }) => key),
    };
  });
}

/** The id of a journey: it tells the container, so that no list of journeys has to be kept beside it. */
export const journeyId = (number: string, name: string): string => `jrn_${number}_${hash64(name)}`;

/** The container that a journey's id tells, or null when it is none. */
export const containerOfJourney = (id: string): string | null =>
  /^jrn_([A-Z0-9]{4,17})_[0-9a-f]{16}$/.exec(id)?.[1] ?? null;
