/** Refusals are counted; too many of one kind by one subject are one alert. */
import type { Denial } from '../../contracts/identity/access.ts';
import type { SecurityAlert } from '../../contracts/identity/policy.ts';
import { beforeId, cutPageById } from '../../contracts/kit/paging.ts';
import type { Page } from '../../contracts/kit/result.ts';
import { type FailureVerdict, noteFailure } from '../../domain/security/failures.ts';
import { newId } from '../../platform/ids.ts';
import { toInstant } from '../../platform/instants.ts';
import { ALERT_FAILURES, ALERT_WINDOW_MS, ALERTS_KEPT } from '../../platform/limits.ts';
import { errorText, type Logger } from '../../platform/log.ts';
import type { Sql } from '../kit/sql.ts';

const RULE = { failures: ALERT_FAILURES, windowMs: ALERT_WINDOW_MS };

/** The tables, as every object made from now on has them. Append-only. */
export const DENIALS = [
  `CREATE TABLE IF NOT EXISTS failures (
     key TEXT PRIMARY KEY,
     at TEXT NOT NULL,
     last_at INTEGER NOT NULL,
     alert_id TEXT
   ) WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS alerts (
     id TEXT PRIMARY KEY,
     body TEXT NOT NULL,
     reported INTEGER NOT NULL DEFAULT 0
   ) WITHOUT ROWID;`,
];

/** The refusals and alerts of an organisation. */
export class Denials {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Counts a refusal: nothing yet, a new alert, or one that grows. */
  note(denial: Denial, now: number): FailureVerdict {
    const key = `${denial.kind}:${denial.tenantId}:${denial.subject}`;
    const [row] = this.#sql.run<{ at: string; alert_id: string | null }>(
      'SELECT at, alert_id FROM failures WHERE key = ?',
      key,
    );
    const memory = row ? { at: JSON.parse(row.at) as number[], alertId: row.alert_id } : null;
    const { at, verdict } = noteFailure(memory, now, RULE);
    const alertId = verdict === 'quiet' ? null : verdict === 'ongoing' ? memory!.alertId : newId('alr', now);
    this.#sql.run(
      `INSERT INTO failures (key, at, last_at, alert_id) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET at = excluded.at, last_at = excluded.last_at, alert_id = excluded.alert_id`,
      key,
      JSON.stringify(at),
      now,
      alertId,
    );
    if (alertId === null) return verdict;
    if (verdict === 'raise') this.#store([raised(alertId, denial, at, now)]);
    else this.#grow(alertId, denial, now);
    return verdict;
  }

  #grow(alertId: string, denial: Denial, now: number): void {
    const [row] = this.#sql.run<{ body: string }>('SELECT body FROM alerts WHERE id = ?', alertId);
    if (!row) return;
    const alert = JSON.parse(row.body) as SecurityAlert;
    this.#store([{ ...alert, failures: alert.failures + 1, lastAt: toInstant(now), ...latestOf(denial) }]);
  }

  #store(alerts: SecurityAlert[]): void {
    for (const alert of alerts) {
      this.#sql.run(
        `INSERT INTO alerts (id, body) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body, reported = 0
         WHERE json_extract(excluded.body, '$.failures') > json_extract(body, '$.failures')`,
        alert.id,
        JSON.stringify(alert),
      );
    }
  }

  /** Takes in alerts of other organisations: what the platform's own object does. */
  take(alerts: SecurityAlert[]): void {
    this.#store(alerts);
  }

  /** Hands alerts on that the platform's operators do not know in their present form; true when none is left. */
  async report(log: Logger, listener: (alerts: SecurityAlert[]) => Promise<void>): Promise<boolean> {
    const alerts = this.#unreported();
    try {
      if (alerts.length > 0) await listener(alerts);
      // Unless they have grown since.
      for (const alert of alerts) {
        this.#sql.run('UPDATE alerts SET reported = 1 WHERE id = ? AND body = ?', alert.id, JSON.stringify(alert));
      }
    } catch (error) {
      log('warn', 'alerts.report_failed', { error: errorText(error) });
    }
    return this.#unreported().length === 0;
  }

  #unreported(): SecurityAlert[] {
    return this.#sql
      .run<{ body: string }>('SELECT body FROM alerts WHERE reported = 0 LIMIT 100')
      .map((row) => JSON.parse(row.body) as SecurityAlert);
  }

  /** The alerts, newest first. */
  list(cursor: string | undefined, limit: number): Page<SecurityAlert> {
    const rows = this.#sql.run<{ id: string; body: string }>(
      'SELECT id, body FROM alerts WHERE id < ? ORDER BY id DESC LIMIT ?',
      beforeId({ cursor }),
      limit + 1,
    );
    return cutPageById(rows, limit, (row) => JSON.parse(row.body) as SecurityAlert);
  }

  /** Forgets failures that no longer count, and the oldest alerts beyond the number kept; false when none count. */
  sweep(now: number): boolean {
    this.#sql.run('DELETE FROM failures WHERE last_at < ?', now - ALERT_WINDOW_MS);
    this.#sql.run(
      'DELETE FROM alerts WHERE id IN (SELECT id FROM alerts ORDER BY id DESC LIMIT -1 OFFSET ?)',
      ALERTS_KEPT,
    );
    return this.#sql.run('SELECT 1 FROM failures LIMIT 1').length > 0;
  }
}

function latestOf(denial: Denial): Pick<SecurityAlert, 'route' | 'reason' | 'address'> {
  return { route: denial.route, reason: denial.reason, address: denial.address };
}

function raised(id: string, denial: Denial, at: number[], now: number): SecurityAlert {
  return {
    id,
    tenantId: denial.tenantId,
    kind: denial.kind,
    subject: denial.subject,
    failures: at.length,
    firstAt: toInstant(at[0] ?? now),
    lastAt: toInstant(now),
    ...latestOf(denial),
  };
}
