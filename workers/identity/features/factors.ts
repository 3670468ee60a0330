/** Second factors as people begin, confirm and lose them. */
import type { FactorEnrolment } from '../../../contracts/identity/account.ts';
import { type Answer, fail, fault, notFound, ok } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { type AuditNote, notesOf } from '../../../platform/audit.ts';
import type { For } from '../request.ts';
import { refuseOver } from './authority.ts';
import { confirmPassword, refuseMachine } from './me.ts';
import { findUser } from './people.ts';
import { newFactorSecret, newRecoveryCodes, sealFactorSecret, stepOfCode } from './second-factor.ts';

/** Begins a second factor, by the password: whoever stole a token must not plant a factor of theirs. */
export async function enrolFactor({
  env,
  scope,
  input,
  address,
  now,
}: For<'enrolFactor'>): Promise<Answer<FactorEnrolment>> {
  const refused = refuseMachine(scope);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, scope, input.password, address);
  if (!confirmed.ok) return confirmed;
  const { user } = confirmed;
  const policy = tenantPolicy(env, scope.tenantId);
  if ((await policy.factor(user.id))?.confirmed) {
    return fail('conflict.exists', 'There is a second factor already; remove it first');
  }
  const enrolment = newFactorSecret(user.email);
  const sealed = await sealFactorSecret(env, user.id, enrolment.secret);
  await policy.enrolFactor(user.id, sealed, acted(scope, user, 'factor.begun', now));
  return ok(enrolment);
}

/** Confirms a second factor by its first code; answers the recovery codes, once. */
export async function confirmFactor({
  env,
  scope,
  input,
  now,
}: For<'confirmFactor'>): Promise<Answer<{ recoveryCodes: string[] }>> {
  const refused = refuseMachine(scope);
  if (refused) return refused;
  const policy = tenantPolicy(env, scope.tenantId);
  const factor = await policy.factor(scope.subject);
  if (!factor || factor.confirmed)
    return fail('conflict.exists', 'There is no second factor that waits for its first code');
  const wrong = fault('/code', 'wrong', 'This is not the present code; check the clock of the device');
  const step = await stepOfCode(env, scope.subject, factor.sealedSecret, input.code, now);
  if (step === null) return wrong;
  const { codes, hashes } = await newRecoveryCodes(scope.subject);
  const own = { id: scope.subject, tenantId: scope.tenantId };
  const notes = acted(scope, own, 'factor.confirmed', now);
  return (await policy.confirmFactor({ userId: own.id, sealedSecret: factor.sealedSecret, step, hashes, notes }))
    ? ok({ recoveryCodes: codes })
    : wrong;
}

/** Removes one's own second factor; the password must be given again. */
export async function removeFactor({
  env,
  scope,
  input,
  address,
  now,
}: For<'removeFactor'>): Promise<Answer<{ removed: boolean }>> {
  const refused = refuseMachine(scope);
  if (refused) return refused;
  const confirmed = await confirmPassword(env, scope, input.password, address);
  if (!confirmed.ok) return confirmed;
  const notes = acted(scope, confirmed.user, 'factor.removed', now);
  return ok({ removed: await tenantPolicy(env, scope.tenantId).removeFactor(scope.subject, notes) });
}

/** Removes the second factor of a user who has lost it; their sessions end. */
export async function resetFactor({
  env,
  scope,
  input,
  now,
}: For<'resetFactor'>): Promise<Answer<{ removed: boolean }>> {
  const user = await findUser(env, scope, input.id);
  if (!user) return notFound('user');
  if (input.id === scope.subject) return fail('forbidden', 'Remove your own second factor by giving your password');
  const beyond = refuseOver(scope, user);
  if (beyond) return beyond;
  return ok({
    removed: await tenantPolicy(env, user.tenantId).resetFactor(input.id, acted(scope, user, 'factor.reset', now)),
  });
}

/** What the audit trail learns of a user's second factor. */
function acted(scope: Scope, user: { id: string; tenantId: string }, action: string, now: number): AuditNote[] {
  return notesOf(scope, { organisationId: user.tenantId, action, object: { type: 'factor', id: user.id } }, now);
}
