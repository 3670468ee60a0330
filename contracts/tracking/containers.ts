/** Containers of a tenant: registration, state, events and positions. */
import { z } from 'zod';
import { TARGETS } from '../../domain/eta/eta.ts';
import { MILESTONES } from '../../domain/journey/milestone.ts';
import { SUSPICIONS } from '../../domain/positions/chunk.ts';
import { PAGE_DEFAULT, POSITIONS_PAGE_MAX, REGISTER_MAX } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { anyText, pagedBy, pageOf } from '../kit/paging.ts';
import {
  containerNumber,
  containerNumberInput,
  decimal,
  described,
  flag,
  idOf,
  instant,
  instantInput,
  oneOf,
  orNull,
  text,
  unLocode,
  whole,
} from '../kit/primitives.ts';
import { CONTAINER_ALERT_KINDS } from './alerts.ts';
import { eta } from './eta.ts';
import { asOfInput, location, sensors, vessel } from './events.ts';
import { journeyEvent } from './journey-event.ts';
import { carrierIdInput, registered, registration, registrationShown } from './registrations.ts';

export const status = oneOf(['registered', ...MILESTONES], 'Where the container is in its journey', 'departed');
export const position = z
  .strictObject({
    at: instant('When it was observed'),
    lat: decimal('Latitude in degrees, WGS 84', 1.26),
    lon: decimal('Longitude in degrees, WGS 84', 103.84),
    speedKnots: orNull(decimal('Speed over ground, knots', 14.2)),
    courseDeg: orNull(decimal('Course over ground, degrees from north', 271)),
    sensors: orNull(sensors),
    suspect: orNull(
      oneOf(
        SUSPICIONS,
        'Why it is no position: unreachable in the time, no fix at all, or a year older than the journey. Null where it is',
      ),
    ),
  })
  .meta({ id: 'Position', description: 'An observed position' });
/** A position of an answer. */
export type ApiPosition = z.infer<typeof position>;

export const milestone = z
  .strictObject({
    code: oneOf(MILESTONES, 'What happened', 'departed'),
    location: orNull(location),
    classifier: oneOf(['ACT', 'EST', 'PLN'], 'DCSA classifier of `at`: actual, estimated or planned'),
    at: instant('The best time known'),
    estimatedAt: orNull(instant('The latest estimate, beside the actual')),
    plannedAt: orNull(instant('The latest plan')),
    closed: flag('Whether it was expected and the container has gone on without it', false),
    voyage: orNull(text('Voyage number', '048W')),
    ...vessel,
    mode: orNull(text('Mode of transport: VESSEL, RAIL, TRUCK or BARGE', 'VESSEL')),
  })
  .meta({ id: 'Milestone', description: 'One milestone at one place' });

const alert = z
  .strictObject({
    kind: oneOf(CONTAINER_ALERT_KINDS, 'What it is about'),
    raisedAt: instant('When it was raised'),
    clearedAt: orNull(instant('When it was cleared; null while it is open')),
    detail: text('What was seen', 'Expected 2.4 days after the promised arrival'),
  })
  .meta({ id: 'ContainerAlert', description: 'An alert on a container' });

