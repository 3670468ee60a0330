/** What the product is to reach, and whether a run did. */

/** The figures of a run, as its last line has them; null where something was not measured. */
export interface Result {
  /** Processor time of one of our operations, in milliseconds. */
  cpuMs: Record<string, number | null>;
  perSecond: Record<string, number>;
  /** Ours to the other side's: rates, and for live the latency at the median and the 99th percentile. */
  ratios: { floor: Ratios; peer: Ratios };
  usdPerMillion: number | null;
  rowsPerEvent: number | null;
  growth: number | null;
  /** Containers of the larger fleet that the growth is to. */
  growthTo: number | null;
}

/** Ratios by operation; null where the other side was not measured or has no such operation. */
export type Ratios = Record<string, number | null>;

interface Goal {
  words: string | ((result: Result) => string);
  value: (result: Result) => number | null | undefined;
  least?: number;
  most?: number;
}

/** The fleet that the growth is wanted to. */
const GROWTH_TO = 50_000;

const GOALS: Goal[] = [
  { words: 'reads a second to the floor', value: ({ ratios }) => ratios.floor.read, least: 0.5 },
  { words: 'reads a second to the peer', value: ({ ratios }) => ratios.peer.read, least: 1 },
  {
    words: 'events a second, 100 to 100 cold containers, to the peer',
    value: ({ ratios }) => ratios.peer.ingestCold,
    least: 0.5,
  },
  {
    words: 'events a second, 2,000 to 50 containers, to the peer',
    value: ({ ratios }) => ratios.peer.ingest50,
    least: 1,
  },
  { words: 'bookings a second to the peer', value: ({ ratios }) => ratios.peer.booking, least: 1 },
  { words: 'webhook to socket, median, to the peer', value: ({ ratios }) => ratios.peer.live, most: 1.5 },
  {
    words: 'webhook to socket, 99th percentile, to a bare broadcast',
    value: ({ ratios }) => ratios.floor.live,
    most: 2,
  },
  { words: 'rows written an event of the mixed feed', value: ({ rowsPerEvent }) => rowsPerEvent, most: 1.1 },
  { words: 'USD a million events of the mixed feed', value: ({ usdPerMillion }) => usdPerMillion, most: 1 },
  {
    words: ({ growthTo }) =>
      `growth of the cost of an event from 500 to ${growthTo ?? '-'} containers (wanted: to 50000)`,
    value: ({ growth, growthTo }) => (growthTo === GROWTH_TO ? growth : null),
    most: 1.1,
  },
];

/** A line for each goal that was measured, or for `all`: what was wanted, what was found, and whether that is reached. */
export function evaluate(result: Result, { all }: { all: boolean }): string[] {
  return GOALS.flatMap(({ words, value, least, most }) => {
    const found = value(result) ?? null;
    if (found === null && !all) return [];
    const wanted = least === undefined ? `at most ${most}` : `at least ${least}`;
    const reached = found !== null && (least === undefined || found >= least) && (most === undefined || found <= most);
    const verdict = found === null ? 'not measured' : reached ? 'reached' : 'NOT REACHED';
    const what = typeof words === 'string' ? words : words(result);
    return [`  ${verdict.padEnd(12)} ${what}: ${found ?? '-'} (${wanted})`];
  });
}
