import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api } from '../api.ts';
import { Empty, Loading, Problem, Tag } from '../components.tsx';
import { instant } from '../format.ts';
import { List, usePages } from '../lists.tsx';
import { useMe } from '../session.ts';
import type { Policy, SecurityAlert } from '../types.ts';

const KINDS: Record<SecurityAlert['kind'], string> = {
  login: 'Wrong passwords',
  token: 'Tokens that are not valid',
  permission: 'Tries beyond what is permitted',
  address: 'Requests from refused addresses',
  signature: 'Wrong webhook signatures',
  quota: 'Requests over the quota',
};

/** Security alerts and the tenant's policy. */
export default function SecurityPage() {
  const me = useMe();
  const permissions = me.data?.permissions ?? [];
  const alerts = usePages('listAlerts');
  return (
    <main className="page">
      <h1>Security alerts</h1>
      <List
        of={alerts}
        what="alerts"
        empty={<Empty title="No alerts">Many refusals of one kind in a few minutes would show up here.</Empty>}
      >
        {(rows) =>
          rows.map((alert) => (
            <section className="card" key={alert.id}>
              <div className="title-row">
                <strong>{KINDS[alert.kind]}</strong>
                <Tag state={`${alert.failures} times`} tone="red" />
                <span className="muted small">
                  {instant(alert.firstAt)} – {instant(alert.lastAt)}
                </span>
              </div>
              <p className="small">
                <span className="muted">by</span> <code>{alert.subject}</code> <span className="muted">in</span>{' '}
                <code>{alert.tenantId}</code> <span className="muted">last from</span> <code>{alert.address}</code>{' '}
                <span className="muted">at</span> <code>{alert.route}</code>{' '}
                <span className="muted">· reason: {alert.reason.replaceAll('_', ' ')}</span>
              </p>
            </section>
          ))
        }
      </List>
      {permissions.includes('policy:read') && <PolicyCard mayChange={permissions.includes('policy:manage')} />}
    </main>
  );
}

const lines = (text: FormDataEntryValue | null): string[] =>
  String(text ?? '')
    .split(/[\s,]+/)
    .filter(Boolean);

function PolicyCard({ mayChange }: { mayChange: boolean }) {
  const queries = useQueryClient();
  const policy = useQuery({ queryKey: ['policy'], queryFn: () => api('getPolicy', {}) });
  const save = useMutation({
    mutationFn: ({ version, ...next }: Policy) => api('putPolicy', next, { ifMatch: version }),
    onSuccess: (stored) => queries.setQueryData(['policy'], stored),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save.mutate({
      version: policy.data!.version,
      allowedAddresses: lines(form.get('allowed')),
      blockedAddresses: lines(form.get('blocked')),
      corsOrigins: lines(form.get('origins')),
    });
  };
  return (
    <>
      <h1>Policy</h1>
      {policy.isPending && <Loading what="the policy" />}
      {policy.isError && <Problem error={policy.error} />}
      {policy.data && (
        <section className="card">
          <form onSubmit={submit} key={policy.data.version}>
            <div className="three">
              <Lines
                name="allowed"
                label="Allowed addresses"
                values={policy.data.allowedAddresses}
                mayChange={mayChange}
              >
                One address or range a line. None means all.
              </Lines>
              <Lines
                name="blocked"
                label="Blocked addresses"
                values={policy.data.blockedAddresses}
                mayChange={mayChange}
              >
                These are refused whatever else, webhooks too.
              </Lines>
              <Lines
                name="origins"
                label="Origins of your web applications"
                values={policy.data.corsOrigins}
                mayChange={mayChange}
              >
                Exact, such as https://app.example.com
              </Lines>
            </div>
            {save.isError && <Problem error={save.error} />}
            {save.isSuccess && <p role="status">Saved; in force within a second.</p>}
            {mayChange && (
              <button type="submit" disabled={save.isPending}>
                Save the policy
              </button>
            )}
          </form>
        </section>
      )}
    </>
  );
}

function Lines({
  name,
  label,
  values,
  mayChange,
  children,
}: {
  name: string;
  label: string;
  values: string[];
  mayChange: boolean;
  children: string;
}) {
  return (
    <label>
      {label}
      <textarea name={name} rows={5} className="mono" defaultValue={values.join('\n')} readOnly={!mayChange} />
      <span className="muted small">{children}</span>
    </label>
  );
}
