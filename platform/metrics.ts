/**
 * What the platform measures about itself: events with a name, a value in a unit, and dimensions. They are
 * written to Workers Analytics Engine where a dataset is bound, and nowhere else; a test binds its own.
 */

/** Every metric. Dimensions have few values each; what names one request or tenant belongs in the log. */
export const METRICS = {
  'gateway.request': {
    unit: 'ms',
    dimensions: ['route', 'status'],
    description: 'Time from the arrival of a request to its answer, at the edge',
  },
  'operation.served': {
    unit: 'ms',
    dimensions: ['service', 'operation', 'outcome'],
    description: 'Time of an operation in its service; the outcome is ok, a failure code or defect',
  },
  'telemetry.events': {
    unit: 'events',
    dimensions: ['outcome'],
    description: 'Events of a queue batch that were applied, found again (duplicate) or sent back (retried)',
  },
  'telemetry.waited': {
    unit: 'ms',
    dimensions: [],
    description: 'Time from the storing of the oldest message of a queue batch to its handling',
  },
} as const satisfies Record<string, { unit: string; dimensions: readonly string[]; description: string }>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;
/** The dimensions of a metric, each with its value. */
export type DimensionsOf<Name extends MetricName> = Record<(typeof METRICS)[Name]['dimensions'][number], string>;

/** As much of a dataset of Analytics Engine as is used. */
interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** What an environment may have of Analytics Engine. */
export interface MetricsEnv {
  METRICS?: Dataset;
}

/** Records an event of a metric; the value is in the metric's unit. */
export type Metrics = <Name extends MetricName>(name: Name, value: number, dimensions: DimensionsOf<Name>) => void;

/**
 * The metrics of an environment. A data point has the name as its index and first blob, the dimensions in
 * their order as the blobs after it, and the value as its double; Analytics Engine samples by the index.
 */
export function metricsOf({ METRICS: dataset }: MetricsEnv): Metrics {
  if (!dataset) return () => {};
  return (name, value, dimensions) => {
    const values = METRICS[name].dimensions.map((dimension) => (dimensions as Record<string, string>)[dimension]!);
    try {
      dataset.writeDataPoint({ indexes: [name], blobs: [name, ...values], doubles: [value] });
    } catch {
      // What is measured goes on, whatever becomes of the measure.
    }
  };
}
