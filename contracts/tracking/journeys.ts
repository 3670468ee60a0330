/** Journeys of containers: what is true of each, with its sources, now or as it was known at an instant. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedBy, pageOf } from '../kit/paging.ts';
import {
  containerNumber,
  containerNumberInput,
  described,
  flag,
  idOf,
  instant,
  instantInput,
  oneOf,
  orNull,
  text,
  whole,
} from '../kit/primitives.ts';
import { milestone, status } from './containers.ts';
import { asOfInput, vessel } from './events.ts';
import { registrationShown } from './registrations.ts';

const journeyId = text('Id of the journey', 'jrn_CSQU3054383_9f86d081884c7d65');

const journey = z
  .strictObject({
    id: journeyId,
    container: containerNumber(),
    registered: flag('Whether your organisation has registered it', true),
    registration: orNull(registrationShown),
    booking: orNull(text('The carrier’s number of its booking', 'BK00641205')),
    beganAt: orNull(instant('When it began: its registration or the first word on it')),
    endedAt: orNull(instant('When the empty container was returned; null while it is under way')),
    status,
    statusAt: orNull(instant('When the status was reached')),
    ...vessel,
    voyage: orNull(text('Voyage number', '048W')),
    statements: whole('Statements of carriers and terminals that are in force', 24),
    milestones: whole('Milestones of it', 12),
    warnings: z.array(z.string()).meta({ description: 'What looks odd in the carriers’ data', examples: [[]] }),
  })
  .meta({ id: 'Journey', description: 'A journey of a container, from the empty pick-up to the empty return' });
/** A journey of an answer. */
export type ApiJourney = z.infer<typeof journey>;

const sourceWord = z
  .strictObject({
    carrierId: idOf('car', 'Whose word it is'),
    role: oneOf(['carrier', 'terminal'], 'What the source is'),
    classifier: oneOf(['ACT', 'EST', 'PLN'], 'DCSA classifier: actual, estimated or planned'),
    at: instant('When it happened or is expected, by this source'),
    saidAt: instant('When it was said; when it was received where the source does not tell'),
    key: text('Key of the statement among the container’s events', '9f86d081884c7d65'),
  })
  .meta({ id: 'SourceWord', description: 'The newest word of one source on a milestone' });

const milestoneOfJourney = milestone
  .extend({
    sources: z.array(sourceWord).meta({ description: 'Each source’s own word; the one that counts comes first' }),
  })
  .meta({ id: 'MilestoneWithSources', description: 'A milestone with what each source says of it' });
/** A milestone with its sources. */
export type ApiMilestone = z.infer<typeof milestoneOfJourney>;

const change = z
  .strictObject({
    journeyId,
    kind: oneOf(['reached', 'corrected', 'withdrawn'], 'What became of the milestone'),
    milestone,
    before: orNull(milestone),
  })
  .meta({ id: 'MilestoneChange', description: 'A milestone that was reached, corrected or withdrawn' });
/** A change of an answer. */
export type ApiChange = z.infer<typeof change>;

const containerPath = { number: containerNumberInput() };
const journeyPath = {
  id: described(
    z.string().regex(/^jrn_[A-Z0-9]{4,17}_[0-9a-f]{16}$/, 'must be the id of a journey'),
    'Id of the journey',
    'jrn_CSQU3054383_9f86d081884c7d65',
  ),
};

/** The operations. */
export const journeyOperations = {
  listJourneys: operation({
    permission: 'containers:read',
    summary: 'The journeys of a container, newest first',
    description:
      'A journey begins with a registration or a booking, or with an empty pick-up, a gate-in or a loading after the one ' +
      'before has ended; it ends with the empty return.',
    input: z.strictObject({ ...pagedBy('number'), ...containerPath, ...asOfInput }),
    output: pageOf('Journey', journey),
    failures: ['not_found'],
  }),
  getJourney: operation({
    permission: 'containers:read',
    summary: 'One journey',
    input: z.strictObject({ ...journeyPath, ...asOfInput }),
    output: journey,
    failures: ['not_found'],
  }),
  listMilestones: operation({
    permission: 'containers:read',
    summary: 'The milestones of a journey by time, with the word of each source',
    input: z.strictObject({ ...pagedBy('number'), ...journeyPath, ...asOfInput }),
    output: pageOf('MilestoneWithSources', milestoneOfJourney),
    failures: ['not_found'],
  }),
  listChanges: operation({
    permission: 'containers:read',
    summary: 'What has changed of a container’s milestones since an instant',
    description: 'What was reached, corrected and withdrawn between what was known at `since` and at `asOf`.',
    input: z.strictObject({
      ...pagedBy('number'),
      ...containerPath,
      since: instantInput('The instant to compare with'),
      ...asOfInput,
    }),
    output: pageOf('MilestoneChange', change),
    failures: ['not_found'],
  }),
};
