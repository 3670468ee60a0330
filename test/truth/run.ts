/** All checks of a container's truth. */
import { BOUNDS } from './bounds.ts';
import { DEVICES } from './devices.ts';
import type { Check } from './lab.ts';
import { STATEMENTS } from './statements.ts';
import { VISITS } from './visits.ts';

/** The checks, in the order of their ids. */
export const TRUTH: readonly Check[] = [...STATEMENTS, ...VISITS, ...DEVICES, ...BOUNDS];
