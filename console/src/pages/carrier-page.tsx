import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import { BookingHead, ConfirmedBy, Empty, Problem, unitsOf } from '../components.tsx';
import { day } from '../format.ts';
import { List, usePages } from '../lists.tsx';
import { useMe } from '../session.ts';
import type { CarrierBooking, CarrierBookingList } from '../types.ts';

/** What a carrier's people see: who works with the carrier, and the bookings addressed to it. */
export default function CarrierPage() {
  const me = useMe();
  const mayAnswer = me.data?.permissions.includes('carrier-bookings:write') ?? false;
  const customers = usePages('listCarrierCustomers');
  const bookings = usePages('listCarrierBookings');
  return (
    <main className="page">
      <h1>Bookings addressed to you</h1>
      <Lacking pages={bookings.pages} onRetry={() => void bookings.list.refetch()} />
      <List
        of={bookings}
        what="bookings"
        empty={<Empty title="No bookings yet">What shippers book with you shows up here.</Empty>}
      >
        {(rows) => rows.map((booking) => <BookingCard key={booking.id} {...{ booking, mayAnswer }} />)}
      </List>
      <h1>Shippers that work with you</h1>
      <List of={customers} what="shippers" empty={<Empty title="Nobody has invited you yet" />}>
        {(rows) => (
          <section className="card">
            <ul className="plain lines">
              {rows.map((customer) => (
                <li key={customer.tenantId}>
                  {customer.name} <span className="muted small">since {day(customer.since)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </List>
    </main>
  );
}

/** Whose bookings are missing from the pages that are shown. */
function Lacking({ pages, onRetry }: { pages: CarrierBookingList[]; onRetry: () => void }) {
  const names = [...new Set(pages.flatMap(({ lacking }) => lacking.map(({ name }) => name)))];
  const more = Math.max(0, ...pages.map(({ lackingMore }) => lackingMore));
  if (names.length === 0) return null;
  return (
    <div className="problem" role="alert">
      <p>
        The bookings of {names.join(', ')}
        {more > 0 && ` and ${more} more`} cannot be read now and are missing here.
      </p>
      <button type="button" className="quiet" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

function BookingCard({ booking, mayAnswer }: { booking: CarrierBooking; mayAnswer: boolean }) {
  const queries = useQueryClient();
  const answer = useMutation({
    mutationFn: (to: 'confirmed' | 'cancelled') =>
      api(
        'transitionCarrierBooking',
        { tenantId: booking.tenant.id, id: booking.id, to },
        { ifMatch: booking.version },
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ['listCarrierBookings'] }),
  });
  return (
    <section className="card">
      <BookingHead booking={booking} units={`${unitsOf(booking.quantity)} for ${booking.tenant.name}`}>
        {mayAnswer && booking.state === 'requested' && (
          <>
            <button type="button" disabled={answer.isPending} onClick={() => answer.mutate('confirmed')}>
              Confirm
            </button>
            <button
              type="button"
              className="quiet"
              disabled={answer.isPending}
              onClick={() => answer.mutate('cancelled')}
            >
              Decline
            </button>
          </>
        )}
      </BookingHead>
      <ConfirmedBy confirmation={booking.confirmedBy} />
      {answer.isError && <Problem error={answer.error} />}
    </section>
  );
}
