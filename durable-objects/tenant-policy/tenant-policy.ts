/**
 * TenantPolicy: what must be strongly consistent about who may do what in one organisation: codes, sessions
 * with their rotating refresh tokens, second factors, revocations, address lists, exact quotas, refusals and
 * alerts, each group of tables in a file of its own. Only hashes and sealed secrets are stored.
 *
 * Contract: each decision is one synchronous turn, without an await between reading and writing, so of any
 * number of parallel uses of one code, refresh token or proof exactly one succeeds. What follows a change of
 * the directory is carried out from its outbox, and LiveAccess is told of sessions and clients that have
 * ended: both at once, and by the alarm until it is done.
 */
import type {
  Denial,
  GrantCheck,
  Granted,
  Hold,
  PolicyCheck,
  PolicyVerdict,
  Versioned,
} from '../../contracts/identity/access.ts';
import type { Policy, SecurityAlert } from '../../contracts/identity/policy.ts';
import type { Limits } from '../../contracts/identity/tenants.ts';
import { type ActedBy, PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import type { Settlement } from '../../domain/security/quota.ts';
import type { AuditNote } from '../../platform/audit.ts';
import { type Clock, wallClock } from '../../platform/clock.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import { Outbox } from '../../platform/outbox.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { AuditOutbox } from '../kit/audit.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { DirectoryChanges } from '../kit/directory-changes.ts';
import { stubOf } from '../kit/stub.ts';
import { liveAccess } from '../live-access/stub.ts';
import type { CodeCheck } from './codes.ts';
import { admitsOthers } from './documents.ts';
import { Endings } from './endings.ts';
import { InFlight } from './exclusive.ts';
import { begun, presentedBy } from './session-notes.ts';
import { SignIns } from './sign-ins.ts';
import { type SocketHolder, type TokenHolder, Verdicts } from './verdicts.ts';

interface Env {
  DIRECTORY: D1Database;
  TENANT_POLICY: DurableObjectNamespace;
  LIVE_ACCESS: DurableObjectNamespace;
  AUDIT_TRAIL: DurableObjectNamespace;
  SEALING_KEY: string;
  LOG_LEVEL?: string;
}

/** What ends with a session: narrowed to a user's, and recorded if it was there. */
interface Ending {
  userId?: string;
  notes?: AuditNote[];
}

const SWEEP_EVERY_MS = 600_000;
const RETRY_MS = 5_000;
/** How many ended sessions and clients are told of at once. */
const TOLD_AT_ONCE = 500;

/** The Durable Object class. */
export class TenantPolicy extends SignIns<Env> {
  readonly #clock: Clock = wallClock;
  readonly #log: Logger;
  readonly #verdicts: Verdicts;
  readonly #endings: Endings;
  readonly #telling: Outbox<string>;
  readonly #directory: DirectoryChanges;
  readonly #audit: AuditOutbox;
  readonly #inFlight = new InFlight();
  readonly #deadlines: Deadlines<'sweep' | 'tell' | 'report' | 'directory' | 'audit'>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, { record: (notes) => this.#audit.put(...notes), sweepLater: () => this.#sweepLater() });
    const log = loggerFor('tenant-policy', env.LOG_LEVEL);
    this.#log = log;
    const { tables } = this;
    this.#verdicts = new Verdicts(tables);
    const organisationId = ctx.id.name!;
    const now = (): number => this.#clock.now();
    const record = (notes: AuditNote[]): void => this.#audit.put(...notes);
    this.#endings = new Endings({ organisationId, tables, now, record, onEnded: () => this.#onEnded() });
    const deliver = (holders: string[]): Promise<void> => liveAccess(env, organisationId).holdersEnded(holders);
    this.#telling = new Outbox({ store: tables.ended, deliver, log, now, batch: TOLD_AT_ONCE });
    const append = (trail: string, records: AuditRecord[]) => auditTrail(env, trail).append(records);
    this.#audit = new AuditOutbox({
      sql: this.sql,
      log,
      now,
      append,
      drainAt: (at) => this.#deadlines.ensure('audit', at),
      waitUntil: (work) => ctx.waitUntil(work),
    });
    this.#directory = new DirectoryChanges({
      db: env.DIRECTORY,
      follower: organisationId,
      log,
      now,
      end: (change) => this.#endings.principal(change),
      append,
      lookAt: (at) => this.#deadlines.ensure('directory', at),
    });
    this.#deadlines = new Deadlines(this.sql, ctx.storage, this.#clock);
  }

  /** Whether a request may pass, and how many more reads may follow without asking. */
  async check(call: PolicyCheck): Promise<PolicyVerdict> {
    const verdict = await this.#verdicts.decide(call, () => this.#clock.now());
    this.#sweepLater();
    if (!verdict.ok || !call.exclusive) return verdict;
    return this.#inFlight.admit(call.exclusive, verdict);
  }

  /** A lease of a subject has ended, and no request follows that could say so. */
  async settle(subject: string, settlement: Settlement): Promise<void> {
    this.#verdicts.settle(subject, settlement);
  }

  async release(holds: Hold[]): Promise<void> {
    this.#inFlight.releaseAll(holds);
  }

  async policy(): Promise<Versioned<Policy>> {
    return this.tables.documents.policy;
  }

  async putPolicy(policy: Policy, expectedVersion: number, notes: AuditNote[]): Promise<Versioned<Policy> | null> {
    const before = this.tables.documents.policy;
    const stored = this.tables.documents.put('policy', policy, expectedVersion);
    if (stored) this.#audit.put(...notes);
    // From where a socket listens is asked when it opens: whoever may still listen comes back by another ticket.
    if (stored && admitsOthers(before, policy)) this.#endings.everybodysSockets();
    return stored;
  }

  async limits(): Promise<Versioned<Limits>> {
    return this.tables.documents.limits;
  }

  async putLimits(limits: Limits, expectedVersion: number, notes: AuditNote[]): Promise<Versioned<Limits> | null> {
    const stored = this.tables.documents.put('limits', limits, expectedVersion);
    if (stored) this.#audit.put(...notes);
    if (stored && !stored.features.live) this.#endings.everybodysSockets();
    return stored;
  }

  async redeemCode(codeHash: string, check: CodeCheck, refreshHash: string): Promise<Granted | null> {
    if (this.tables.documents.refuses(check.address)) return null;
    const { grant, reused } = this.tables.codes.redeem(codeHash, check, () =>
      this.tables.revocations.useProof(check.proof),
    );
    const before = reused && this.tables.sessions.of(reused);
    if (before)
      this.#endings.session(before.sessionId, { by: this.#presentedBy(before, check), action: 'session.reused' });
    if (!grant || this.tables.principals.refusal(grant.userId, grant.securityVersion)) return null;
    const granted = this.tables.sessions.begin(grant, check, refreshHash);
    this.#audit.put(...begun(this.ctx.id.name!, granted, check));
    this.tables.codes.began(codeHash, granted.sessionId);
    const by = this.#presentedBy(granted, check);
    for (const id of this.tables.sessions.surplusOf(granted.userId)) {
      this.#endings.session(id, { by, action: 'session.ended' });
    }
    return granted;
  }

  async rotateRefresh(oldHash: string, newHash: string, check: GrantCheck): Promise<Granted | null> {
    if (this.tables.documents.refuses(check.address)) return null;
    const useProof = (): boolean => this.tables.revocations.useProof(check.proof);
    const { granted, ended } = this.tables.sessions.rotate({ oldHash, newHash, check, useProof });
    if (ended) {
      this.#endings.session(ended.sessionId, { by: this.#presentedBy(ended, check), action: 'session.reused' });
    }
    return granted;
  }

  #presentedBy(session: Granted, check: GrantCheck): ActedBy {
    return presentedBy(this.ctx.id.name!, session, check);
  }

  async isAlive(token: TokenHolder): Promise<boolean> {
    return this.#verdicts.ended(token, this.#clock.now()) === null;
  }

  /** Which of the holder's sockets the token opened is not known: all close, and who is still in comes back. */
  async revokeToken(
    { tokenId, holder, until }: { tokenId: string; holder: string; until: number },
    notes: AuditNote[],
  ): Promise<void> {
    if (!this.tables.revocations.revokeToken(tokenId, until)) return;
    this.#audit.put(...notes);
    this.#endings.socketsOf(holder);
    this.#sweepLater();
  }

  async sessions(query: { userId: string; cursor?: string | undefined; limit: number }) {
    return this.tables.sessions.list(query.userId, query.cursor, query.limit, this.#clock.now());
  }

  async endSession(sessionId: string, { userId, notes = [] }: Ending): Promise<boolean> {
    const ended = this.#endings.session(sessionId, null, userId);
    if (ended) this.#audit.put(...notes);
    return ended;
  }

  async endSessionsOf(userId: string, notes: AuditNote[]): Promise<number> {
    this.#audit.put(...notes);
    return this.#endings.sessionsOf(userId, null, null);
  }

  #onEnded(): void {
    this.#deadlines.ensure('tell', this.#clock.now());
    this.ctx.waitUntil(this.#telling.drainAfresh());
  }

  /** A change of the directory is about to be written. */
  async announceChange(): Promise<void> {
    this.#directory.announce();
  }

  /** Carries out what follows the changes of the directory that were written before this. */
  async followChanges(): Promise<void> {
    await this.#directory.followNow();
  }

  /** Whether the session or client that a live socket belongs to is good, and may listen from an address. */
  async admitsSocket(holder: SocketHolder, address: string): Promise<boolean> {
    return this.#verdicts.admitsSocket(holder, address, this.#clock.now());
  }

  /** Removes the factor of a user who has lost it, with everything that was opened by it. */
  async resetFactor(userId: string, notes: AuditNote[]): Promise<boolean> {
    this.#audit.put(...notes);
    this.#endings.sessionsOf(userId, null, null);
    return this.tables.factors.remove(userId);
  }

  async recordDenials(denials: Denial[]): Promise<void> {
    const now = this.#clock.now();
    const verdicts = denials.map((denial) => this.tables.denials.note(denial, now));
    this.#sweepLater();
    if (this.ctx.id.name === PLATFORM_TENANT || verdicts.every((verdict) => verdict === 'quiet')) return;
    // A new alert is told at once; how it grows every few seconds, however fast.
    this.#deadlines.ensure('report', now + RETRY_MS);
    if (verdicts.includes('raise')) this.ctx.waitUntil(this.#report());
  }

  /** Hands alerts on to the platform's operators, whose list knows each by its id. */
  async #report(): Promise<number | null> {
    const allTold = await this.tables.denials.report(this.#log, (alerts) =>
      stubOf<TenantPolicy>(this.env.TENANT_POLICY, PLATFORM_TENANT).takeAlerts(alerts),
    );
    return allTold ? null : this.#clock.now() + RETRY_MS;
  }

  async takeAlerts(alerts: SecurityAlert[]): Promise<void> {
    this.tables.denials.take(alerts);
  }

  async alerts(query: { cursor?: string | undefined; limit: number }) {
    return this.tables.denials.list(query.cursor, query.limit);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      sweep: async () => this.#sweep(),
      tell: () => this.#telling.drain(),
      report: () => this.#report(),
      directory: () => this.#directory.look(),
      audit: () => this.#audit.drain(),
    });
  }

  #sweepLater(): void {
    this.#deadlines.ensure('sweep', this.#clock.now() + SWEEP_EVERY_MS);
  }

  /** Ends what has run out and drops what no longer counts; an organisation at rest is not woken again. */
  #sweep(): number | null {
    const now = this.#clock.now();
    for (const id of this.tables.sessions.expired(now)) this.#endings.session(id, null);
    this.#inFlight.sweep(now);
    const { codes, sessions, revocations, factors, quotas, denials } = this.tables;
    const kept = [codes, revocations, factors, quotas, denials].map((group) => group.sweep(now));
    return kept.includes(true) || sessions.some ? now + SWEEP_EVERY_MS : null;
  }
}
