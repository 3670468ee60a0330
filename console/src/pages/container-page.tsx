import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { api } from '../api.ts';
import { Empty, LiveTag, Loading, Problem, Tag } from '../components.tsx';
import { EtaCard, EtaHistory } from '../eta-card.tsx';
import { age, instant, words } from '../format.ts';
import { useLiveContainer } from '../live.ts';
import { type Line, WorldMap } from '../map/world-map.tsx';
import { useClock } from '../session.ts';
import type { Container, Position, RouteFeature } from '../types.ts';

/** One container: map with its track and way to go, ETA, milestones, alerts and raw events. */
export default function ContainerPage({ number }: { number: string }) {
  const read = useQuery({ queryKey: ['container', number], queryFn: () => api('getContainer', { number }) });
  const track = useQuery({
    queryKey: ['track', number],
    queryFn: () => api('listPositions', { number, resolution: 7200, limit: 2000 }),
  });
  const route = useQuery({
    queryKey: ['route', number],
    queryFn: () => api('getRoute', { number }),
    retry: false,
    refetchInterval: 20_000,
  });
  const live = useLiveContainer(number);
  const container = live.view ?? read.data;
  const lines = useMemo(
    () => linesOf(track.data?.items ?? [], live.trail, route.data),
    [track.data, live.trail, route.data],
  );
  const marks = useMemo(() => {
    if (!container?.position) return [];
    const { lat, lon, courseDeg, speedKnots } = container.position;
    return [
      {
        id: number,
        lat,
        lon,
        courseDeg,
        tone: (speedKnots ?? 0) < 0.5 ? ('still' as const) : ('normal' as const),
        label: number,
      },
    ];
  }, [container?.position, number]);
  if (read.isError) {
    return (
      <main className="page">
        <Problem error={read.error} />
        <p>
          <Link href="/containers">All containers</Link>
        </p>
      </main>
    );
  }
  if (!container) return <Loading what={number} />;
  return (
    <main className="page wide">
      <div className="title-row">
        <h1 className="mono">{container.number}</h1>
        <Tag state={container.status} />
        <LiveTag status={live.status} />
        <span className="muted">
          {container.registration?.origin ?? '?'} → {container.registration?.destination ?? '?'}
          {container.vesselName && ` · ${container.vesselName}${container.voyage ? ` ${container.voyage}` : ''}`}
          {container.registration?.reference && ` · ${container.registration.reference}`}
        </span>
      </div>
      <div className="split">
        <section className="map-card" aria-label="Map">
          <WorldMap marks={marks} lines={lines} fit label={`Map of ${number} with its track and route`} />
          <p className="muted small legend">
            <i className="swatch track" /> sailed <i className="swatch route" /> to go
            {route.data &&
              ` · ${Math.round(route.data.properties.distanceNm).toLocaleString('en')} nm by ${route.data.properties.passages.map(words).join(', ') || 'open sea'}`}
          </p>
        </section>
        <div>
          <EtaCard container={container} />
          <FreshnessCard container={container} />
          <AlertsCard container={container} />
        </div>
      </div>
      <Timeline container={container} />
      <EtaHistory container={container} />
      <Events number={number} eventCount={container.eventCount} />
    </main>
  );
}

function linesOf(track: Position[], trail: Position[], route: RouteFeature | undefined): Line[] {
  const lines: Line[] = [];
  const sailed = [...track, ...trail]
    .filter(({ suspect }) => suspect === null)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map((p): [number, number] => [p.lon, p.lat]);
  if (sailed.length > 1) lines.push({ kind: 'track', coordinates: [sailed] });
  if (route) lines.push({ kind: 'route', coordinates: route.geometry.coordinates });
  return lines;
}

