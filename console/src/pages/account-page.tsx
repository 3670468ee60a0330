import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { renderSVG } from 'uqr';
import { api } from '../api.ts';
import { Empty, Problem, Tag } from '../components.tsx';
import { instant, words } from '../format.ts';
import { List, usePages } from '../lists.tsx';
import { useMe } from '../session.ts';
import type { Me } from '../types.ts';

/** One's own account: sessions, password, second factor. */
export default function AccountPage() {
  const me = useMe();
  if (!me.data) return null;
  return (
    <main className="page">
      <h1>Your account</h1>
      <section className="card">
        <p className="big">{me.data.name}</p>
        <p className="muted">
          {me.data.email} · {me.data.roles.map(words).join(', ')} · {me.data.tenant.name}
        </p>
      </section>
      <Sessions own={me.data.sessionId} />
      <div className="two">
        <Password />
        <SecondFactor me={me.data} />
      </div>
    </main>
  );
}

function Sessions({ own }: { own: string | null }) {
  const queries = useQueryClient();
  const sessions = usePages('listSessions');
  const end = useMutation({
    mutationFn: (id: string) => api('endSession', { sessionId: id }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['listSessions'] }),
  });
  return (
    <section className="card">
      <h2>Where you are signed in</h2>
      {end.isError && <Problem error={end.error} />}
      <List of={sessions} what="your sessions" empty={<Empty title="Nowhere else" />}>
        {(rows) => (
          <ul className="plain lines">
            {rows.map((session) => (
              <li key={session.id}>
                <span>
                  <strong>{browserOf(session.userAgent)}</strong> {session.id === own && <Tag state="this one" />}
                  <br />
                  <span className="muted small">
                    from {session.address ?? 'an unknown address'} · since {instant(session.createdAt)} · last used{' '}
                    {instant(session.lastUsedAt)}
                    {session.methods.includes('otp') && ' · with second factor'}
                  </span>
                </span>
                {session.id !== own && (
                  <button
                    type="button"
                    className="quiet"
                    disabled={end.isPending}
                    onClick={() => end.mutate(session.id)}
                  >
                    End
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </List>
    </section>
  );
}

/** The browser a user agent belongs to, as people call it. */
function browserOf(userAgent: string | null): string {
  const name = /(Edg|OPR|Firefox|Chrome|Safari)/.exec(userAgent ?? '')?.[1];
  const system = /(Windows|Mac OS|Android|iPhone|Linux)/.exec(userAgent ?? '')?.[1];
  const known: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' };
  return name ? `${known[name] ?? name}${system ? ` on ${system}` : ''}` : 'A program';
}

function Password() {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (input: { current: string; next: string }) => api('changePassword', input),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['listSessions'] }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    change.mutate(
      { current: String(fields.get('current')), next: String(fields.get('next')) },
      { onSuccess: () => form.reset() },
    );
  };
  return (
    <section className="card">
      <h2>Password</h2>
      <form onSubmit={submit}>
        <label>
          Current password{' '}
          <input name="current" type="password" autoComplete="current-password" required maxLength={200} />
        </label>
        <label>
          New password, at least twelve characters{' '}
          <input name="next" type="password" autoComplete="new-password" required minLength={12} maxLength={200} />
        </label>
        {change.isError && <Problem error={change.error} />}
        {change.isSuccess && <p role="status">Changed. {change.data.ended} other sign-ins were ended.</p>}
        <button type="submit" disabled={change.isPending}>
          Change the password
        </button>
      </form>
    </section>
  );
}

function SecondFactor({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [codes, setCodes] = useState<string[] | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['me'] });
  const enrol = useMutation({
    mutationFn: (password: string) => api('enrolFactor', { password }),
  });
  const confirm = useMutation({
    mutationFn: (code: string) => api('confirmFactor', { code }),
    onSuccess: async ({ recoveryCodes }) => {
      setCodes(recoveryCodes);
      enrol.reset();
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (password: string) => api('removeFactor', { password }),
    onSuccess: async () => {
      setCodes(null);
      await refresh();
    },
  });
  const submit = (work: (value: string) => void) => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    work(String(new FormData(event.currentTarget).get('value')).trim());
  };
  return (
    <section className="card">
      <h2>Second factor</h2>
      {codes && (
        <div role="status">
          <p>
            Your second factor is on. Keep these recovery codes where you find them without your device; each works
            once, and they are not shown again.
          </p>
          <ul className="codes mono">
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
        </div>
      )}
      {me.secondFactor ? (
        <form onSubmit={submit((password) => remove.mutate(password))}>
          <p className="muted">On, with {me.secondFactor.recoveryCodesLeft} recovery codes left.</p>
          <label>
            Password, to remove it{' '}
            <input name="value" type="password" autoComplete="current-password" required maxLength={200} />
          </label>
          {remove.isError && <Problem error={remove.error} />}
          <button type="submit" className="quiet" disabled={remove.isPending}>
            Remove the second factor
          </button>
        </form>
      ) : enrol.data ? (
        <form onSubmit={submit((code) => confirm.mutate(code))}>
          <p>Scan this with an authenticator, or type the secret into it, and enter the code that it shows.</p>
          <img
            className="qr"
            src={`data:image/svg+xml,${encodeURIComponent(renderSVG(enrol.data.uri))}`}
            alt="QR code of the secret below"
            width="176"
            height="176"
          />
          <p className="mono small secret">{enrol.data.secret}</p>
          <label>
            Code{' '}
            <input name="value" inputMode="numeric" autoComplete="one-time-code" pattern="\d{6}" required autoFocus />
          </label>
          {confirm.isError && <Problem error={confirm.error} />}
          <button type="submit" disabled={confirm.isPending}>
            Switch it on
          </button>
        </form>
      ) : (
        <form onSubmit={submit((password) => enrol.mutate(password))}>
          <p className="muted">
            Off. With one, a stolen password alone opens nothing: signing in also asks for a code of your device.
          </p>
          <label>
            Password, to set it up{' '}
            <input name="value" type="password" autoComplete="current-password" required maxLength={200} />
          </label>
          {enrol.isError && <Problem error={enrol.error} />}
          <button type="submit" disabled={enrol.isPending}>
            Set up a second factor
          </button>
        </form>
      )}
    </section>
  );
}
