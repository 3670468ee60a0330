/** The steps that look at what the caller may do: the feature of the organisation, and the permission of the token. */
import { allows } from '../../../contracts/kit/permissions.ts';
import { fail } from '../../../contracts/kit/result.ts';
import type { Step } from './facts.ts';

/** The feature that the route belongs to is switched on. */
export const feature: Step = (_request, { asked, features }) =>
  asked.feature === undefined || features?.[asked.feature]
    ? { admitted: {} }
    : {
        refused: fail('feature.disabled', `The feature ${asked.feature} is not switched on for your organisation`),
      };

/** The token carries the permission; the service checks it again. */
export const permission: Step = (_request, { asked: { access }, actor }) => {
  if (access === 'authenticated') return { admitted: {} };
  const known = access !== 'public' && access !== 'signature' && access !== 'ticket';
  if (known && actor && allows(actor, access)) return { admitted: {} };
  return {
    refused: fail('forbidden', `This needs the permission ${access}`),
    learned: { denial: { kind: 'permission', reason: `lacks ${access}` } },
  };
};
