import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type LaterState, nextStates } from '../../../domain/booking/states.ts';
import { api } from '../api.ts';
import { BookingHead, ConfirmedBy, Empty, Loading, Problem, Tag, unitsOf } from '../components.tsx';
import { age, day, instant, words } from '../format.ts';
import { List, openModal, useKeyFor, usePages } from '../lists.tsx';
import { useClock, useMe } from '../session.ts';
import type { Allocation, Booking, NewBooking } from '../types.ts';
import { ConfirmationDialog } from './confirmation-dialog.tsx';

/** The steps that are the shipper's to take: to confirm is the carrier's. */
type Step = Exclude<LaterState, 'confirmed'>;
const VERBS: Record<Step, string> = {
  shipped: 'Mark shipped',
  completed: 'Complete',
  cancelled: 'Cancel',
};

/** Contracted space and the bookings drawn from it. */
export function BookingsPage() {
  const me = useMe();
  const mayBook = me.data?.permissions.includes('bookings:write') ?? false;
  const mayRecord = me.data?.permissions.includes('bookings:confirm-for-carrier') ?? false;
  const [chosen, setChosen] = useState<Allocation | null>(null);
  const allocations = usePages('listAllocations');
  const bookings = usePages('listBookings');
  return (
    <main className="page">
      <h1>Contracted space</h1>
      <List
        of={allocations}
        what="allocations"
        empty={<Empty title="No contracted space yet">Space is created by POST /v1/allocations.</Empty>}
      >
        {(spaces) => (
          <div className="space-grid">
            {spaces.map((space) => (
              <SpaceCard key={space.id} space={space} mayBook={mayBook} onChoose={() => setChosen(space)} />
            ))}
          </div>
        )}
      </List>
      <h1>Bookings</h1>
      <List of={bookings} what="bookings" empty={<Empty title="No bookings yet">Choose space above.</Empty>}>
        {(rows) => rows.map((booking) => <BookingCard key={booking.id} {...{ booking, mayBook, mayRecord }} />)}
      </List>
      {chosen && <BookDialog space={chosen} onClose={() => setChosen(null)} />}
    </main>
  );
}

function SpaceCard({ space, mayBook, onChoose }: { space: Allocation; mayBook: boolean; onChoose: () => void }) {
  const { now } = useClock();
  const closesIn = (Date.parse(space.closesAt) - now) / 1_000;
  const refused = space.status !== 'open' ? words(space.status) : closesIn <= 0 ? 'Closed' : null;
  const label = refused ?? (space.remaining === 0 ? 'Full' : 'Book');
  return (
    <article className="card space">
      <h2>
        {space.origin} → {space.destination} {space.status !== 'open' && <Tag state={space.status} />}
      </h2>
      <p className="muted small">
        {space.period} · {day(space.departureAt)} – {day(space.arrivalAt)}
        {refused === null && ` · booking closes in ${age(closesIn)}`}
      </p>
      <meter
        min={0}
        max={space.capacity}
        value={space.booked}
        aria-label={`${space.booked} of ${space.capacity} booked`}
      />
      <p>
        <strong>{space.remaining}</strong> of {space.capacity} {space.unit === 'teu' ? 'TEU' : 'containers'} left
      </p>
      <button type="button" disabled={!mayBook || label !== 'Book'} onClick={onChoose}>
        {label}
      </button>
    </article>
  );
}

function useRefresh(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all(
      ['listAllocations', 'listBookings', 'booking', 'listShipments'].map((name) =>
        queries.invalidateQueries({ queryKey: [name] }),
      ),
    );
}

function BookingCard({ booking, mayBook, mayRecord }: { booking: Booking; mayBook: boolean; mayRecord: boolean }) {
  const refresh = useRefresh();
  const [open, setOpen] = useState(false);
  const [recording, setRecording] = useState(false);
  const move = useMutation({
    mutationFn: (to: Step) => api('transitionBooking', { id: booking.id, to }, { ifMatch: booking.version }),
    onSettled: refresh,
  });
  return (
    <section className="card">
      <BookingHead booking={booking} units={unitsOf(booking.quantity)}>
        {mayRecord && booking.state === 'requested' && (
          <button type="button" className="quiet" disabled={move.isPending} onClick={() => setRecording(true)}>
            Record the carrier’s confirmation
          </button>
        )}
        {mayBook &&
          nextStates(booking.state)
            .filter((to) => to !== 'confirmed')
            .map((to) => (
              <button
                type="button"
                key={to}
                className="quiet"
                disabled={move.isPending}
                onClick={() => move.mutate(to)}
              >
                {VERBS[to]}
              </button>
            ))}
        <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          Trail
        </button>
      </BookingHead>
      <ConfirmedBy confirmation={booking.confirmedBy} />
      {move.isError && <Problem error={move.error} />}
      {open && <Trail id={booking.id} version={booking.version} />}
      {recording && <ConfirmationDialog {...{ booking, refresh }} onClose={() => setRecording(false)} />}
    </section>
  );
}

function Trail({ id, version }: { id: string; version: number }) {
  const booking = useQuery({
    queryKey: ['booking', id, version],
    queryFn: () => api('getBooking', { id }),
  });
  if (booking.isPending) return <Loading what="the trail" />;
  if (booking.isError) return <Problem error={booking.error} />;
  return (
    <ul className="plain small">
      {booking.data.audit.map((entry) => (
        <li key={entry.at + entry.action}>
          {instant(entry.at)} · {words(entry.action.replace('booking.', ''))} {entry.detail && `· ${entry.detail}`}{' '}
          <span className="muted">by {entry.subject}</span>
        </li>
      ))}
    </ul>
  );
}

function BookDialog({ space, onClose }: { space: Allocation; onClose: () => void }) {
  const refresh = useRefresh();
  const keyFor = useKeyFor();
  const book = useMutation({
    mutationFn: (order: NewBooking) => api('createBooking', order, keyFor(order)),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    book.mutate({
      allocationId: space.id,
      quantity: Number(text('quantity')),
      ...(text('reference') ? { reference: text('reference') } : {}),
      containers: text('containers')
        .split(/[\s,;]+/)
        .filter(Boolean),
    });
  };
  return (
    <dialog ref={openModal} onClose={onClose}>
      <form onSubmit={submit}>
        <h2>
          Book {space.origin} → {space.destination}
        </h2>
        <p className="muted small">
          {space.period} · {space.remaining} left ·{' '}
          {space.confirmation === 'instant' ? 'confirmed at once' : 'the carrier confirms'}
        </p>
        <label>
          How many{' '}
          <input name="quantity" type="number" min={1} max={space.remaining} defaultValue={1} required autoFocus />
        </label>
        <label>
          Your reference <input name="reference" maxLength={100} placeholder="PO number" />
        </label>
        <label>
          Container numbers, if known <textarea name="containers" rows={2} placeholder="CSQU3054383, …" />
        </label>
        {book.isError && <Problem error={book.error} />}
        <div className="actions">
          <button type="button" className="quiet" onClick={onClose}>
            Close
          </button>
          <button type="submit" disabled={book.isPending}>
            {book.isPending ? 'Booking …' : 'Book'}
          </button>
        </div>
      </form>
    </dialog>
  );
}
