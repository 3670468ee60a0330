/** Containers that are done with: tracked no more, put away, or erased. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { containerNumber, flag } from '../kit/primitives.ts';
import { containerPath } from './containers.ts';

const archivedContainer = z
  .strictObject({
    number: containerNumber(),
    archived: flag('Whether it is in the archive'),
  })
  .meta({ id: 'ArchivedContainer', description: 'A container that was put away, or taken out again' });

/** A container that was put away, or taken out again. */
export type ArchivedContainer = z.infer<typeof archivedContainer>;

/** The operations. */
export const retirementOperations = {
  untrackContainer: operation({
    permission: 'containers:write',
    summary: 'Stop tracking a container',
    description:
      'It leaves lists, the map and live feeds. What carriers say of it from then on waits, as of any number that nobody ' +
      'has registered. What is known of it is kept, and is there again when it is registered again.',
    input: z.strictObject(containerPath),
    output: z
      .strictObject({ number: containerNumber() })
      .meta({ id: 'UntrackedContainer', description: 'A container that is tracked no more' }),
    failures: ['not_found'],
  }),
  archiveContainer: operation({
    permission: 'containers:write',
    summary: 'Put a container away',
    description:
      'It leaves lists, the map and live feeds and stays readable. What carriers say of it is still taken in. It comes back ' +
      'when it is taken out of the archive, or registered again.',
    input: z.strictObject(containerPath),
    output: archivedContainer,
    failures: ['not_found'],
  }),
  unarchiveContainer: operation({
    permission: 'containers:write',
    summary: 'Take a container out of the archive',
    input: z.strictObject(containerPath),
    output: archivedContainer,
    failures: ['not_found'],
  }),
  deleteContainer: operation({
    permission: 'containers:delete',
    summary: 'Erase all that is stored of a container, for good',
    description:
      'Its journeys, statements, positions and alerts, what waits of it, its device pairings and its places in bookings are ' +
      'erased, also of one that is untracked or archived. Receipts and refused items of deliveries, and what ETAs have ' +
      'learned, stay until they expire. The act is recorded in the audit trail.',
    input: z.strictObject(containerPath),
    output: z
      .strictObject({ number: containerNumber() })
      .meta({ id: 'DeletedContainer', description: 'A container of which nothing is stored any more' }),
    failures: ['not_found'],
  }),
};