function FreshnessCard({ container }: { container: Container }) {
  const { now } = useClock();
  const { position, asOf, freshness } = container;
  return (
    <section className="card">
      <h2>Last seen</h2>
      {asOf === null ? (
        <p className="muted">Nothing has been received yet.</p>
      ) : (
        <>
          <p>
            <span className={`tag ${freshness === 'fresh' ? 'green' : 'amber'}`}>{words(freshness)}</span>{' '}
            {age((now - Date.parse(asOf)) / 1000)} ago · {instant(asOf)}
          </p>
          {position && (
            <p className="muted small">
              {position.lat.toFixed(3)}°, {position.lon.toFixed(3)}°
              {position.speedKnots !== null && ` · ${position.speedKnots} kn`}
              {position.courseDeg !== null && ` · course ${Math.round(position.courseDeg)}°`}
              {position.sensors?.temperatureC !== undefined && ` · ${position.sensors.temperatureC} °C`}
              {position.sensors?.humidityPct !== undefined && ` · ${position.sensors.humidityPct} % rh`}
              {position.sensors?.doorOpen !== undefined && ` · door ${position.sensors.doorOpen ? 'open' : 'closed'}`}
            </p>
          )}
        </>
      )}
      {container.warnings.map((warning) => (
        <p key={warning} className="muted small">
          Note: {warning}
        </p>
      ))}
    </section>
  );
}

function AlertsCard({ container }: { container: Container }) {
  const alerts = [...container.alerts].reverse();
  return (
    <section className="card">
      <h2>Alerts</h2>
      {alerts.length === 0 && <p className="muted">None so far.</p>}
      <ul className="plain">
        {alerts.slice(0, 6).map((alert) => (
          <li key={`${alert.kind}${alert.raisedAt}`} className={alert.clearedAt === null ? '' : 'muted'}>
            <span className={`tag ${alert.clearedAt === null ? 'red' : 'grey'}`}>{words(alert.kind)}</span>{' '}
            {alert.detail}
            <div className="muted small">
              {instant(alert.raisedAt)}
              {alert.clearedAt !== null && ` – cleared ${instant(alert.clearedAt)}`}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Timeline({ container }: { container: Container }) {
  if (container.milestones.length === 0) return null;
  return (
    <section className="card">
      <h2>Journey</h2>
      <ol className="timeline">
        {container.milestones.map((m) => (
          <li
            key={`${m.code}${m.location?.unLocationCode}${m.voyage}`}
            className={m.classifier === 'ACT' ? 'done' : 'ahead'}
          >
            <strong>{words(m.code)}</strong> {m.location?.unLocationCode ?? m.location?.facilityCode ?? ''}
            <div className="small">
              {instant(m.at)}{' '}
              <span className="muted">
                {{ ACT: 'actual', EST: 'estimated by the carrier', PLN: 'planned' }[m.classifier]}
              </span>
            </div>
            {m.classifier === 'ACT' && m.estimatedAt !== null && (
              <div className="muted small">
                the carrier’s last estimate was {instant(m.estimatedAt)} (
                {age((Date.parse(m.at) - Date.parse(m.estimatedAt)) / 1000)}{' '}
                {m.at > m.estimatedAt ? 'later' : 'earlier'} in fact)
              </div>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Events({ number, eventCount }: { number: string; eventCount: number }) {
  const events = useQuery({
    queryKey: ['events', number, eventCount],
    queryFn: () => api('listEvents', { number, limit: 100 }),
  });
  return (
    <section className="card">
      <h2>Events as received</h2>
      {events.isError && <Problem error={events.error} />}
      {events.data?.items.length === 0 && <Empty title="No journey events yet">Positions are shown on the map.</Empty>}
      {events.data?.items.map((event) => (
        <details key={event.key}>
          <summary>
            <code>
              {event.family} {event.code} {event.classifier}
            </code>{' '}
            {event.location?.unLocationCode ?? ''} <span className="muted">{event.atText}</span>
          </summary>
          <pre>{JSON.stringify(event, null, 2)}</pre>
        </details>
      ))}
    </section>
  );
}
