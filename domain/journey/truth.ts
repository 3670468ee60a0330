/** The truth of a container: its journeys, each folded from what is in force of it. */
import { hash64 } from './event.ts';
import { foldJourney, type JourneyTruth } from './fold.ts';
import { type Before, type JourneyShare, type RegisteredJourney, splitJourneys } from './journeys.ts';
import { inForce, type JourneyLog } from './log.ts';
import { type KnownPlaces, located } from './places.ts';

/** A registered journey with its carrier and the instant from which on it is known. */
export interface KnownJourney extends RegisteredJourney {
  carrierId: string | null;
  receivedAt: number;
}

/** A journey and what is true of it. */
export interface Journey extends JourneyTruth, Omit<JourneyShare, 'statements' | 'name' | 'from'> {
  /** Names it for good: as it was registered, or by what it began with. */
  id: string;
  /** Its number, where neither a registration nor a booking names it. */
  ordinal: number | null;
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
  return toJourneys(number, splitJourneys(known, located(inForce(log, asOf))) ?? [], known);
}

/** What the fold of later journeys has to know of those in the archive. */
export interface Archived extends Before {
  /** Ids of the registered ones. */
  registered: readonly string[];
  /** The number of the last one that neither a registration nor a booking names. */
  unnamed: number;
  /** Codes of places that they tell. */
  places: KnownPlaces;
}

/**
 * Folds the journeys that are not in the archive, of the statements that are not in it: equal to the last journeys of the
 * whole fold. Null when a statement is of a journey in the archive, so that only the whole fold tells.
 */
export function foldLive(
  number: string,
  log: JourneyLog,
  registered: readonly KnownJourney[],
  archive: Archived,
): Journey[] | null {
  const known = registered.filter(({ id }) => !archive.registered.includes(id));
  const shares = splitJourneys(known, located(inForce(log), archive.places), archive);
  return shares && toJourneys(number, shares, registered, archive.unnamed);
}

function toJourneys(
  number: string,
  shares: readonly JourneyShare[],
  known: readonly KnownJourney[],
  unnamed = 0,
): Journey[] {
  const byId = new Map(known.map((journey) => [journey.id, journey]));
  let ordinal = unnamed;
  return shares.map((share) => {
    const { name, statements, from: _from, ...rest } = share;
    const registration = name === null ? undefined : byId.get(name);
    // One that was registered under its number keeps the id of it.
    if (name === null)
      do ordinal++;
      while (byId.has(journeyId(number, `journey/${ordinal}`)));
    const id = registration?.id ?? journeyId(number, name ?? `journey/${ordinal}`);
    const begun = [registration?.beganAt, ...statements.map(({ event }) => event.at)].filter((at) => at !== undefined);
    return {
      ...rest,
      id,
      ordinal: name === null ? ordinal : null,
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
