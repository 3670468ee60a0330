import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api } from '../api.ts';
import { Problem, unitsOf } from '../components.tsx';
import { words } from '../format.ts';
import { openModal } from '../lists.tsx';
import type { Booking, CarrierConfirmation } from '../types.ts';

const MEANS: readonly CarrierConfirmation['means'][] = ['telephone', 'email', 'portal', 'other'];

/** Records what a carrier has confirmed outside of the platform. */
export function ConfirmationDialog({
  booking,
  refresh,
  onClose,
}: {
  booking: Booking;
  refresh: () => Promise<unknown>;
  onClose: () => void;
}) {
  const record = useMutation({
    mutationFn: (given: CarrierConfirmation) =>
      api('recordCarrierConfirmation', { id: booking.id, ...given }, { ifMatch: booking.version }),
    onSuccess: onClose,
    onSettled: refresh,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const spokeWith = String(form.get('spokeWith') ?? '').trim();
    const means = MEANS.find((each) => each === form.get('means')) ?? 'other';
    record.mutate({ means, ...(spokeWith ? { spokeWith } : {}) });
  };
  return (
    <dialog ref={openModal} onClose={onClose}>
      <form onSubmit={submit}>
        <h2>Record the carrier’s confirmation</h2>
        <p className="muted small">
          {booking.origin} → {booking.destination} · {unitsOf(booking.quantity)}. The booking and its trail will say
          that you recorded it.
        </p>
        <label>
          The carrier confirmed by{' '}
          <select name="means">
            {MEANS.map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </select>
        </label>
        <label>
          You spoke with <input name="spokeWith" maxLength={100} placeholder="The export desk" />
        </label>
        {record.isError && <Problem error={record.error} />}
        <div className="actions">
          <button type="button" className="quiet" onClick={onClose}>
            Close
          </button>
          <button type="submit" disabled={record.isPending}>
            {record.isPending ? 'Recording …' : 'Record'}
          </button>
        </div>
      </form>
    </dialog>
  );
}
