/** ETAs: intervals and reasons, their accuracy, and the models behind them. */
import { z } from 'zod';
import { SOURCES, TARGETS } from '../../domain/eta/eta.ts';
import { HORIZONS_HOURS } from '../../domain/eta/ledger.ts';
import { EXPERTS } from '../../domain/eta/leg.ts';
import { LEDGER_WINDOW_DAYS, LEDGER_WINDOW_MAX_DAYS } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { anyText, pagedBy, pageOf } from '../kit/paging.ts';
import {
  containerNumberInput,
  decimal,
  described,
  flag,
  idInput,
  idOf,
  instant,
  instantInput,
  oneOf,
  orNull,
  text,
  unLocode,
  whole,
} from '../kit/primitives.ts';

const target = oneOf(TARGETS, 'What the ETA is about');
const source = oneOf(SOURCES, 'Who published it: we, the carrier, or its schedule');

const explanation = z
  .strictObject({
    leg: orNull(
      z
        .strictObject({
          from: text('Where the leg began (UN/LOCODE)', 'CNSHA'),
          to: text('Where it ends (UN/LOCODE)', 'NLRTM'),
          distanceNm: decimal('Its distance, nautical miles', 10_525),
          distanceToGoNm: decimal('The distance still to go, nautical miles', 3_120),
          progress: decimal('Share of the distance that is behind, 0 to 1', 0.7),
          paceKnots: decimal('Smoothed progress, knots', 14.2),
        })
        .meta({ description: 'The sea leg under way; null in port' }),
    ),
    experts: z
      .array(
        z.strictObject({
          expert: oneOf(EXPERTS, 'Which estimate'),
          hours: decimal('Hours to go by it', 210),
          weight: decimal('How much it counted, 0 to 1', 0.4),
        }),
      )
      .meta({ description: 'The estimates that were combined' }),
    parts: z
      .array(
        z.strictObject({
          kind: oneOf(['sea', 'dwell'], 'Under way, or in port'),
          from: text('Where it begins (UN/LOCODE)', 'CNSHA'),
          to: text('Where it ends (UN/LOCODE)', 'NLRTM'),
          hours: decimal('Median hours', 210),
        }),
      )
      .meta({ description: 'What is still to come' }),
    waiting: oneOf(['no', 'usual', 'stopped'], 'No progress: where ships usually wait, or where they do not'),
    overdue: flag('Whether it should have arrived by now', false),
    staleHours: decimal('Hours since the newest observation', 0.5),
    avoiding: orNull(text('The canal that the ship sails around', 'suez')),
    changed: text('What made it differ from the one published before', 'first estimate'),
    journeysKnown: whole('Completed journeys behind the lane’s model; 0 for general knowledge alone', 38),
    modelVersion: orNull(text('Version of the lane models', 'v3')),
  })
  .meta({ id: 'EtaExplanation', description: 'Why an ETA is what it is' });

export const eta = z
  .strictObject({
    target,
    location: text('The place it is about (UN/LOCODE)', 'NLRTM'),
    p10: instant('Earliest likely time: one in ten is earlier'),
    p50: instant('Median'),
    p90: instant('Latest likely time: one in ten is later'),
    asOf: instant('The observation it rests on'),
    computedAt: instant('When it was computed'),
    publishedAt: instant('When the median changed last'),
    revisions: whole('How often the median has changed on this journey', 3),
    explanation,
  })
  .meta({ id: 'Eta', description: 'When something is expected, with an interval of 80 %' });
/** An ETA of an answer. */
export type ApiEta = z.infer<typeof eta>;

const publishedEta = z
  .strictObject({
    target,
    source,
    location: text('The place it is about (UN/LOCODE)', 'NLRTM'),
    at: instant('When it was published'),
    p10: orNull(instant('Earliest likely time; null for a source without an interval')),
    p50: instant('Median'),
    p90: orNull(instant('Latest likely time; null for a source without an interval')),
  })
  .meta({ id: 'PublishedEta', description: 'An ETA as a source published it' });
/** A published ETA, as a history shows it. */
export type PublishedEta = z.infer<typeof publishedEta>;

/** How accuracy is grouped. */
export const ACCURACY_GROUPS = ['horizon', 'lane', 'carrier'] as const;

const hours = (description: string, example: number) => orNull(decimal(description, example));

const accuracyRow = z
  .strictObject({
    group: text('The horizon in hours, the lane as `FROM>TO`, or the carrier’s id', '48'),
    target,
    source,
    n: whole('Predictions evaluated', 120),
    journeys: whole('Journeys they belong to', 30),
    maeHours: decimal('Mean absolute error, hours', 9.3),
    medianHours: decimal('Median absolute error, hours', 6.1),
    biasHours: decimal('Mean error, hours; positive is too late', -1.2),
    pinballHours: decimal('Mean pinball loss, hours (Koenker and Bassett 1978)', 3.4),
    coverage80: hours('Share of arrivals within the 80 % interval; null for sources that give none', 0.81),
    widthHours: hours('Mean width of the interval, hours', 28),
  })
  .meta({ id: 'EtaAccuracy', description: 'How right one source was in one group' });
/** How right one source was in one group. */
export type AccuracyRow = z.infer<typeof accuracyRow>;

