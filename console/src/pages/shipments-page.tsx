import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { api } from '../api.ts';
import { Empty, Loading, Problem, Tag } from '../components.tsx';
import { day } from '../format.ts';
import { List, usePages } from '../lists.tsx';

/** Shipments, each with its overview from all services. */
export function ShipmentsPage() {
  const [open, setOpen] = useState<string | null>(null);
  const shipments = usePages('listShipments');
  return (
    <main className="page">
      <h1>Shipments</h1>
      <List
        of={shipments}
        what="shipments"
        empty={
          <Empty title="No shipments yet">
            A confirmed booking becomes a shipment. <Link href="/bookings">Book space</Link>
          </Empty>
        }
      >
        {(rows) =>
          rows.map((shipment) => (
            <section className="card" key={shipment.id}>
              <button
                type="button"
                className="row-button"
                aria-expanded={open === shipment.id}
                onClick={() => setOpen(open === shipment.id ? null : shipment.id)}
              >
                <span className="mono small">{shipment.id}</span>
                <strong>
                  {shipment.origin} → {shipment.destination}
                </strong>
                <Tag state={shipment.state} />
                <span className="muted">
                  {day(shipment.departureAt)} – {day(shipment.arrivalAt)} · {shipment.containers.length} containers
                  named
                </span>
              </button>
              {open === shipment.id && <OverviewPanel id={shipment.id} />}
            </section>
          ))
        }
      </List>
    </main>
  );
}

function OverviewPanel({ id }: { id: string }) {
  const overview = useQuery({
    queryKey: ['overview', id],
    queryFn: () => api('getShipmentOverview', { id }),
  });
  if (overview.isPending) return <Loading what="the overview" />;
  if (overview.isError) return <Problem error={overview.error} />;
  const { tracking, carrier } = overview.data;
  return (
    <div className="overview">
      <div>
        <h3>Containers</h3>
        {tracking.value === null && <p className="muted">Not available now: {tracking.reason}</p>}
        {tracking.value?.length === 0 && <p className="muted">None named in the booking yet.</p>}
        <ul className="plain">
          {tracking.value?.map((c) => (
            <li key={c.number}>
              <Link href={`/containers/${c.number}`} className="mono">
                {c.number}
              </Link>{' '}
              <Tag state={c.status} /> <span className="muted small">ETA {day(c.etaP50)}</span>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3>Carrier</h3>
        {carrier.value ? (
          <p>
            {carrier.value.name} ({carrier.value.scac})
            <br />
            {carrier.value.contactEmail && (
              <a href={`mailto:${carrier.value.contactEmail}`}>{carrier.value.contactEmail}</a>
            )}
            <br />
            <span className="muted">{carrier.value.contactPhone}</span>
          </p>
        ) : (
          <p className="muted">Not available now: {carrier.reason}</p>
        )}
      </div>
    </div>
  );
}
