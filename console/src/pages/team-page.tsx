import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../api.ts';
import { Empty, Problem, Tag } from '../components.tsx';
import { instant, words } from '../format.ts';
import { List, openModal, useKeyFor, usePages } from '../lists.tsx';
import { useMe } from '../session.ts';
import type { Invitation, NewInvitation, User } from '../types.ts';

type Role = User['role'];

const TENANT_ROLES: readonly Role[] = ['tenant_admin', 'procurement_manager', 'operations', 'finance', 'viewer'];
const OPERATOR_ROLES: readonly Role[] = ['carrier_user', 'platform_operator'];

/** The roles that the signed-in person hands out: operators those of the platform, tenants their own. */
function useRoles(): readonly Role[] {
  return useMe().data?.permissions.includes('tenants:manage') ? OPERATOR_ROLES : TENANT_ROLES;
}

/** The people of a tenant, and who is invited. */
export default function TeamPage() {
  const me = useMe();
  const mayManage = me.data?.permissions.includes('users:manage') ?? false;
  const [inviting, setInviting] = useState(false);
  const users = usePages('listUsers');
  const invitations = usePages('listInvitations');
  return (
    <main className="page">
      <div className="title-row">
        <h1>Team</h1>
        {mayManage && (
          <span className="actions">
            <button type="button" onClick={() => setInviting(true)}>
              Invite somebody
            </button>
          </span>
        )}
      </div>
      <List of={users} what="the team" empty={<Empty title="Nobody yet">Invite the first person.</Empty>}>
        {(rows) =>
          rows.map((user) => (
            <UserCard key={user.id} user={user} mayManage={mayManage && user.id !== me.data?.subject} />
          ))
        }
      </List>
      <h1>Invitations</h1>
      <List of={invitations} what="invitations" empty={<Empty title="No invitations yet" />}>
        {(rows) => rows.map((invitation) => <InvitationCard key={invitation.id} {...{ invitation, mayManage }} />)}
      </List>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </main>
  );
}

function useRefresh(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all(['listUsers', 'listInvitations'].map((name) => queries.invalidateQueries({ queryKey: [name] })));
}

function UserCard({ user, mayManage }: { user: User; mayManage: boolean }) {
  const refresh = useRefresh();
  const roles = useRoles();
  const change = useMutation({
    mutationFn: (next: Partial<User>) => {
      const { name, role, status } = { ...user, ...next };
      return api('changeUser', { id: user.id, name, role, status }, { ifMatch: user.version });
    },
    onSettled: refresh,
  });
  const act = useMutation({
    mutationFn: (name: 'resetFactor' | 'endUserSessions'): Promise<unknown> => api(name, { id: user.id }),
  });
  // Each press makes a new link, which replaces the one before: a fresh key each time.
  const reset = useMutation({
    mutationFn: () => api('createPasswordReset', { id: user.id }),
  });
  const busy = change.isPending || act.isPending || reset.isPending;
  return (
    <section className="card">
      <div className="title-row">
        <strong>{user.name}</strong>
        <span className="muted">{user.email}</span>
        {user.status === 'disabled' && <Tag state="disabled" />}
        {mayManage ? (
          <label className="inline">
            <span className="hidden">Role of {user.name}</span>
            <select
              value={user.role}
              disabled={busy}
              onChange={(event) => change.mutate({ role: event.target.value as User['role'] })}
            >
              {[...new Set([user.role, ...roles])].map((role) => (
                <option key={role} value={role}>
                  {words(role)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <Tag state={user.role} />
        )}
        {mayManage && (
          <span className="actions">
            <button type="button" className="quiet" disabled={busy} onClick={() => reset.mutate()}>
              Reset password
            </button>
            <button type="button" className="quiet" disabled={busy} onClick={() => act.mutate('resetFactor')}>
              Remove second factor
            </button>
            <button type="button" className="quiet" disabled={busy} onClick={() => act.mutate('endUserSessions')}>
              Sign out
            </button>
            <button
              type="button"
              className="quiet"
              disabled={busy}
              onClick={() => change.mutate({ status: user.status === 'active' ? 'disabled' : 'active' })}
            >
              {user.status === 'active' ? 'Disable' : 'Enable'}
            </button>
          </span>
        )}
      </div>
      {[change, act, reset].map((work, i) => work.isError && <Problem key={i} error={work.error} />)}
      {act.isSuccess && <p role="status">Done.</p>}
      {reset.data && <Link url={reset.data.url} until={reset.data.expiresAt} what="choose a new password" />}
    </section>
  );
}

/** A link that is shown once, to be handed over by the person who made it. */
function Link({ url, until, what }: { url: string; until: string; what: string }) {
  return (
    <div className="shown-once" role="status">
      <p>
        Hand this link over: with it one can {what}, once, until {instant(until)}. It is not shown again.
      </p>
      <p className="mono small secret">{url}</p>
      <button type="button" className="quiet" onClick={() => void navigator.clipboard.writeText(url)}>
        Copy
      </button>
    </div>
  );
}

function InvitationCard({ invitation, mayManage }: { invitation: Invitation; mayManage: boolean }) {
  const refresh = useRefresh();
  const withdraw = useMutation({
    mutationFn: () => api('withdrawInvitation', { id: invitation.id }),
    onSettled: refresh,
  });
  return (
    <section className="card">
      <div className="title-row">
        <strong>{invitation.email}</strong>
        <Tag state={invitation.status} />
        <span className="muted small">
          {words(invitation.role)}
          {invitation.status === 'open' && ` · until ${instant(invitation.expiresAt)}`}
        </span>
        {mayManage && invitation.status === 'open' && (
          <span className="actions">
            <button type="button" className="quiet" disabled={withdraw.isPending} onClick={() => withdraw.mutate()}>
              Withdraw
            </button>
          </span>
        )}
      </div>
      {withdraw.isError && <Problem error={withdraw.error} />}
    </section>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const refresh = useRefresh();
  const keyFor = useKeyFor();
  const roles = useRoles();
  const [role, setRole] = useState<Role>(roles.includes('viewer') ? 'viewer' : roles[0]!);
  const invite = useMutation({
    mutationFn: (input: NewInvitation) => api('createInvitation', input, keyFor(input)),
    onSuccess: refresh,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const carrierId = String(form.get('carrierId') ?? '').trim();
    invite.mutate({ email: String(form.get('email')).trim(), role, ...(carrierId ? { carrierId } : {}) });
  };
  return (
    <dialog ref={openModal} onClose={onClose}>
      <form onSubmit={submit}>
        <h2>Invite somebody</h2>
        {invite.data ? (
          <Link url={invite.data.url} until={invite.data.expiresAt} what={`join as ${invite.data.email}`} />
        ) : (
          <>
            <label>
              E-mail <input name="email" type="email" required maxLength={200} autoFocus />
            </label>
            <label>
              Role{' '}
              <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
                {roles.map((name) => (
                  <option key={name} value={name}>
                    {words(name)}
                  </option>
                ))}
              </select>
            </label>
            {role === 'carrier_user' && (
              <label>
                Carrier’s id <input name="carrierId" required pattern="car_[0-9a-z]{26}" placeholder="car_…" />
              </label>
            )}
          </>
        )}
        {invite.isError && <Problem error={invite.error} />}
        <div className="actions">
          <button type="button" className="quiet" onClick={onClose}>
            Close
          </button>
          {!invite.data && (
            <button type="submit" disabled={invite.isPending}>
              Make the link
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