export const container = z
  .strictObject({
    number: containerNumber(),
    epoch: text('Names the life of the container’s storage; part of the live cursor', 'ep_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    seq: whole('Grows by one with every change; part of the live cursor', 42),
    journeyId: orNull(text('The present journey', 'jrn_CSQU3054383_9f86d081884c7d65')),
    registration: orNull(registrationShown),
    status,
    statusAt: orNull(instant('When the status was reached')),
    position: orNull(position),
    milestones: z.array(milestone).meta({ description: 'Milestones by time' }),
    ...vessel,
    voyage: orNull(text('Voyage number', '048W')),
    eta: orNull(eta),
    onward: z.array(eta).meta({ description: 'ETAs of the targets after the arrival of the vessel' }),
    carrierEtaAt: orNull(instant('The carrier’s own estimate of the arrival')),
    arrivedAt: orNull(instant('When the vessel arrived at the destination')),
    alerts: z.array(alert).meta({ description: 'Alerts, open ones and the latest cleared ones' }),
    warnings: z.array(z.string()).meta({ description: 'What looks odd in the carrier’s data', examples: [[]] }),
    asOf: orNull(instant('The newest observation')),
    receivedAt: orNull(instant('When anything new was received')),
    eventCount: whole('Journey events stored', 12),
    pointCount: whole('Positions stored', 480),
    readAt: instant('When this answer was made'),
    ageSeconds: orNull(whole('Age of the newest observation, seconds', 90)),
    freshness: oneOf(['fresh', 'stale', 'none'], 'Whether the newest observation is recent enough to go by'),
  })
  .meta({ id: 'Container', description: 'A container’s state, and how old it is' });
/** A container's state with its age. */
export type ApiContainer = z.infer<typeof container>;

export const fleetLine = z
  .strictObject({
    number: containerNumber(),
    epoch: text('Names the life of the container’s storage', 'ep_01kb2h5m8q3v6x9y2z4a7c0d5e'),
    version: whole('Grows by one with every change of the container', 42),
    status,
    carrierId: orNull(idOf('car', 'Id of the carrier')),
    origin: orNull(text('Port of loading (UN/LOCODE)', 'CNSHA')),
    destination: orNull(text('Port of discharge (UN/LOCODE)', 'NLRTM')),
    reference: orNull(text('Your own reference', 'PO-4711')),
    bookingId: orNull(idOf('bkg', 'The booking it belongs to')),
    booking: orNull(text('The carrier’s number of the booking', 'BK00641205')),
    deviceId: orNull(text('Tracking device', 'dev-0042')),
    vesselName: vessel.vesselName,
    lat: orNull(decimal('Latitude in degrees, WGS 84', 1.26)),
    lon: orNull(decimal('Longitude in degrees, WGS 84', 103.84)),
    courseDeg: orNull(decimal('Course over ground, degrees from north', 271)),
    speedKnots: orNull(decimal('Speed over ground, knots', 14.2)),
    asOf: orNull(instant('The newest observation')),
    etaTarget: orNull(oneOf(TARGETS, 'What the ETA is about: the nearest target still ahead')),
    etaP10: orNull(instant('Earliest likely time: one in ten is earlier')),
    etaP50: orNull(instant('Median')),
    etaP90: orNull(instant('Latest likely time: one in ten is later')),
    openAlerts: whole('Alerts that are open', 0),
  })
  .meta({ id: 'FleetLine', description: 'The line of a container in lists, on the map and in live feeds' });
/** The line of a container in the fleet. */
export type FleetLine = z.infer<typeof fleetLine>;

/** The container that a path names. */
export const containerPath = { number: containerNumberInput() };

const box = z
  .array(z.number().min(-180).max(180))
  .length(4, { error: 'must be west,south,east,north in degrees', abort: true })
  .refine(([, south = 0, , north = 0]) => south <= north, 'south must not be above north')
  .refine(([, south = 0, , north = 0]) => Math.abs(south) <= 90 && Math.abs(north) <= 90, 'latitudes end at 90 degrees')
  .meta({
    description: 'Map box: west, south, east, north in degrees; west above east crosses the antimeridian',
    examples: [[-10, 35, 5, 60]],
  });

const fleetQuery = z.strictObject({
  ...pagedBy({ pattern: /^[0-9A-Z]{1,20}$/, example: 'CSQU3054383' }),
  search: described(
    z.string().min(1).max(60),
    'Part of a container number, reference, vessel name, port or booking',
    'CSQU',
  ).optional(),
  status: status.optional(),
  carrierId: carrierIdInput.optional(),
  destination: unLocode('Port of discharge (UN/LOCODE)').optional(),
  alerting: flag('Only containers with open alerts').optional(),
  archived: flag('Those in the archive instead of those outside').optional(),
  numbers: z
    .array(containerNumberInput())
    .min(1)
    .max(REGISTER_MAX)
    .meta({ description: 'Only these containers', examples: [['CSQU3054383']] })
    .optional(),
  box: box.optional(),
});
/** A query of the fleet list. */
export type FleetQuery = z.output<typeof fleetQuery>;

const positionQuery = z.strictObject({
  ...containerPath,
  ...asOfInput,
  cursor: pagedBy('number', 'number').cursor,
  limit: described(
    z
      .int()
      .min(1)
      .max(POSITIONS_PAGE_MAX)
      .default(PAGE_DEFAULT * 10),
    'Positions of the page at most',
    500,
  ),
  from: instantInput('Positions from here on').optional(),
  to: instantInput('Positions until here').optional(),
  resolution: described(
    z.int().min(0).max(604_800).default(0),
    'Seconds; the last position of each interval is kept. 0 keeps all',
    3_600,
  ),
});

/** The operations. */
export const containerOperations = {
  registerContainers: operation({
    permission: 'containers:write',
    summary: 'Register containers for tracking',
    description:
      'Registering again adds to what is known. A wrong check digit is warned of and kept, since real ones occur.',
    idempotent: true,
    input: z
      .strictObject({
        containers: z.array(registration).min(1).max(REGISTER_MAX).meta({ description: 'The containers' }),
      })
      .meta({ id: 'NewRegistrations', description: 'Containers to track' }),
    output: registered,
  }),
  listContainers: operation({
    permission: 'containers:read',
    summary: 'List, search and filter containers, by number',
    input: fleetQuery,
    output: pageOf('FleetLine', fleetLine),
  }),
  getContainer: operation({
    permission: 'containers:read',
    summary: 'One container: state, ETA with interval, alerts, and how old the answer is',
    description: 'As of an instant before, ETAs are left out: `/eta-history` has them.',
    input: z.strictObject({ ...containerPath, ...asOfInput }),
    output: container,
    failures: ['not_found'],
  }),
  listEvents: operation({
    permission: 'containers:read',
    summary: 'Journey events by time',
    input: z.strictObject({ ...pagedBy('number', anyText('1f2e3d4c5b6a7988')), ...containerPath, ...asOfInput }),
    output: pageOf('JourneyEvent', journeyEvent),
    failures: ['not_found'],
  }),
  listPositions: operation({
    permission: 'containers:read',
    summary: 'Positions by time, thinned to a resolution',
    input: positionQuery,
    output: pageOf('Position', position),
    failures: ['not_found'],
  }),
};
