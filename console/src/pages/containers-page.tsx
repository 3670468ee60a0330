import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type ContainerStatus, MILESTONES } from '../../../domain/journey/milestone.ts';
import { page } from '../api.ts';
import { Empty, Loading, Problem, Tag } from '../components.tsx';
import { age, day, range, TARGET_WORDS, words } from '../format.ts';
import { useClock } from '../session.ts';

const STATUSES: readonly ContainerStatus[] = ['registered', ...MILESTONES];

/** All containers, searched and filtered by the server. */
export function ContainersPage() {
  const [search, setSearch] = useState('');
  const [state, setState] = useState<ContainerStatus | ''>('');
  const [alerting, setAlerting] = useState(false);
  const { now } = useClock();
  const filters = {
    limit: 50,
    ...(search.trim() ? { search: search.trim() } : {}),
    ...(state ? { status: state } : {}),
    ...(alerting ? { alerting } : {}),
  };
  const list = useInfiniteQuery({
    queryKey: ['listContainers', filters],
    queryFn: ({ pageParam }) => page('listContainers', filters, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const rows = list.data?.pages.flatMap((one) => one.items) ?? [];
  return (
    <main className="page">
      <h1>Containers</h1>
      <div className="filters">
        <input
          type="search"
          placeholder="Number, vessel, port, reference"
          aria-label="Search containers"
          value={search}
          onChange={(e) => setSearch(e.target.value)}
          maxLength={60}
        />
        <select aria-label="Status" value={state} onChange={(e) => setState(e.target.value as typeof state)}>
          <option value="">Any status</option>
          {STATUSES.map((code) => (
            <option key={code} value={code}>
              {words(code)}
            </option>
          ))}
        </select>
        <label className="check">
          <input type="checkbox" checked={alerting} onChange={(e) => setAlerting(e.target.checked)} /> With open alerts
        </label>
      </div>
      {list.isPending && <Loading what="containers" />}
      {list.isError && <Problem error={list.error} />}
      {list.isSuccess && rows.length === 0 && (
        <Empty title="No containers here">Change the filters, or register containers by the API.</Empty>
      )}
      {rows.length > 0 && (
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                <th>Container</th>
                <th>Status</th>
                <th>From</th>
                <th>To</th>
                <th>Vessel</th>
                <th>ETA</th>
                <th>Seen</th>
                <th>Alerts</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((c) => (
                <tr key={c.number}>
                  <td>
                    <Link href={`/containers/${c.number}`} className="mono">
                      {c.number}
                    </Link>
                    {c.reference && <div className="muted small">{c.reference}</div>}
                  </td>
                  <td>
                    <Tag state={c.status} />
                  </td>
                  <td>{c.origin ?? '–'}</td>
                  <td>{c.destination ?? '–'}</td>
                  <td>{c.vesselName ?? '–'}</td>
                  <td>
                    {day(c.etaP50)}
                    {c.etaTarget && c.etaTarget !== 'vessel_arrival' && (
                      <span className="muted small"> {TARGET_WORDS[c.etaTarget].toLowerCase()}</span>
                    )}
                    {c.etaP10 !== null && c.etaP90 !== null && (
                      <div className="muted small">{range(c.etaP10, c.etaP90)}</div>
                    )}
                  </td>
                  <td>{c.asOf === null ? 'never' : `${age((now - Date.parse(c.asOf)) / 1000)} ago`}</td>
                  <td>{c.openAlerts > 0 ? <span className="alert-dot">{c.openAlerts}</span> : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <button
          type="button"
          className="quiet"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? 'Loading …' : 'Show more'}
        </button>
      )}
    </main>
  );
}
