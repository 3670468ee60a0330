/** Notifications' secrets at rest, sealed anew with the current key: those of endpoints. */
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { type Answer, ok } from '../../../contracts/kit/result.ts';
import type { Resealing } from '../../../contracts/kit/sealing.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { webhookEndpoints } from '../../../durable-objects/webhook-endpoints/stub.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import { ResealingTally } from '../../../platform/resealing.ts';
import { parseRing } from '../../../platform/secrets.ts';
import type { For } from '../request.ts';

/** Seals the secrets of tenants' endpoints anew. This Worker knows no list of tenants: its caller names them. */
export async function resealNotifications({
  env,
  scope,
  input,
  now,
}: For<'resealNotifications'>): Promise<Answer<Resealing>> {
  const currentKey = parseRing(env.SEALING_KEY).current;
  const object = { type: 'sealing_key' as const, id: `notifications/${currentKey}` };
  const done = { organisationId: PLATFORM_TENANT, action: 'sealing_key.reseal_asked', object };
  await recordAsked(env, scope, done, now);
  const tally = new ResealingTally();
  await mapLimit(input.tenantIds, FAN_OUT, async (id) => {
    const { secrets, answers } = await webhookEndpoints(env, id).reseal();
    tally.add('endpoint secrets', secrets);
    for (const [keyId, count] of Object.entries(answers)) {
      tally.keep({ ring: 'sealing-keys', what: 'answers of the last day', keyId, count });
    }
  });
  const { resealed, remaining } = tally;
  return ok({
    currentKey,
    currentPepper: null,
    resealed,
    remaining,
    nextCursor: null,
  });
}
