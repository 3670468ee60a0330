import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { Empty, Loading, Problem, Tag } from '../components.tsx';
import { day, instant, SOURCE_WORDS, TARGET_WORDS, words } from '../format.ts';
import { List, usePages } from '../lists.tsx';
import { useMe } from '../session.ts';
import type { AccuracyPage as Accuracy, AccuracyRow, Carrier, Eta } from '../types.ts';

type GroupBy = 'horizon' | 'lane' | 'carrier';
const GROUP_WORDS: Record<GroupBy, string> = { horizon: 'horizon', lane: 'lane', carrier: 'carrier' };
const SOURCES = ['ours', 'carrier', 'schedule'] as const;

/** ETA accuracy: ours beside the carriers' and the schedules'. */
export default function AccuracyPage() {
  const me = useMe();
  const permissions = me.data?.permissions ?? [];
  const [groupBy, setGroupBy] = useState<GroupBy>('horizon');
  const [target, setTarget] = useState<Eta['target']>('vessel_arrival');
  const accuracy = useQuery({
    queryKey: ['accuracy', groupBy, target],
    queryFn: () => api('etaAccuracy', { groupBy, target, limit: 200 }),
    refetchInterval: 60_000,
  });
  const carriers = useQuery({ queryKey: ['carriers'], queryFn: () => api('listCarriers', { limit: 50 }) });
  return (
    <main className="page">
      <h1>ETA accuracy</h1>
      <p className="muted">
        Every source is evaluated by what it had published at fixed times before the actual arrival. Nothing is left
        out: what we published is what is counted.
      </p>
      <form className="filters" aria-label="Filters">
        <Choice label="Of" options={TARGET_WORDS} value={target} onChange={setTarget} />
        <Choice label="By" options={GROUP_WORDS} value={groupBy} onChange={setGroupBy} />
      </form>
      {accuracy.isPending && <Loading what="the ledger" />}
      {accuracy.isError && <Problem error={accuracy.error} />}
      {accuracy.data && <AccuracyTable page={accuracy.data} groupBy={groupBy} carriers={carriers.data?.items ?? []} />}
      <h2>Carriers</h2>
      {carriers.isError && <Problem error={carriers.error} />}
      {carriers.data && <Carriers carriers={carriers.data.items} />}
      <Models mayManage={permissions.includes('eta:manage')} />
    </main>
  );
}

