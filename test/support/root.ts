import { join } from 'node:path';

/** The checkout's root. */
export const ROOT = join(import.meta.dirname, '../../');
