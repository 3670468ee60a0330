/** Secrets at rest that are sealed anew after their key was rotated: the same of every service that seals. */
import { z } from 'zod';
import { pagedBy } from './paging.ts';
import { oneOf, orNull, text, whole } from './primitives.ts';

const remainder = z
  .strictObject({
    ring: oneOf(['sealing-keys', 'pepper'], 'The ring that the key is of'),
    what: text('What is under the key', 'connection secrets'),
    keyId: text('Id of the key in its ring', '1'),
    count: whole('How many', 3),
  })
  .meta({ id: 'SealedRemainder', description: 'Secrets that need a key which is no longer the current one' });
/** Secrets that need an earlier key. */
export type Remainder = z.infer<typeof remainder>;

/** What sealing anew has come to. */
export const resealing = z
  .strictObject({
    currentKey: text('Id of the key that things are sealed with now', '2'),
    currentPepper: orNull(text('Id of the pepper that passwords are hashed with now; null where none are', '1')),
    resealed: whole('Secrets that were sealed anew', 12),
    remaining: z
      .array(remainder)
      .meta({ description: 'What still needs an earlier key, among what was looked at: such a key must stay' }),
    nextCursor: orNull(text('Where to go on; null when everything was looked at', 'WyJ0ZW5fMDEiXQ')),
  })
  .meta({ id: 'Resealing', description: 'Secrets at rest that were sealed anew with the current key' });
/** What sealing anew has come to. */
export type Resealing = z.infer<typeof resealing>;

/** A part of what there is to seal, by id. */
export const resealingInput = z
  .strictObject(pagedBy({ pattern: /^[a-z]{3,8}(_[0-9a-z]{26})?$/, example: 'ten_01kb2h5m8q3v6x9y2z4a7c0d5e' }))
  .meta({ id: 'ResealingPart', description: 'Which part of the secrets to seal anew' });
