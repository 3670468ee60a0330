/** Tracking's secrets at rest, sealed anew with the current key: those of connections. */
import { asc, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { encodeCursor } from '../../../contracts/kit/cursor.ts';
import { after } from '../../../contracts/kit/paging.ts';
import { type Answer, ok } from '../../../contracts/kit/result.ts';
import type { Resealing } from '../../../contracts/kit/sealing.ts';
import { recordAsked } from '../../../durable-objects/audit-trail/asked.ts';
import { connections } from '../../../platform/d1/schema/directory.ts';
import { answersUnderOldKeys } from '../../../platform/d1/stored-answers.ts';
import { ResealingTally, resealAll, type Sealed } from '../../../platform/resealing.ts';
import { parseRing } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

type Row = typeof connections.$inferSelect;

/** Seals the secrets of connections anew, by id; also of disabled ones, whose secrets are kept. */
export async function resealTracking({ env, scope, input, now }: For<'resealTracking'>): Promise<Answer<Resealing>> {
  const currentKey = parseRing(env.SEALING_KEY).current;
  const tally = new ResealingTally();
  const [from] = after<[string]>(input) ?? [];
  if (from === undefined) {
    const object = { type: 'sealing_key' as const, id: `tracking/${currentKey}` };
    const done = { organisationId: PLATFORM_TENANT, action: 'sealing_key.reseal_asked', object };
    await recordAsked(env, scope, done, now);
    const answers = await answersUnderOldKeys(env.DIRECTORY, currentKey, "operation LIKE 'connection%'", now);
    for (const entry of answers) tally.keep(entry);
  }
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(connections)
    .where(gt(connections.id, from ?? ''))
    .orderBy(asc(connections.id))
    .limit(input.limit + 1);
  const part = rows.slice(0, input.limit);
  for (const row of part) {
    tally.add('connection secrets', await resealAll(env.SEALING_KEY, currentKey, sealedOf(env, row)));
  }
  const { resealed, remaining } = tally;
  const nextCursor = rows.length > part.length ? encodeCursor([part.at(-1)!.id]) : null;
  return ok({ currentKey, currentPepper: null, resealed, remaining, nextCursor });
}

/** The secrets of a connection; each is replaced only where it still stands. */
function sealedOf(env: Env, { id, secret, previousSecret }: Row): Sealed[] {
  const replaced = (column: 'secret' | 'previous_secret', before: string): Sealed => ({
    context: id,
    text: before,
    replace: (fresh) =>
      env.DIRECTORY.prepare(`UPDATE connections SET ${column} = ? WHERE id = ? AND ${column} = ?`)
        .bind(fresh, id, before)
        .run(),
  });
  return [replaced('secret', secret), ...(previousSecret ? [replaced('previous_secret', previousSecret)] : [])];
}
