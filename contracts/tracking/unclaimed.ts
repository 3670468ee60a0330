/** Numbers that carriers speak of and nobody has registered. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { anyText, pagedBy, pageOf } from '../kit/paging.ts';
import { containerNumber, containerNumberInput, flag, idInput, idOf, instant, whole } from '../kit/primitives.ts';

const unclaimed = z
  .strictObject({
    number: containerNumber(),
    connectionId: idOf('con', 'The connection that speaks of it'),
    since: instant('When it did so first'),
  })
  .meta({ id: 'UnclaimedNumber', description: 'A number that a carrier speaks of and nobody has registered' });
/** A number of an answer. */
export type ApiUnclaimed = z.infer<typeof unclaimed>;

const settled = z
  .strictObject({
    number: containerNumber(),
    claimed: flag('Whether it is tracked now', true),
    events: whole('Events that had waited: taken in, or dropped', 12),
  })
  .meta({ id: 'SettledNumber', description: 'What became of a number that was not registered' });
/** What became of a number. */
export type SettledNumber = z.infer<typeof settled>;

const numberPath = { number: containerNumberInput() };

/** The operations. */
export const unclaimedOperations = {
  listUnclaimed: operation({
    permission: 'containers:read',
    summary: 'Numbers that carriers speak of and nobody has registered',
    description:
      'What is said of them waits, within a bound of each connection, until one is claimed or registered; then it counts as ' +
      'if it had been from the beginning.',
    input: z.strictObject({
      ...pagedBy({ pattern: /^[0-9A-Z]{1,20}$/, example: 'CSQU3054383' }, anyText('con_01kb2h5m8q3v6x9y2z4a7c0d5e')),
      connectionId: idInput('con', 'Only of this connection').optional(),
    }),
    output: pageOf('UnclaimedNumber', unclaimed),
    failures: ['not_found'],
  }),
  claimNumber: operation({
    permission: 'containers:write',
    summary: 'Track a number that nobody has registered, with all that has waited of it',
    input: z.strictObject(numberPath),
    output: settled,
    failures: ['not_found'],
  }),
  ignoreNumber: operation({
    permission: 'containers:write',
    summary: 'Drop what has waited of a number, and all that will be said of it until it is registered',
    input: z.strictObject(numberPath),
    output: settled,
    failures: ['not_found'],
  }),
  purgeNumber: operation({
    permission: 'containers:write',
    summary: 'Drop what has waited of a number',
    input: z.strictObject(numberPath),
    output: settled,
    failures: ['not_found'],
  }),
};
