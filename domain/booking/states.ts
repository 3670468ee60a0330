/** The life of a booking. */
export const BOOKING_STATES = ['requested', 'confirmed', 'shipped', 'completed', 'cancelled'] as const;

/** The name of a booking's state. */
export type BookingState = (typeof BOOKING_STATES)[number];

/** A state that a booking may come to: all but its first. */
export type LaterState = Exclude<BookingState, 'requested'>;

const NEXT: Record<BookingState, readonly LaterState[]> = {
  requested: ['confirmed', 'cancelled'],
  confirmed: ['shipped', 'cancelled'],
  shipped: ['completed'],
  completed: [],
  cancelled: [],
};

/** Whether a booking may go from one state to another. What has sailed cannot be cancelled. */
export function mayBecome(from: BookingState, to: BookingState): boolean {
  return nextStates(from).some((state) => state === to);
}

/** The states a booking may go to. */
export function nextStates(from: BookingState): readonly LaterState[] {
  return NEXT[from];
}

/** Whether the change gives the space back to the allocation. */
export function releasesSpace(to: BookingState): boolean {
  return to === 'cancelled';
}
