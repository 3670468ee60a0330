/** Audit trails in tests. */
import type { AuditTrailEntry } from '../../contracts/operations/audit.ts';
import type { ApiClient } from '../../scripts/support/api.ts';
import { until } from './fixtures.ts';

/** Waits until the trail of a client's organisation has every one of the actions, and answers all of it. */
export const trailWith = (of: ApiClient, actions: readonly string[]): Promise<AuditTrailEntry[]> =>
  until(`the trail has ${actions.join(', ')}`, async () => {
    const entries: AuditTrailEntry[] = await of.all('/v1/audit?limit=200');
    const found = new Set(entries.map(({ action }) => action));
    return actions.every((action) => found.has(action)) && entries;
  });