const window = {
  from: instantInput(
    `Arrivals from here on; ${LEDGER_WINDOW_DAYS} days before the end by default, ${LEDGER_WINDOW_MAX_DAYS} at most`,
  ).optional(),
  to: instantInput('Arrivals before this; now by default').optional(),
};

const accuracyPage = pageOf('EtaAccuracy', accuracyRow)
  .extend({
    from: instant('Begin of the window'),
    to: instant('End of the window'),
    journeys: whole('Journeys in the window', 312),
    counted: whole('Journeys that were counted: the newest, up to a bound', 312),
  })
  .meta({ id: 'EtaAccuracyPage', description: 'A page of accuracy, with what it rests on' });
/** A page of accuracy, with what it rests on. */
export type AccuracyPage = z.infer<typeof accuracyPage>;

const reliability = z
  .strictObject({
    carrierId: idOf('car', 'The carrier'),
    from: instant('Begin of the window'),
    to: instant('End of the window'),
    journeys: whole('Journeys in the window', 120),
    evaluated: whole('Journeys whose lateness is known', 96),
    onTimeShare: hours('Share of them that arrived within a day of what the carrier published first', 0.72),
    meanLatenessHours: hours('Mean hours late; early counts negative', 8.5),
    lateByHours: hours('Mean hours of those more than a day late', 61),
    etaRevisions: hours('Mean times the carrier changed its estimate', 4.1),
    milestoneCompleteness: hours('Mean share of expected milestones that were reported', 0.93),
    ourRevisions: hours('Mean times we changed ours', 2.2),
  })
  .meta({ id: 'CarrierReliability', description: 'How reliable a carrier was on your journeys' });
/** How reliable a carrier was on the journeys of a tenant. */
export type Reliability = z.infer<typeof reliability>;

const modelVersion = z
  .strictObject({
    version: text('Name of the version', 'v3'),
    trainedAt: instant('When it was trained'),
    state: oneOf(['active', 'ready', 'rejected'], 'In force, could be rolled out, or worse than the one in force'),
    lanes: whole('Lanes it knows', 14),
    journeys: whole('Journeys it was trained on', 380),
    maeHours: hours('Mean absolute error on the newest legs, hours', 9.3),
    previousMaeHours: hours('The same of the version before', 9.9),
    pinned: flag('Whether newer versions wait because an administrator chose this one', false),
  })
  .meta({ id: 'EtaModelVersion', description: 'A trained version of your lane models' });
/** A trained version of a tenant's models, as the API shows it. */
export type ApiModelVersion = z.infer<typeof modelVersion>;

const horizon = described(z.int(), 'Only this horizon, hours before the arrival', 48).refine(
  (value) => (HORIZONS_HOURS as readonly number[]).includes(value),
  `must be one of ${HORIZONS_HOURS.join(', ')}`,
);

/** The operations. */
export const etaOperations = {
  etaAccuracy: operation({
    permission: 'eta:read',
    summary: 'How right we, the carriers and the schedules were',
    description:
      'Every source is evaluated by what it had published at fixed times before the true arrival (the horizons: ' +
      `${HORIZONS_HOURS.join(', ')} hours). A positive bias is too late. Coverage is the share of arrivals within ` +
      'the 80 % interval, for sources that give one.',
    input: z.strictObject({
      ...pagedBy(anyText('CNSHA>NLRTM'), anyText('vessel_arrival'), anyText('ours')),
      ...window,
      groupBy: described(z.enum(ACCURACY_GROUPS).default('horizon'), 'How rows are grouped', 'horizon'),
      source: source.optional(),
      target: target.optional(),
      carrierId: described(z.string().max(60), 'Only this carrier', 'car_01kb2h5m8q3v6x9y2z4a7c0d5e').optional(),
      origin: unLocode('Only this origin (UN/LOCODE)', 'CNSHA').optional(),
      destination: unLocode('Only this destination (UN/LOCODE)').optional(),
      horizonHours: horizon.optional(),
    }),
    output: accuracyPage,
  }),
  carrierReliability: operation({
    permission: 'eta:read',
    summary: 'How reliable a carrier was on your journeys',
    description:
      'On time is within a day of what the carrier published first: its schedule, its first estimate, or the promise.',
    input: z.strictObject({ ...window, id: idInput('car', 'Id of the carrier') }),
    output: reliability,
    failures: ['not_found'],
  }),
  listEtaHistory: operation({
    permission: 'containers:read',
    summary: 'Every ETA published on this journey, by us, the carrier and the schedule, oldest first',
    input: z.strictObject({ ...pagedBy('number', 'number'), number: containerNumberInput() }),
    output: pageOf('PublishedEta', publishedEta),
    failures: ['not_found'],
  }),
  listEtaModels: operation({
    permission: 'eta:read',
    summary: 'Versions of your lane models, newest first',
    input: z.strictObject(pagedBy('number')),
    output: pageOf('EtaModelVersion', modelVersion),
  }),
  activateEtaModel: operation({
    permission: 'eta:manage',
    summary: 'Roll out a version of your lane models, or go back to one',
    description: 'A version that is named stays until another is named; `newest` lets new versions take over again.',
    input: z
      .strictObject({
        version: described(
          z.string().regex(/^(v\d{1,9}|newest)$/, 'must be a version such as v3, or newest'),
          'A version, or `newest`',
          'v3',
        ),
      })
      .meta({ id: 'EtaModelChoice', description: 'The version to roll out' }),
    output: modelVersion,
    failures: ['not_found'],
  }),
};
