/** The life of a booking. */
export const BOOKING_STATES = ['requested', 'confirmed', 'shipped', 'completed', 'cancelled'] as const;

/** The name of a booking's state. */
export type BookingState = (typeof BOOKING_STATES)[number];

const NEXT: Record<BookingState, readonly BookingState[]> = {
  requested: ['confirmed', 'cancelled'],
  confirmed: ['shipped', 'cancelled'],
  shipped: ['completed'],
  completed: [],
  cancelled: [],
};

/** Whether a booking may go from one state to another. What has sailed cannot be cancelled. */
export function mayBecome(from: BookingState, to: BookingState): boolean {
  return NEXT[from].includes(to);
}

/** The states a booking may go to. */
export function nextStates(from: BookingState): readonly BookingState[] {
  return NEXT[from];
}

/** Whether the change gives the space back to the allocation. */
export function releasesSpace(to: BookingState): boolean {
  return to === 'cancelled';
}
