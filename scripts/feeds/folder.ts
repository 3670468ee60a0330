/** A folder of generated feeds: what was registered, what was delivered, and the truth that it folds to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from '../support/terminal.ts';

/** A connection that delivers. */
export interface FeedConnection {
  kind: 'connection';
  connection: string;
  party: string;
  role: 'carrier' | 'terminal';
  history: 'events' | 'full';
  times: 'as-stated' | 'local-labelled-z';
}

/** A journey that is registered. Instants in ms. */
export interface FeedJourney {
  kind: 'journey';
  at: number;
  container: string;
  booking: string | null;
  reference: string;
  carrier: string;
  origin: string;
  destination: string;
}

/** A device that is on a container for a time. */
export interface FeedPairing {
  kind: 'pairing';
  at: number;
  device: string;
  container: string;
  from: number;
  until: number | null;
  temperature: { min: number; max: number } | null;
  shockAbove: number;
}

/** A delivery in the order of receipt. */
export interface FeedDelivery {
  receivedAt: number;
  connection: string;
  format: 'dcsa' | 'positions';
  contentType: string;
  body: string;
}

/** A milestone of the truth; `ambiguous` ones are neither demanded nor forbidden. */
export interface TrueMilestone {
  code: string;
  unLocationCode: string | null;
  at: number;
  classifier: 'ACT' | 'EST' | 'PLN';
  estimatedAt: number | null;
  /** Actual times of other sources, which are right too. */
  others?: number[];
  ambiguous?: boolean;
}

/** A journey of the truth. */
export interface TrueJourney {
  booking: string | null;
  milestones: TrueMilestone[];
  status: string;
  statusAt: number | null;
  ambiguous?: boolean;
}

/** A position that is to be believed. */
export interface TruePosition {
  at: number;
  latitude: number;
  longitude: number;
}

/** What is true of a container's device. Readings of the same instant and place are one fix. */
export interface TruePositions {
  last: TruePosition;
  alerts: { kind: string; from: number; to: number }[];
}

/** A container of the truth. */
export type TrueContainer = { container: string } & (
  | { unclaimed: true }
  | { unclaimed?: false; journeys: TrueJourney[]; positions?: TruePositions }
);

/** The folder. */
export interface Feeds {
  connections: FeedConnection[];
  journeys: FeedJourney[];
  pairings: FeedPairing[];
  deliveries: FeedDelivery[];
  truths: TrueContainer[];
}

/** Reads a folder; throws in plain words when it is none. */
export function readFeeds(folder: string): Feeds {
  const lines = <T>(name: string): T[] => {
    try {
      const text = readFileSync(join(folder, name), 'utf8').trim();
      return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T);
    } catch {
      throw new PlainError(
        `${join(folder, name)} cannot be read: a folder of feeds has a line of JSON for each entry.`,
      );
    }
  };
  const registrations = lines<FeedConnection | FeedJourney | FeedPairing>('registrations.jsonl');
  const of = <K extends string>(kind: K) =>
    registrations.filter((each): each is Extract<(typeof registrations)[number], { kind: K }> => each.kind === kind);
  return {
    connections: of('connection'),
    journeys: of('journey').sort((a, b) => a.at - b.at),
    pairings: of('pairing').sort((a, b) => a.at - b.at),
    deliveries: lines('deliveries.jsonl'),
    truths: lines('truth.jsonl'),
  };
}
