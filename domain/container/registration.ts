/** What a tenant says of a container's journeys, and which journey a word of it is about. */
import type { Journey } from '../journey/truth.ts';

/** What a tenant said of a journey when registering its container. */
export interface RegistrationFacts {
  origin?: string | undefined;
  destination?: string | undefined;
  carrierId?: string | undefined;
  deviceId?: string | undefined;
  reference?: string | undefined;
  /** The carrier's number of the booking. */
  booking?: string | undefined;
  /** The booking on this platform. */
  bookingId?: string | undefined;
  promisedArrivalAt?: string | undefined;
  temperatureRangeC?: { min: number; max: number } | undefined;
}

/** A word on a journey: null takes a fact back. */
export type SaidFacts = { [K in keyof RegistrationFacts]: RegistrationFacts[K] | null };

/** A journey as it was registered. */
export interface Registered {
  id: string;
  facts: RegistrationFacts;
  /** From when on statements are of it, ms. */
  beganAt: number;
  /** When it was registered, and when its facts were last said, ms. */
  receivedAt: number;
  saidAt: number;
}

/**
 * What facts become by a further word, or null when nothing changes. A newer word replaces what it names; an older one,
 * such as a redelivered booking, only fills what is not known.
 */
export function mergeFacts(known: RegistrationFacts, said: SaidFacts, isNewer: boolean): RegistrationFacts | null {
  const merged: Record<string, unknown> = { ...known };
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || (!isNewer && name in merged)) continue;
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return JSON.stringify(known) === JSON.stringify(merged) ? null : merged;
}

/** Facts that name a journey: two that differ in one of them are two journeys. */
const NAMES = ['booking', 'bookingId'] as const;
/** Facts by which a word that comes again is known, once its journey has ended. */
const KNOWN_BY = [...NAMES, 'reference', 'origin', 'destination', 'promisedArrivalAt'] as const;

/**
 * The journey that a registration is about, or null for a new one. It is the one of the booking it names, or that was said
 * to begin at the same instant; else the present one, unless that has ended and the word is not the one that it was
 * registered by.
 */
export function journeyMeant(
  journeys: readonly Journey[],
  registered: readonly Registered[],
  said: SaidFacts,
  beginsAt: number | null = null,
): string | null {
  const factsOf = (id: string) => registered.find((row) => row.id === id)?.facts;
  const named = journeys.find(({ id, booking }) => {
    const facts = factsOf(id);
    return NAMES.some(
      (name) => said[name] && (facts?.[name] === said[name] || (name === 'booking' && booking === said[name])),
    );
  });
  if (named) return named.id;
  if (beginsAt !== null && registered.length > 0) {
    return registered.find((row) => row.beganAt === beginsAt)?.id ?? null;
  }
  const present = journeys.at(-1);
  if (!present) return null;
  const facts = factsOf(present.id) ?? {};
  const isOther = NAMES.some((name) => said[name] && facts[name] && facts[name] !== said[name]);
  if (isOther) return null;
  if (present.endedAt === null) return present.id;
  const isAgain = KNOWN_BY.every((name) => !said[name] || said[name] === facts[name]);
  return isAgain ? present.id : null;
}
