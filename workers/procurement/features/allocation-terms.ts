/** Terms of allocations as callers write them, and the rules they break. */
import { type Failure, unprocessable } from '../../../contracts/kit/result.ts';
import type { AllocationChange } from '../../../contracts/procurement/allocations.ts';
import { faultsOf, type Sailing, type Terms } from '../../../domain/booking/allocation.ts';

/** The terms of an input with their instants in ms; a closing at the departure is the same as none. */
export function termsOf({ period, capacity, confirmation, ...input }: AllocationChange) {
  const departureAt = Date.parse(input.departureAt);
  const closesAt = input.closesAt === undefined ? departureAt : Date.parse(input.closesAt);
  return {
    period,
    capacity,
    confirmation,
    departureAt,
    arrivalAt: Date.parse(input.arrivalAt),
    closesAt: closesAt === departureAt ? null : closesAt,
  };
}

/** The failure of terms that break rules, by member; `before` are those they replace. */
export function brokenRules(terms: Terms, before: Sailing | null, now: number): Failure | null {
  const faults = faultsOf(terms, before, now);
  if (faults.length === 0) return null;
  return unprocessable(faults.map(({ term, code, detail }) => ({ pointer: `/${term}`, code, detail })));
}
