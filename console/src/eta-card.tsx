/** A container's ETAs: when, how sure, why, and what was published before. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from './api.ts';
import { Loading, Problem } from './components.tsx';
import { age, instant, range, SOURCE_WORDS, TARGET_WORDS, words } from './format.ts';
import type { Container, Eta, PublishedEta } from './types.ts';

const EXPERT_WORDS: Record<Eta['explanation']['experts'][number]['expert'], string> = {
  pace: 'this ship’s own progress',
  lane: 'the lane’s usual time, at this ship’s pace',
  analogues: 'earlier journeys that were in this situation',
  schedule: 'the carrier’s schedule, with its usual deviation',
  milestones: 'journeys that were at this milestone',
};

/** The arrival with its interval and its reasons, and what comes after it. */
export function EtaCard({ container }: { container: Container }) {
  const { eta, onward, carrierEtaAt, arrivedAt, registration } = container;
  return (
    <section className="card">
      <h2>Arrival{registration?.destination ? ` at ${registration.destination}` : ''}</h2>
      {arrivedAt !== null && <p className="big">Arrived {instant(arrivedAt)}</p>}
      {eta && (
        <>
          <p className="big">{instant(eta.p50)}</p>
          <Interval
            p10={eta.p10}
            p50={eta.p50}
            p90={eta.p90}
            carrier={carrierEtaAt}
            promised={registration?.promisedArrivalAt ?? null}
          />
          <Why eta={eta} />
        </>
      )}
      {!eta && arrivedAt === null && (
        <p className="muted">No estimate yet: it needs a destination and a position or a departure.</p>
      )}
      {onward.length > 0 && (
        <dl className="onward small">
          {onward.map((next) => (
            <div key={next.target}>
              <dt>{TARGET_WORDS[next.target]}</dt>
              <dd>
                {instant(next.p50)}
                <span className="muted"> ({range(next.p10, next.p90)})</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

/** The reasons in one line, the experts behind a fold. */
function Why({ eta: { explanation, revisions, publishedAt } }: { eta: Eta }) {
  const { leg, experts, parts, waiting, overdue, staleHours, avoiding, journeysKnown } = explanation;
  return (
    <>
      <p className="muted small">
        {leg
          ? `${Math.round(leg.distanceToGoNm).toLocaleString('en')} nm to go to ${leg.to}, ${Math.round(leg.progress * 100)} % of the leg sailed, ${leg.paceKnots} kn made good`
          : 'By milestones: no positions on this leg'}
        {waiting === 'stopped' && ' · the vessel makes no progress'}
        {waiting === 'usual' && ' · waiting where ships usually wait'}
        {avoiding && ` · sailing around ${words(avoiding)}`}
        {overdue && ' · overdue'}
        {staleHours >= 1 && ` · widened for ${Math.round(staleHours)} h without news`}
      </p>
      <p className="muted small">
        {revisions === 0 ? 'First estimate' : `Changed ${revisions} ${revisions === 1 ? 'time' : 'times'}`}, last{' '}
        {instant(publishedAt)}: {explanation.changed}
      </p>
      <details className="small">
        <summary>ETA sources</summary>
        <table>
          <thead>
            <tr>
              <th>Source</th>
              <th className="number">Hours to go</th>
              <th className="number">Weight</th>
            </tr>
          </thead>
          <tbody>
            {experts.map(({ expert, hours, weight }) => (
              <tr key={expert}>
                <td>{EXPERT_WORDS[expert]}</td>
                <td className="number">{hours.toLocaleString('en')}</td>
                <td className="number">{Math.round(weight * 100)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
        {parts.length > 1 && (
          <p>
            Still to come:{' '}
            {parts
              .map(({ kind, from, to, hours }) =>
                kind === 'sea' ? `${from} to ${to} ${age(hours * 3_600)}` : `${age(hours * 3_600)} in ${from}`,
              )
              .join(', ')}
          </p>
        )}
        <p className="muted">
          {journeysKnown === 0
            ? 'No journey of this lane has been completed yet: general assumptions only.'
            : `${journeysKnown} completed ${journeysKnown === 1 ? 'journey of this lane is' : 'journeys of this lane are'} known.`}
        </p>
      </details>
    </>
  );
}

/** Every ETA published on this journey, read once somebody wants to see it: a line for each time and source. */
export function EtaHistory({ container: { number, eta, onward, arrivedAt } }: { container: Container }) {
  const [open, setOpen] = useState(false);
  const latest = eta?.publishedAt ?? onward[0]?.publishedAt ?? arrivedAt;
  const history = useQuery({
    queryKey: ['eta-history', number, latest],
    queryFn: () => api('listEtaHistory', { number, limit: 500 }),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const lines = linesOf(history.data?.items ?? []);
  const targets = TARGETS.filter((target) => lines.some((line) => line.etas[target] !== undefined));
  return (
    <section className="card">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2 className="inline">ETA history</h2>
        </summary>
        {history.isPending && open && <Loading what="the history" />}
        {history.isError && <Problem error={history.error} />}
        {history.isSuccess && lines.length === 0 && <p className="muted">Nothing yet.</p>}
        {lines.length > 0 && (
          <div className="table-wrap">
            <table>
              <thead>
                <tr>
                  <th>Published</th>
                  <th>Source</th>
                  {targets.map((target) => (
                    <th key={target}>{TARGET_WORDS[target]}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {lines.map(({ at, source, location, etas }) => (
                  <tr key={`${at}${source}${location}`}>
                    <td>{instant(at)}</td>
                    <td>{SOURCE_WORDS[source]}</td>
                    {targets.map((target) => (
                      <td key={target}>{instant(etas[target])}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </section>
  );
}

const TARGETS = Object.keys(TARGET_WORDS) as Eta['target'][];

interface Line {
  at: string;
  source: PublishedEta['source'];
  location: string;
  etas: Partial<Record<Eta['target'], string>>;
}

/** The ETAs of one moment and source side by side, the newest first. */
function linesOf(published: PublishedEta[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { at, source, location, target, p50 } of published) {
    const name = `${at}/${source}/${location}`;
    const line = lines.get(name) ?? { at, source, location, etas: {} };
    line.etas[target] = p50;
    lines.set(name, line);
  }
  return [...lines.values()].reverse();
}

/** The 10 to 90 % interval as a bar, with the carrier's estimate and the promise beside it. */
function Interval({
  p10,
  p50,
  p90,
  carrier,
  promised,
}: {
  p10: string;
  p50: string;
  p90: string;
  carrier: string | null;
  promised: string | null;
}) {
  const all = [p10, p90, carrier, promised].filter((at) => at !== null).map((at) => Date.parse(at));
  const min = Math.min(...all);
  const span = Math.max(...all) - min || 1;
  const x = (at: string): number => 3 + ((Date.parse(at) - min) / span) * 94;
  const points: [string, string | null, string][] = [
    ['carrier', carrier, 'Carrier estimate'],
    ['promised', promised, 'Promised'],
  ];
  return (
    <figure className="interval">
      <svg
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`80 % between ${instant(p10)} and ${instant(p90)}`}
      >
        <line x1="0" x2="100" y1="6" y2="6" className="axis" />
        <rect x={x(p10)} width={Math.max(1, x(p90) - x(p10))} y="3.5" height="5" rx="1" className="band" />
        <rect x={x(p50) - 0.4} width="0.8" y="1.5" height="9" className="median" />
        {points.map(
          ([name, at]) =>
            at !== null && <rect key={name} x={x(at) - 0.4} width="0.8" y="1.5" height="9" className={name} />,
        )}
      </svg>
      <figcaption className="small">
        <span>
          <i className="swatch band" /> 80 %: {instant(p10)} – {instant(p90)}
        </span>
        {points.map(
          ([name, at, text]) =>
            at !== null && (
              <span key={name}>
                <i className={`swatch ${name}`} /> {text} {instant(at)}
              </span>
            ),
        )}
      </figcaption>
    </figure>
  );
}
