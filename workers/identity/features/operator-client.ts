/** The operators' configured client: its secret is the installation's to rotate, what it made and holds ends here. */
import { OPERATOR_CLIENT, PLATFORM_TENANT } from '../../../contracts/kit/actor.ts';
import { type Answer, fail, ok } from '../../../contracts/kit/result.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { actingAs, configuredVersion } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { guard } from '../../../platform/d1/statements.ts';
import type { For } from '../request.ts';
import { endings, withFollowing } from './principal-changes.ts';

/** Ends its tokens, tickets and sockets, and the links it made. */
export async function revokeOperatorClient({
  env,
  scope,
  now,
}: For<'revokeOperatorClient'>): Promise<Answer<{ securityVersion: number }>> {
  const before = await configuredVersion(env.DIRECTORY, OPERATOR_CLIENT);
  const securityVersion = before + 1;
  const changed = { tenantId: PLATFORM_TENANT, id: OPERATOR_CLIENT, securityVersion, status: 'active' as const };
  const raise = env.DIRECTORY.prepare(
    `INSERT INTO configured_clients (id, security_version) VALUES (?, ?)
     ON CONFLICT (id) DO UPDATE SET security_version = excluded.security_version WHERE security_version = ?`,
  ).bind(OPERATOR_CLIENT, securityVersion, before);
  const object = { type: 'client' as const, id: OPERATOR_CLIENT };
  const done = { organisationId: PLATFORM_TENANT, action: 'client.revoked', object, after: { securityVersion } };
  const statements = [
    raise,
    guard(env.DIRECTORY),
    ...(await endings(env, changed, { by: scope, now })),
    ...audited(env.DIRECTORY, PLATFORM_TENANT, notesOf(scope, done, now)),
  ];
  try {
    await withFollowing(env, PLATFORM_TENANT, () => actingAs(env.DIRECTORY, scope).batch(statements));
  } catch (error) {
    if (!isStale(error)) throw error;
    return fail('precondition.failed', 'It was just revoked by somebody else');
  }
  return ok({ securityVersion });
}
