import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Empty, LiveTag, Tag } from '../components.tsx';
import { day } from '../format.ts';
import { useFleet } from '../live.ts';
import { marksOf } from '../map/marks.ts';
import { WorldMap } from '../map/world-map.tsx';
import { useClock } from '../session.ts';

const LISTED = 60;

/** The world with every container, live. */
export default function MapPage() {
  const { containers, status } = useFleet();
  const { now } = useClock();
  const [, go] = useLocation();
  const [search, setSearch] = useState('');
  const found = useMemo(() => {
    const text = search.trim().toUpperCase();
    const all = [...containers.values()].sort((a, b) => b.openAlerts - a.openAlerts || (a.number < b.number ? -1 : 1));
    return text
      ? all.filter((c) =>
          [c.number, c.vesselName, c.reference, c.origin, c.destination].join(' ').toUpperCase().includes(text),
        )
      : all;
  }, [containers, search]);
  // The clock only words the hints: marks need not be made anew for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const marks = useMemo(() => marksOf(found, now), [found]);
  const alerting = found.filter((c) => c.openAlerts > 0).length;
  return (
    <main className="map-page">
      <WorldMap
        marks={marks}
        onPick={(id) => go(`/containers/${id}`)}
        label={`World map with ${marks.length} containers`}
      />
      <aside className="side" aria-label="Fleet">
        <div className="side-head">
          <h1>Fleet</h1>
          <LiveTag status={status} />
        </div>
        <dl className="figures">
          <div>
            <dt>Containers</dt>
            <dd>{found.length}</dd>
          </div>
          <div>
            <dt>On the map</dt>
            <dd>{marks.length}</dd>
          </div>
          <div>
            <dt>With alerts</dt>
            <dd className={alerting ? 'warn' : ''}>{alerting}</dd>
          </div>
        </dl>
        <input
          type="search"
          placeholder="Number, vessel, port, reference"
          aria-label="Search the fleet"
          value={search}
          onChange={(e) => setSearch(e.target.value)}
        />
        {found.length === 0 ? (
          <Empty title={search ? 'Nothing matches' : 'No containers yet'}>
            {search ? 'Try fewer letters.' : 'Register containers by POST /v1/containers, or book space.'}
          </Empty>
        ) : (
          <ul className="fleet-list">
            {found.slice(0, LISTED).map((c) => (
              <li key={c.number}>
                <Link href={`/containers/${c.number}`}>
                  <span className="mono">{c.number}</span>
                  {c.openAlerts > 0 && (
                    <span className="alert-dot" title={`${c.openAlerts} open alerts`}>
                      {c.openAlerts}
                    </span>
                  )}
                  <Tag state={c.status} />
                  <span className="muted small">
                    {c.origin ?? '?'} → {c.destination ?? '?'} · ETA {day(c.etaP50)}
                  </span>
                </Link>
              </li>
            ))}
            {found.length > LISTED && (
              <li className="muted small">and {found.length - LISTED} more: search, or see the list</li>
            )}
          </ul>
        )}
      </aside>
    </main>
  );
}
