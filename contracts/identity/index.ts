/** The identity service's contract: organisations, people, machines, policy, and the OAuth server. */
import { contract } from '../kit/operation.ts';
import { readinessOperation } from '../kit/readiness.ts';
import { accountOperations } from './account.ts';
import { carrierOperations } from './carriers.ts';
import { clientOperations } from './clients.ts';
import { oauthOperations } from './oauth.ts';
import { peopleOperations } from './people.ts';
import { policyOperations } from './policy.ts';
import { tenantOperations } from './tenants.ts';

/** The identity service's operations. */
export const identity = contract('identity', {
  ...tenantOperations,
  ...peopleOperations,
  ...clientOperations,
  ...carrierOperations,
  ...policyOperations,
  ...accountOperations,
  ...oauthOperations,
  ...readinessOperation,
});
