/** Who may act on whom, and who may grant what: one rule for people, clients, sessions, invitations and links. */
import { PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import {
  grantOf,
  OPERATOR_ROLES,
  type Permission,
  type Role,
  TENANT_ROLES,
} from '../../../contracts/kit/permissions.ts';
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';

/** What somebody may do: a role, and the permissions it is narrowed to, if it is. As the row has it, text or not. */
export interface Rights {
  role: string;
  scopes?: readonly string[] | null;
}

function permissionsOf({ role, scopes }: Rights): Permission[] {
  return grantOf(role as Role, (scopes ?? null) as readonly Permission[] | null);
}

/** What a caller lacks of somebody's rights; operators answer for carriers' people, whose rights they never hold. */
function beyond(scope: Scope, rights: Rights): Permission[] {
  if (rights.role === 'carrier_user') return scope.allows('tenants:manage') ? [] : ['tenants:manage'];
  return permissionsOf(rights).filter((permission) => !scope.allows(permission));
}

/** Null when the caller may act on whoever has the rights: nobody acts on who may do more. */
export function refuseOver(scope: Scope, target: Rights): Failure | null {
  const more = beyond(scope, target);
  return more.length > 0 ? fail('forbidden', `You cannot act on who may do more than you: ${more.join(', ')}`) : null;
}

/** Null when the caller may make somebody of its organisation's kind have the rights: a narrowed token cannot make a wider one. */
export function refuseGrant(scope: Scope, rights: Rights): Failure | null {
  const allowed: readonly string[] = scope.tenantId === PLATFORM_TENANT ? OPERATOR_ROLES : TENANT_ROLES;
  if (!allowed.includes(rights.role)) {
    const giver = scope.tenantId === PLATFORM_TENANT ? 'the tenant’s administrators' : 'the platform’s operators';
    return fail('forbidden', `The role ${rights.role} is given by ${giver}`);
  }
  const more = beyond(scope, rights);
  return more.length > 0 ? fail('forbidden', `You cannot grant what you do not hold: ${more.join(', ')}`) : null;
}

/** Whether a change takes a permission away. */
export function isNarrowed(before: Rights, after: Rights): boolean {
  const kept = permissionsOf(after);
  return permissionsOf(before).some((permission) => !kept.includes(permission));
}
