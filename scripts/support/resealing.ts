/** Seals a platform's secrets anew after a rotation, and learns which earlier keys are still needed, and for what. */
import type { Remainder, Resealing } from '../../contracts/kit/sealing.ts';
import { parseRing } from '../../platform/secrets.ts';
import type { ApiClient } from './api.ts';
import { type Needed, pruneRing, RINGS } from './secret-rings.ts';
import type { Secrets, WorkerName } from './secrets.ts';

/** What a platform has under which keys, by Worker: which keys it runs with, and what needs an earlier one. */
export type Report = Partial<Record<WorkerName, Omit<Resealing, 'nextCursor'>>>;

/** Tenants whose endpoints are looked at in one request; the operation takes a hundred. */
const TENANTS_AT_ONCE = 100;

/** Seals everything anew with the keys that the platform runs with. */
export async function resealAll(operator: ApiClient): Promise<Report> {
  const report: Report = {};
  const take = (worker: WorkerName, { currentKey, currentPepper, resealed, remaining }: Resealing): void => {
    const known = report[worker] ?? { resealed: 0, remaining: [] };
    report[worker] = {
      currentKey,
      currentPepper,
      resealed: known.resealed + resealed,
      remaining: [...known.remaining, ...remaining],
    };
  };
  for (const worker of ['identity', 'tracking'] as const) {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const path = `/v1/sealing-keys/${worker}/reseal`;
      const part: Resealing = await operator.must('POST', path, { limit: 100, ...(cursor ? { cursor } : {}) });
      take(worker, part);
      cursor = part.nextCursor;
    }
  }
  const tenants = (await operator.all<{ id: string }>('/v1/tenants?limit=100')).map(({ id }) => id);
  for (let i = 0; i === 0 || i < tenants.length; i += TENANTS_AT_ONCE) {
    const tenantIds = tenants.slice(i, i + TENANTS_AT_ONCE);
    take('notifications', await operator.must('POST', '/v1/sealing-keys/notifications/reseal', { tenantIds }));
  }
  return report;
}

/**
 * What earlier keys of a Worker's ring are needed for. Nothing is known while the platform runs with another current
 * key: it goes on putting things under that one, which counts there as the present.
 */
export function neededOf(report: Report | null, worker: WorkerName, ring: Remainder['ring'], current: string): Needed {
  const found = report?.[worker];
  if (!found) return () => 'the platform is not running, so nobody knows what needs it';
  if ((ring === 'pepper' ? found.currentPepper : found.currentKey) !== current) {
    return () => 'the platform does not run with the present keys yet: start it again, or --push them';
  }
  return (keyId) => {
    const entries = found.remaining.filter((entry) => entry.ring === ring && entry.keyId === keyId);
    return entries.length > 0 ? entries.map(({ count, what }) => `${count} ${what}`).join(', ') : null;
  };
}

/** Drops the keys that nothing needs any more from a file's rings; answers whether any was. */
export function pruneSecrets(secrets: Secrets, report: Report): boolean {
  let dropped = false;
  for (const what of ['sealing-keys', 'pepper'] as const) {
    for (const [worker, name] of RINGS[what]) {
      const text = secrets[worker][name]!;
      const pruned = pruneRing(text, neededOf(report, worker, what, currentIdOf(text)));
      dropped ||= pruned !== text;
      secrets[worker][name] = pruned;
    }
  }
  return dropped;
}

const currentIdOf = (text: string): string => parseRing(text).current;
