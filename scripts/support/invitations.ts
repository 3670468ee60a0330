import type { ApiClient } from './api.ts';

/** Invites somebody and accepts for them, as they would on the page of the link. */
export async function inviteAndAccept(
  inviter: ApiClient,
  invitation: { email: string; role: string; carrierId?: string },
  { name, password }: { name: string; password: string },
): Promise<void> {
  const { url } = await inviter.must('POST', '/v1/invitations', invitation);
  const token = new URL(url).searchParams.get('token')!;
  const accepted = await fetch(`${inviter.origin}/set-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, name, password }).toString(),
  });
  if (!accepted.ok) throw new Error(`the invitation of ${invitation.email} was answered ${accepted.status}`);
}
