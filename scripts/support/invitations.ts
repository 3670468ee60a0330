import type { ApiClient, Fetch } from './api.ts';

/** What somebody invited chooses on the page of the link. */
export interface Chosen {
  name: string;
  password: string;
}

/** Accepts an invitation by its link, as the invited person would. */
export async function accept(
  origin: string,
  invitation: { url: string; email: string },
  { name, password }: Chosen,
  fetcher: Fetch = fetch,
): Promise<void> {
  const token = new URL(invitation.url).searchParams.get('token')!;
  const accepted = await fetcher(`${origin}/set-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, name, password }).toString(),
  });
  if (!accepted.ok) throw new Error(`the invitation of ${invitation.email} was answered ${accepted.status}`);
}

/** Invites somebody and accepts for them. */
export async function inviteAndAccept(
  inviter: ApiClient,
  invitation: { email: string; role: string; carrierId?: string },
  chosen: Chosen,
): Promise<void> {
  await accept(inviter.origin, await inviter.must('POST', '/v1/invitations', invitation), chosen);
}

/** Creates a tenant as an operator, and accepts the invitation of its first administrator. */
export async function createTenantWithAdmin(
  operator: ApiClient,
  { email, ...tenant }: { name: string; slug: string; email: string },
  chosen: Chosen,
  fetcher?: Fetch,
): Promise<{ id: string; shard: string }> {
  const created = await operator.must('POST', '/v1/tenants', { ...tenant, admin: { email } });
  await accept(operator.origin, created.invitation, chosen, fetcher);
  return created;
}
