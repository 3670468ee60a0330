/** Who confirmed a booking. */

/**
 * How it was confirmed: at once, as the contract has it; by the carrier's own people; by the carrier outside of the
 * platform, which somebody of the shipper recorded; or before the platform told these apart.
 */
export const CONFIRMATION_SOURCES = ['contract', 'carrier', 'recorded', 'unattributed'] as const;

/** How the carrier gave a confirmation that was recorded. */
export const CONFIRMATION_MEANS = ['telephone', 'email', 'portal', 'other'] as const;

/** A booking's confirmation. */
export interface Confirmation {
  how: (typeof CONFIRMATION_SOURCES)[number];
  /** Who confirmed, or who recorded it; null within the contract, where nobody did. */
  subject: string | null;
  /** When it was confirmed, ms since the Unix epoch. */
  at: number;
  /** For what was recorded: by which means. */
  means: (typeof CONFIRMATION_MEANS)[number] | null;
  /** For what was recorded: with whom of the carrier somebody spoke, if it is known. */
  spokeWith: string | null;
}

/** The confirmation that a booking within an instant contract has from the beginning. */
export function byContract(at: number): Confirmation {
  return { how: 'contract', subject: null, at, means: null, spokeWith: null };
}

/** The confirmation by one of the carrier's people. */
export function byCarrier(subject: string, at: number): Confirmation {
  return { how: 'carrier', subject, at, means: null, spokeWith: null };
}
