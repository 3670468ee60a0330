/** What becomes of an allocation after it was created: other terms, closed, open again, withdrawn. */
import { type Answer, fail, notFound, ok, type Result } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type { Allocation } from '../../../contracts/procurement/allocations.ts';
import { type AllocationStatus, mayTurn } from '../../../domain/booking/allocation.ts';
import { guard } from '../../../platform/d1/statements.ts';
import { toInstantOrNull } from '../../../platform/instants.ts';
import { audit } from '../audit.ts';
import { worldNow } from '../clock.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { armRelay, bookmarked, drainSoon, onShard, rollbackOf } from '../shard.ts';
import { type AllocationRow, allocationToApi, findAllocation, updateAllocation } from './allocation-rows.ts';
import { brokenRules, termsOf } from './allocation-terms.ts';

/** What a change may set. */
type Changeable = ReturnType<typeof termsOf> & Pick<AllocationRow, 'status'>;

/** A change of an allocation, as somebody asks for it. */
interface Change {
  env: Env;
  scope: Scope;
  id: string;
  expectedVersion: number;
  background: (work: Promise<unknown>) => void;
  /** What the trail calls it. */
  action: string;
  /** What the row becomes at an instant of the world, or why it does not. */
  decide: (row: AllocationRow, now: number) => Result<Partial<Changeable>>;
}

const stale = () => fail('precondition.failed', 'The allocation has changed since you read it');

/** Makes a change, if the allocation is still the version the caller has seen. */
async function change({
  env,
  scope,
  id,
  expectedVersion,
  background,
  action,
  decide,
}: Change): Promise<Answer<Allocation>> {
  return onShard(env, scope, 'first-primary', async (shard) => {
    const now = worldNow(env);
    const row = await findAllocation(shard, scope, id);
    if (!row) return notFound('allocation');
    if (row.version !== expectedVersion) return stale();
    const decided = decide(row, now);
    if (!decided.ok) return decided;
    const states = differences(row, decided.value);
    if (states === null) return bookmarked(shard, ok(allocationToApi(row)));
    const next = { ...row, ...decided.value, version: row.version + 1, revision: row.revision + 1 };
    await armRelay(env, shard.name);
    try {
      await shard.session.batch([
        updateAllocation(shard, row, next),
        guard(shard.session),
        audit(shard, scope, {
          object: { type: 'allocation', id },
          action,
          detail: JSON.stringify(states),
          ...states,
          now,
        }),
      ]);
    } catch (error) {
      if (rollbackOf(error) === 'guard') return stale();
      throw error;
    }
    background(drainSoon(env, shard.name));
    return bookmarked(shard, ok(allocationToApi(next)));
  });
}

/** What differs, with its values before and after, for the trail; null when nothing does. */
function differences(row: AllocationRow, changed: Partial<Changeable>): { before: object; after: object } | null {
  const names = (Object.keys(changed) as (keyof Changeable)[]).filter((name) => changed[name] !== row[name]);
  if (names.length === 0) return null;
  const shown = (from: Partial<Changeable>) =>
    Object.fromEntries(
      names.map((name) => [name, name.endsWith('At') ? toInstantOrNull(from[name] as number | null) : from[name]]),
    );
  return { before: shown(row), after: shown(changed) };
}

/** Changes the terms. */
export async function changeAllocation({
  env,
  scope,
  input: { id, ...input },
  expectedVersion,
  background,
}: For<'changeAllocation'>): Promise<Answer<Allocation>> {
  const terms = termsOf(input);
  return change({
    env,
    scope,
    id,
    expectedVersion,
    background,
    action: 'allocation.changed',
    decide: (row, now) => {
      if (row.status === 'withdrawn') return fail('allocation.closed', 'The allocation was withdrawn');
      // Otherwise whoever sets terms could confirm in the carrier's place: instant, book, and back.
      const speaks = row.confirmation === 'carrier' && terms.confirmation === 'instant';
      const refused = speaks ? scope.refuse('bookings:confirm-for-carrier') : null;
      if (refused) return refused;
      const broken = brokenRules({ ...row, ...terms }, row, now);
      if (broken) return broken;
      if (terms.capacity >= row.booked) return ok(terms);
      return fail('allocation.booked', `${row.booked} are booked: the capacity cannot be ${terms.capacity}`, {
        extra: { booked: row.booked, capacity: terms.capacity },
      });
    },
  });
}

/** Turns an allocation to another status. */
function turn(
  { env, scope, input: { id }, expectedVersion, background }: For<'closeAllocation'>,
  action: string,
  status: AllocationStatus,
): Promise<Answer<Allocation>> {
  return change({
    env,
    scope,
    id,
    expectedVersion,
    background,
    action,
    decide: (row) => {
      if (!mayTurn(row.status, status)) {
        return fail('allocation.transition_invalid', `The allocation is ${row.status} and cannot become ${status}`);
      }
      if (status !== 'withdrawn' || row.booked === 0) return ok({ status });
      return fail('allocation.booked', `${row.booked} of ${row.capacity} are booked: cancel them first, or close it`, {
        extra: { booked: row.booked, capacity: 0 },
      });
    },
  });
}

/** Closes an allocation: it takes no more bookings, and those made stand. */
export const closeAllocation = (request: For<'closeAllocation'>): Promise<Answer<Allocation>> =>
  turn(request, 'allocation.closed', 'closed');

/** Lets a closed allocation take bookings again. */
export const reopenAllocation = (request: For<'reopenAllocation'>): Promise<Answer<Allocation>> =>
  turn(request, 'allocation.reopened', 'open');

/** Withdraws an allocation on which nothing is booked. */
export const withdrawAllocation = (request: For<'withdrawAllocation'>): Promise<Answer<Allocation>> =>
  turn(request, 'allocation.withdrawn', 'withdrawn');
