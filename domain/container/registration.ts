/** What a tenant says of a container's journeys, and which journey a word of it is about. */
import type { Journey, KnownJourney } from '../journey/truth.ts';

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

/** What one source said of a journey: the tenant, or a booking of its by id. */
export interface SaidLayer {
  source: string;
  facts: RegistrationFacts;
  /** When it was said last, ms. */
  saidAt: number;
  /** Whether the source has taken back all of it: a booking that was cancelled says nothing more. */
  withdrawn?: true;
}

/** The source of what a tenant registers itself. */
export const TENANT = 'tenant';

/** A journey as it was registered. */
export interface Registered {
  id: string;
  /** What holds of it: of each fact the word that was said last. */
  facts: RegistrationFacts;
  layers: SaidLayer[];
  /** From when on statements are of it, ms. */
  beganAt: number;
  /** When it was registered, ms. */
  receivedAt: number;
  /** The booking by which the journey was known when it was registered. */
  booking?: string | null | undefined;
  /** What held before, each until an instant, ms, the oldest first. */
  before?: { until: number; facts: RegistrationFacts }[] | undefined;
}

/** Changes of a registration that are kept: people correct a promise a few times. */
const CHANGES_KEPT = 50;

/** What held before, when other facts hold from now on. */
export function heldBefore(
  { before = [], facts }: Registered,
  next: RegistrationFacts,
  now: number,
): Registered['before'] {
  if (JSON.stringify(facts) === JSON.stringify(next)) return before;
  return [...before, { until: now, facts }].slice(-CHANGES_KEPT);
}

/** What held of a registration at an instant. */
export function factsAsOf({ before = [], facts }: Registered, asOf = Number.POSITIVE_INFINITY): RegistrationFacts {
  return before.find(({ until }) => until > asOf)?.facts ?? facts;
}

/** A registered journey as the fold knows it, or knew it at an instant. */
export function knownOf(row: Registered, asOf?: number): KnownJourney {
  const { id, beganAt, receivedAt, booking = null } = row;
  const facts = factsAsOf(row, asOf);
  return { id, beganAt, receivedAt, booking: facts.booking ?? booking, carrierId: facts.carrierId ?? null };
}

/** What holds when several have said something: of each fact the newest word. */
export function factsOf(layers: readonly SaidLayer[]): RegistrationFacts {
  const sorted = layers.toSorted((a, b) => a.saidAt - b.saidAt || (a.source < b.source ? -1 : 1));
  return Object.assign({}, ...sorted.map(({ facts }) => facts)) as RegistrationFacts;
}

/**
 * The layers after a further word of a source, or null when nothing changes. A newer word of it replaces what it names, null
 * takes a fact back, whoever said it; an older one, such as a redelivered booking, only fills what is not known.
 */
export function addWord(
  layers: readonly SaidLayer[],
  { source, said, saidAt }: { source: string; said: SaidFacts; saidAt: number },
): SaidLayer[] | null {
  const own = layers.find((layer) => layer.source === source);
  if (own?.withdrawn) return null;
  const isNewer = !own || saidAt >= own.saidAt;
  const facts: Record<string, unknown> = { ...own?.facts };
  const takenBack = Object.keys(said).filter((name) => said[name as keyof SaidFacts] === null && isNewer);
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined || value === null || (!isNewer && name in facts)) continue;
    facts[name] = value;
  }
  const next = { source, facts, saidAt: Math.max(saidAt, own?.saidAt ?? 0) };
  const others = layers.filter((layer) => layer.source !== source);
  const all = [...others, next].map((layer) => {
    const kept = Object.entries(layer.facts).filter(([name]) => !takenBack.includes(name));
    return { ...layer, facts: Object.fromEntries(kept) as RegistrationFacts };
  });
  const isSame = own !== undefined && JSON.stringify(factsOf(all)) === JSON.stringify(factsOf(layers));
  return isSame ? null : all;
}

/** The layers after a source has taken back all that it said, or null when it has said nothing, or done so before. */
export function withdraw(layers: readonly SaidLayer[], source: string): SaidLayer[] | null {
  if (!layers.some((layer) => layer.source === source && !layer.withdrawn)) return null;
  return layers.map((layer) => (layer.source === source ? { ...layer, facts: {}, withdrawn: true } : layer));
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
  if (beginsAt !== null && (registered.length > 0 || journeys.length > 1)) {
    const known = registered.find((row) => row.beganAt === beginsAt)?.id;
    return known ?? journeyAt(journeys, beginsAt);
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

/** A journey that nobody has registered and that was under way at an instant, or null. */
function journeyAt(journeys: readonly Journey[], at: number): string | null {
  const found = journeys.findLast(({ beganAt }) => beganAt !== null && beganAt <= at);
  return found && !found.registered && (found.endedAt === null || found.endedAt > at) ? found.id : null;
}
