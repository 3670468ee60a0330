/** What a delivery needs to know of the fleet before it is taken in. */
import type { Bookings } from './bookings.ts';
import type { Claims } from './claims.ts';
import type { Pairing, Pairings } from './pairings.ts';

/** What a delivery asks of the fleet. */
export interface Asked {
  connectionId: string;
  now: number;
  devices: string[];
  bookings: string[];
  /** Whether what is said of the bookings by their names alone is kept for containers that join them. */
  awaits: boolean;
  /** Containers of bookings that the delivery tells. */
  told: [booking: string, number: string][];
  numbers: string[];
}

/** What the fleet knows. */
export interface Resolved {
  bookings: { booking: string; number: string }[];
  pairings: Pairing[];
  claimed: string[];
  ignored: string[];
}

/**
 * Inside a transaction: the pairings of the delivery's devices, the containers of its bookings (after learning what it tells
 * of them), and which of its numbers are claimed. The others are noted as waiting at the connection, unless ignored.
 */
export function resolveNames(
  { bookings, pairings, claims }: { bookings: Bookings; pairings: Pairings; claims: Claims },
  asked: Asked,
): Resolved {
  for (const [booking, number] of asked.told) bookings.add(booking, number);
  if (asked.awaits) bookings.await(asked.bookings, asked.connectionId, asked.now);
  const ofBookings = bookings.ofAll(asked.bookings);
  const ofDevices = pairings.ofAll(asked.devices);
  const named = [...ofBookings, ...ofDevices].map(({ number }) => number);
  const numbers = [...new Set([...asked.numbers, ...named])];
  const { claimed, ignored } = claims.sort(numbers);
  const known = new Set([...claimed, ...ignored]);
  claims.note(
    numbers.filter((number) => !known.has(number)),
    asked.connectionId,
    asked.now,
  );
  return { bookings: ofBookings, pairings: ofDevices, claimed, ignored };
}
