/** All security checks, in an order in which none undoes what another stands on. */
import { ADDRESSES } from './addresses.ts';
import { AUTHORITY } from './authority.ts';
import { IN_FLIGHT } from './in-flight.ts';
import type { Check, Lab } from './lab.ts';
import { MISCELLANEOUS } from './misc.ts';
import { PROCUREMENT } from './procurement.ts';
import { REVOCATION } from './revocation.ts';
import { SIBLINGS } from './siblings.ts';
import { SIGN_IN } from './sign-in.ts';
import { sweepOf } from './sweep.ts';

/** The checks of a platform; the sweep is made from its API description. */
export const checksOf = (lab: Lab): Check[] => [
  ...sweepOf(lab),
  ...REVOCATION,
  ...IN_FLIGHT,
  ...AUTHORITY,
  ...SIGN_IN,
  ...ADDRESSES,
  ...PROCUREMENT,
  ...MISCELLANEOUS,
  ...SIBLINGS,
];
