/** How a signing or client secret is rotated: the same of clients, connections and endpoints. */
import { z } from 'zod';
import { described } from './primitives.ts';

/** What a rotation may say. */
export const secretRotation = z
  .strictObject({
    immediately: described(
      z.boolean().default(false),
      'End the secret before at once: for one that has leaked. Without it both work for a while, so that nothing stops',
      false,
    ),
  })
  .meta({ id: 'SecretRotation', description: 'How to rotate a secret' });
