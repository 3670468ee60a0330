/** Identity's secrets at rest, sealed anew with the current key: signing keys and second factors. */

import { count } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { encodeCursor } from '../../../contracts/kit/cursor.ts';
import { after } from '../../../contracts/kit/paging.ts';
import { type Answer, ok } from '../../../contracts/kit/result.ts';
import type { Resealing } from '../../../contracts/kit/sealing.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { keyRing } from '../../../durable-objects/key-ring/stub.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { mapLimit } from '../../../platform/concurrency.ts';
import { users } from '../../../platform/d1/schema/directory.ts';
import { answersUnderOldKeys } from '../../../platform/d1/stored-answers.ts';
import { FAN_OUT } from '../../../platform/limits.ts';
import { ResealingTally } from '../../../platform/resealing.ts';
import { parseRing } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

/** Answers of writes that tracking stores in the same table under keys of its own. */
const OURS = "operation NOT LIKE 'connection%'";

/** Seals identity's secrets anew, organisation by organisation; the first part has what belongs to none. */
export async function resealIdentity({ env, scope, input, now }: For<'resealIdentity'>): Promise<Answer<Resealing>> {
  const currentKey = parseRing(env.SEALING_KEY).current;
  const tally = new ResealingTally();
  const [from] = after<[string]>(input) ?? [];
  if (from === undefined) {
    const object = { type: 'sealing_key' as const, id: `identity/${currentKey}` };
    const done = { organisationId: PLATFORM_TENANT, action: 'sealing_key.reseal_asked', object };
    await recordAsked(env, scope, done, now);
    await resealShared(env, tally, currentKey, now);
  }
  const ids = await organisationsAfter(env, from ?? '', input.limit + 1);
  const part = ids.slice(0, input.limit);
  await mapLimit(part, FAN_OUT, async (id) => {
    tally.add('second factors', await tenantPolicy(env, id).resealFactors());
  });
  const { resealed, remaining } = tally;
  return ok({
    currentKey,
    currentPepper: parseRing(env.PASSWORD_PEPPER).current,
    resealed,
    remaining,
    nextCursor: ids.length > part.length ? encodeCursor([part.at(-1)!]) : null,
  });
}

async function resealShared(env: Env, tally: ResealingTally, currentKey: string, now: number): Promise<void> {
  tally.add('signing keys', await keyRing(env).reseal());
  for (const entry of await answersUnderOldKeys(env.DIRECTORY, currentKey, OURS, now)) tally.keep(entry);
  const pepper = parseRing(env.PASSWORD_PEPPER).current;
  // A password is hashed with the current pepper when its owner signs in, and not before.
  const peppers = await drizzle(env.DIRECTORY)
    .select({ keyId: users.pepperId, count: count() })
    .from(users)
    .groupBy(users.pepperId);
  for (const { keyId, count: passwords } of peppers) {
    if (keyId !== pepper) tally.keep({ ring: 'pepper', what: 'passwords', keyId, count: passwords });
  }
}

/** Every organisation that may have people, by id. */
async function organisationsAfter(env: Env, id: string, limit: number): Promise<string[]> {
  const { results } = await env.DIRECTORY.prepare(
    `SELECT id FROM (SELECT id FROM tenants UNION ALL SELECT id FROM carriers UNION ALL SELECT ?1 AS id)
     WHERE id > ?2 ORDER BY id LIMIT ?3`,
  )
    .bind(PLATFORM_TENANT, id, limit)
    .all<{ id: string }>();
  return results.map((row) => row.id);
}
