/** Tickets: each opens one WebSocket, once, and names the session or client that the socket ends with. */
import { type Answer, notFound, ok } from '../../../contracts/kit/result.ts';
import { normalizeContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import { liveAccess } from '../../../durable-objects/live-access/stub.ts';
import { newBearerSecret, organisationOfSecret } from '../../../platform/bearer-secrets.ts';
import { WS_TICKET_SECONDS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { For } from '../request.ts';
import { trackedContainer } from '../../../durable-objects/container-tracker/tracked.ts';

/** Makes a ticket. That its holder has ended meanwhile is asked when it is redeemed. */
export async function createTicket({
  env,
  scope,
  input,
  now,
}: For<'createTicket'>): Promise<Answer<{ ticket: string; expiresInSeconds: number; url: string }>> {
  const refused = scope.refuse('containers:read');
  if (refused) return refused;
  if (input.topic !== 'fleet' && !(await trackedContainer(env, scope, input.number))) return notFound('container');
  const topic = input.topic === 'fleet' ? 'fleet' : `container:${normalizeContainerNumber(input.number)}`;
  const path = input.topic === 'fleet' ? '/v1/live/fleet' : `/v1/live/containers/${encodeURIComponent(input.number)}`;
  const ticket = await newBearerSecret(env.TOKEN_KEY, 'ticket', scope.tenantId);
  await liveAccess(env, scope.tenantId).storeTicket({
    hash: await sha256Hex(ticket),
    topic,
    holder: scope.sessionId ?? scope.subject,
    securityVersion: scope.securityVersion,
    expiresAt: now + WS_TICKET_SECONDS * 1000,
  });
  return ok({ ticket, expiresInSeconds: WS_TICKET_SECONDS, url: `${path}?ticket=${ticket}` });
}

/** What a redeemed ticket opens. */
interface Redeemed {
  tenantId: string;
  topic: string;
  holder: string;
  securityVersion: number;
  redeemedAt: number;
}

/** What a ticket opens, once, and for whom; null when it opens nothing. */
export async function redeemTicket({ env, input: { ticket } }: For<'redeemTicket'>): Promise<Answer<Redeemed | null>> {
  const tenantId = await organisationOfSecret(env.TOKEN_KEY, 'ticket', ticket);
  if (!tenantId) return ok(null);
  const listening = await liveAccess(env, tenantId).redeemTicket(await sha256Hex(ticket));
  return ok(listening && { tenantId, ...listening });
}
