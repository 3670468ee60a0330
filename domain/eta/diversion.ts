/**
 * Notices that a ship sails around a canal it was expected to use: towards the destination it loses
 * ground by the open way and gains by the way with the canal closed.
 */
import type { Passage } from '../geo/sea-network.ts';
import { type LegTrack, MAX_SPEED_KNOTS } from './leg.ts';

/** What is remembered of the two ways. */
export interface Diversion {
  /** The canal on the way; null when there is none. */
  canal: Passage | null;
  /** The canal as far as it counts as closed for this ship. */
  closed: Passage | null;
  /** Distance to go by the way not taken, nm, at the last fix; null before it is known. */
  other: number | null;
  /** Nautical miles by which the other way has gained more than the assumed one, never below 0. */
  lead: number;
}

/** Miles of lead that settle it: a day and a half of sailing the other way. */
const LEAD_NM = 500;
/** Difference below which the two ways are the same one, nm. */
const BEHIND_NM = 20;

/** Takes in a fix: distance to go by the assumed way, and by the other. */
export function followDiversion(
  before: Diversion,
  track: LegTrack,
  fix: { at: number; nm: number; other: number | null },
): { diversion: Diversion; switched: boolean } {
  if (fix.other === null) return { diversion: before, switched: false };
  const most = (MAX_SPEED_KNOTS * Math.max(0, fix.at - track.at)) / 3_600_000;
  const ownGain = track.nm - fix.nm;
  // A bad fix says nothing of either way: the comparison starts over behind it.
  if (Math.abs(ownGain) > most) return { diversion: { ...before, other: null }, switched: false };
  // Behind the canal both ways are one: there is nothing left to sail around.
  if (!before.closed && fix.other <= fix.nm + BEHIND_NM) {
    return { diversion: { canal: null, closed: null, other: null, lead: 0 }, switched: false };
  }
  if (before.other === null) return { diversion: { ...before, other: fix.other }, switched: false };
  // Where a field has a seam its distance leaps: no ship gains more than it can sail.
  const gained = Math.min(most, Math.max(-most, before.other - fix.other)) - ownGain;
  // Where both ways are one, both gain alike; the lead shrinks again when the ship turns back.
  const lead = Math.max(0, before.lead + gained);
  if (lead < LEAD_NM) return { diversion: { ...before, other: fix.other, lead }, switched: false };
  const closed = before.closed ? null : before.canal;
  return { diversion: { ...before, closed, other: fix.nm, lead: 0 }, switched: true };
}