function Choice<T extends string>(props: {
  label: string;
  options: Record<T, string>;
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.onChange(event.target.value as T)}>
        {Object.entries<string>(props.options).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const ahead = (hours: number): string => (hours < 48 ? `${hours} hours before` : `${hours / 24} days before`);
const hoursOf = (value: number): string => (value < 48 ? `${value.toFixed(1)} h` : `${(value / 24).toFixed(1)} d`);
const signed = (value: number): string => `${hoursOf(Math.abs(value))} ${value >= 0 ? 'late' : 'early'}`;

function AccuracyTable({ page, groupBy, carriers }: { page: Accuracy; groupBy: GroupBy; carriers: Carrier[] }) {
  if (page.items.length === 0) {
    return (
      <Empty title="No arrivals to evaluate yet">
        As soon as a container arrives, the ETAs published for it are compared with the actual arrival.
      </Empty>
    );
  }
  const groups = [...new Set(page.items.map((row) => row.group))];
  const worst = Math.max(...page.items.map((row) => row.maeHours), 1);
  const nameOf = (group: string): string => {
    if (groupBy === 'horizon') return ahead(Number(group));
    if (groupBy === 'lane') return group.replace('>', ' → ');
    return carriers.find(({ id }) => id === group)?.name ?? (group || 'no carrier named');
  };
  return (
    <section className="card">
      <p className="muted small">
        Arrivals from {day(page.from)} to {day(page.to)}: {page.journeys} {page.journeys === 1 ? 'journey' : 'journeys'}
        {page.counted < page.journeys && `, the newest ${page.counted} counted`}. The bar is the mean error; shorter is
        better.
      </p>
      <div className="table-wrap">
        <table>
          <thead>
            <tr>
              <th>{words(GROUP_WORDS[groupBy])}</th>
              <th>Source</th>
              <th className="wide-cell">Mean error</th>
              <th className="number">Median</th>
              <th className="number">Bias</th>
              <th className="number">In the 80 % interval</th>
              <th className="number">Evaluated</th>
            </tr>
          </thead>
          <tbody>
            {groups.flatMap((group) =>
              SOURCES.flatMap((source) => page.items.filter((row) => row.group === group && row.source === source)).map(
                (row, i) => (
                  <AccuracyLine
                    key={group + row.source + row.target}
                    row={row}
                    name={i === 0 ? nameOf(group) : ''}
                    worst={worst}
                  />
                ),
              ),
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function AccuracyLine({ row, name, worst }: { row: AccuracyRow; name: string; worst: number }) {
  return (
    <tr className={name ? 'group-start' : ''}>
      <td>{name}</td>
      <td>{SOURCE_WORDS[row.source]}</td>
      <td className="wide-cell">
        <span
          className={`meter ${row.source}`}
          style={{ inlineSize: `${Math.max(1, (row.maeHours / worst) * 60)}%` }}
        />{' '}
        {hoursOf(row.maeHours)}
      </td>
      <td className="number">{hoursOf(row.medianHours)}</td>
      <td className="number">{signed(row.biasHours)}</td>
      <td className="number">{row.coverage80 === null ? '–' : `${Math.round(row.coverage80 * 100)} %`}</td>
      <td className="number">{row.n}</td>
    </tr>
  );
}

function Carriers({ carriers }: { carriers: Carrier[] }) {
  if (carriers.length === 0) return <Empty title="No carriers yet">Invite a carrier to see how reliable it is.</Empty>;
  return (
    <section className="card">
      <div className="table-wrap">
        <table>
          <thead>
            <tr>
              <th>Carrier</th>
              <th className="number">Arrivals</th>
              <th className="number">On time within a day</th>
              <th className="number">Mean</th>
              <th className="number">Late ones</th>
              <th className="number">Changed its ETA</th>
              <th className="number">Milestones reported</th>
            </tr>
          </thead>
          <tbody>
            {carriers.map((carrier) => (
              <CarrierLine key={carrier.id} carrier={carrier} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function CarrierLine({ carrier }: { carrier: Carrier }) {
  const reliability = useQuery({
    queryKey: ['reliability', carrier.id],
    queryFn: () => api('carrierReliability', { id: carrier.id }),
  });
  const found = reliability.data;
  const share = (value: number | null): string => (value === null ? '–' : `${Math.round(value * 100)} %`);
  if (reliability.isError) {
    return (
      <tr>
        <td>{carrier.name}</td>
        <td colSpan={6}>
          <Problem error={reliability.error} />
        </td>
      </tr>
    );
  }
  return (
    <tr>
      <td>{carrier.name}</td>
      <td className="number">{found?.journeys ?? '…'}</td>
      <td className="number">{found ? share(found.onTimeShare) : '…'}</td>
      <td className="number">{found?.meanLatenessHours == null ? '–' : signed(found.meanLatenessHours)}</td>
      <td className="number">{found?.lateByHours == null ? '–' : hoursOf(found.lateByHours)}</td>
      <td className="number">{found?.etaRevisions == null ? '–' : `${found.etaRevisions.toFixed(1)} times`}</td>
      <td className="number">{found ? share(found.milestoneCompleteness) : '…'}</td>
    </tr>
  );
}

function Models({ mayManage }: { mayManage: boolean }) {
  const queries = useQueryClient();
  const models = usePages('listEtaModels', 10);
  const roll = useMutation({
    mutationFn: (version: string) => api('activateEtaModel', { version }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['listEtaModels'] }),
  });
  const pinned = models.rows.some((version) => version.pinned);
  return (
    <>
      <div className="title-row">
        <h2>Lane models</h2>
        {mayManage && pinned && (
          <button type="button" className="quiet" disabled={roll.isPending} onClick={() => roll.mutate('newest')}>
            Follow the newest again
          </button>
        )}
      </div>
      {roll.isError && <Problem error={roll.error} />}
      <List
        of={models}
        what="the versions"
        empty={<Empty title="No models yet">They are trained an hour after the first arrivals.</Empty>}
      >
        {(rows) => (
          <section className="card">
            <div className="table-wrap">
              <table>
                <thead>
                  <tr>
                    <th>Version</th>
                    <th>Trained</th>
                    <th>State</th>
                    <th className="number">Lanes</th>
                    <th className="number">Error on the newest legs</th>
                    <th>
                      <span className="visually-hidden">Action</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.version}>
                      <td className="mono">{row.version}</td>
                      <td>{instant(row.trainedAt)}</td>
                      <td>
                        <Tag state={row.state} tone={{ active: 'green', ready: 'grey', rejected: 'red' }[row.state]} />
                        {row.pinned && <span className="muted small"> pinned</span>}
                      </td>
                      <td className="number">{row.lanes}</td>
                      <td className="number">
                        {row.maeHours === null ? '–' : hoursOf(row.maeHours)}
                        {row.previousMaeHours !== null && (
                          <span className="muted"> before {hoursOf(row.previousMaeHours)}</span>
                        )}
                      </td>
                      <td>
                        {mayManage && row.state === 'ready' && (
                          <button
                            type="button"
                            className="quiet"
                            disabled={roll.isPending}
                            onClick={() => roll.mutate(row.version)}
                          >
                            Roll out {row.version}
                          </button>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        )}
      </List>
    </>
  );
}
