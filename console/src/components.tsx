import type { ReactNode } from 'react';
import { ApiError } from './api.ts';
import { instant, words } from './format.ts';
import type { LiveStatus } from './live.ts';
import type { Confirmation } from './types.ts';

/** A refusal or failure, with what to quote when asking for help. */
export function Problem({ error }: { error: unknown }) {
  const problem = error instanceof ApiError ? error : null;
  return (
    <div className="problem" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {problem?.faults.map((fault) => (
        <p key={fault.pointer + fault.detail}>
          <code>{fault.pointer || '/'}</code> {fault.detail}
        </p>
      ))}
      {problem?.correlationId && <p className="muted small">Reference {problem.correlationId}</p>}
    </div>
  );
}

/** What a list shows when it has nothing, with what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p className="muted">{children}</p>
    </div>
  );
}

/** A placeholder while something loads. */
export function Loading({ what }: { what: string }) {
  return (
    <p className="muted loading" role="status">
      Loading {what} …
    </p>
  );
}

const TONES: Record<string, string> = {
  departed: 'blue',
  loaded: 'blue',
  arrived: 'green',
  discharged: 'green',
  confirmed: 'green',
  completed: 'green',
  shipped: 'blue',
  requested: 'amber',
  cancelled: 'grey',
  open: 'amber',
  accepted: 'green',
  disabled: 'red',
};

/** A state as a coloured word; the word carries the meaning, the colour helps. */
export function Tag({ state, tone }: { state: string; tone?: string }) {
  return <span className={`tag ${tone ?? TONES[state] ?? 'grey'}`}>{words(state)}</span>;
}

/** The head of a booking's card: its lane and state, how much, and what it is called. */
export function BookingHead({
  booking,
  units,
  children,
}: {
  booking: { origin: string; destination: string; state: string; reference: string | null; createdAt: string };
  units: string;
  children: ReactNode;
}) {
  return (
    <div className="title-row">
      <strong>
        {booking.origin} → {booking.destination}
      </strong>
      <Tag state={booking.state} />
      <span>{units}</span>
      <span className="muted small">
        {booking.reference ?? 'no reference'} · {instant(booking.createdAt)}
      </span>
      <span className="actions">{children}</span>
    </div>
  );
}

/** Who confirmed a booking, in words. */
export function ConfirmedBy({ confirmation }: { confirmation: Confirmation | null }) {
  if (!confirmation) return null;
  const { how, means, spokeWith, at } = confirmation;
  const by = {
    contract: 'Confirmed at once by contract',
    carrier: 'Confirmed by the carrier',
    recorded: `Carrier’s confirmation recorded: by ${means ?? 'other'}${spokeWith ? `, with ${spokeWith}` : ''}`,
    unattributed: 'Confirmed',
  }[how];
  return (
    <p className="muted small">
      {by} · {instant(at)}
    </p>
  );
}

/** A number of units, in words. */
export const unitsOf = (quantity: number): string => `${quantity} ${quantity === 1 ? 'unit' : 'units'}`;

/** Whether the page is live. */
export function LiveTag({ status }: { status: LiveStatus }) {
  const text = { live: 'Live', connecting: 'Connecting …', offline: 'Reconnecting …', ended: 'Not live' }[status];
  return (
    <span className={`live ${status}`} role="status">
      <i aria-hidden="true" /> {text}
    </span>
  );
}
