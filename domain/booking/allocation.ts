/** Rules of contracted space: what its terms may be, whether it takes bookings, and what may become of it. */

/** What became of contracted space: it takes bookings, takes no more of them, or is not given after all. */
export const ALLOCATION_STATUSES = ['open', 'closed', 'withdrawn'] as const;

/** The name of a status. */
export type AllocationStatus = (typeof ALLOCATION_STATUSES)[number];

const NEXT: Record<AllocationStatus, readonly AllocationStatus[]> = {
  open: ['closed', 'withdrawn'],
  closed: ['open', 'withdrawn'],
  withdrawn: [],
};

/** Whether space may go from one status to another. What is withdrawn stays so. */
export function mayTurn(from: AllocationStatus, to: AllocationStatus): boolean {
  return NEXT[from].includes(to);
}

/** When a sailing departs and until when space on it can be booked; instants are ms since the Unix epoch. */
export interface Sailing {
  departureAt: number;
  /** Where booking ends; null where it goes on until the departure. */
  closesAt: number | null;
}

/** The terms of an allocation that follow rules. */
export interface Terms extends Sailing {
  origin: string;
  destination: string;
  period: string;
  arrivalAt: number;
}

/** Years ahead that a sailing may lie. Ours: finds a mistyped year. */
const YEARS_AHEAD_MAX = 5;
const YEAR_MS = 365.25 * 86_400_000;

/** A rule that is broken, by the term that breaks it. */
export interface TermFault {
  term: keyof Terms;
  code: string;
  detail: string;
}

/** The instant from which on bookings are refused: never after the departure. */
export function closingOf({ departureAt, closesAt }: Sailing): number {
  return Math.min(closesAt ?? departureAt, departureAt);
}

/** What is wrong with terms at `now`; `before` are those they replace, of which what stays may lie in the past. */
export function faultsOf(terms: Terms, before: Sailing | null, now: number): TermFault[] {
  const { departureAt, arrivalAt, closesAt } = terms;
  const faults: TermFault[] = [];
  const require = (holds: boolean, term: keyof Terms, code: string, detail: string): void => {
    if (!holds) faults.push({ term, code, detail });
  };
  require(terms.origin !== terms.destination, 'destination', 'same', 'must be another port than the origin');
  require(terms.period.trim() !== '', 'period', 'blank', 'must not be blank');
  require(departureAt > now || departureAt === before?.departureAt, 'departureAt', 'past', 'must lie in the future');
  require(arrivalAt > departureAt, 'arrivalAt', 'order', 'must be after departureAt');
  if (closesAt !== null) {
    const stays = before !== null && closesAt === closingOf(before);
    require(closesAt <= departureAt, 'closesAt', 'order', 'must not be after departureAt');
    require(closesAt > now || stays, 'closesAt', 'past', 'must lie in the future');
  }
  for (const term of ['departureAt', 'arrivalAt'] as const) {
    const near = terms[term] <= now + YEARS_AHEAD_MAX * YEAR_MS;
    require(near, term, 'too_far', `must lie within ${YEARS_AHEAD_MAX} years`);
  }
  return faults;
}

/** Why space takes no bookings at `now`, however much of it is left; null while it does. */
export function whyClosed(
  { status, ...sailing }: Sailing & { status: AllocationStatus },
  now: number,
): 'closed' | 'withdrawn' | 'departed' | 'expired' | null {
  if (status !== 'open') return status;
  if (now >= sailing.departureAt) return 'departed';
  return now >= closingOf(sailing) ? 'expired' : null;
}
