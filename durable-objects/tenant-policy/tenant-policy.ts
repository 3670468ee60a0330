/**
 * TenantPolicy: what must be strongly consistent about who may do what in one organisation: codes,
 * sessions with their rotating refresh tokens, tickets, second factors, revocations, address lists,
 * exact quotas, refusals and alerts. Only hashes and sealed secrets are stored.
 *
 * Contract: each decision is one synchronous turn, without an await between reading and writing, so
 * of any number of parallel uses of one code, refresh token, ticket or proof exactly one succeeds.
 * Ending a session closes its sockets: noted in the same turn, carried out at once and swept by the alarm.
 */
import { DurableObject } from 'cloudflare:workers';
import type {
  CodeBinding,
  Denial,
  Grant,
  GrantCheck,
  Granted,
  Hold,
  PendingLogin,
  PolicyCheck,
  PolicyVerdict,
  Refusal,
  Versioned,
} from '../../contracts/identity/access.ts';
import type { Policy, SecurityAlert } from '../../contracts/identity/policy.ts';
import type { Limits } from '../../contracts/identity/tenants.ts';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { wallClock } from '../../platform/clock.ts';
import { errorText, type Logger, loggerFor } from '../../platform/log.ts';
import { containerTracker } from '../container-tracker/stub.ts';
import { fleetIndex } from '../fleet-index/stub.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';
import { stubOf } from '../kit/stub.ts';
import { Denials } from './denials.ts';
import { PolicyDocuments } from './documents.ts';
import { InFlight } from './exclusive.ts';
import { Factors } from './factors.ts';
import { MIGRATIONS } from './migrations.ts';
import { QuotaBook } from './quotas.ts';
import { Sessions } from './sessions.ts';

interface Env {
  TENANT_POLICY: DurableObjectNamespace;
  CONTAINER_TRACKER: DurableObjectNamespace;
  FLEET_INDEX: DurableObjectNamespace;
  LOG_LEVEL?: string;
}

const SWEEP_EVERY_MS = 600_000;
/** A socket whose handshake was under way when its session ended is caught by a second look. */
const SECOND_LOOK_MS = 5_000;
const RETRY_MS = 5_000;
/** With the doubling, some three hours: longer than an object is ever out of reach. */
const CLOSE_TRIES_MAX = 11;

/** The Durable Object class. */
export class TenantPolicy extends DurableObject<Env> {
  readonly #log: Logger;
  readonly #sessions: Sessions;
  readonly #factors: Factors;
  readonly #denials: Denials;
  readonly #quotas: QuotaBook;
  readonly #documents: PolicyDocuments;
  readonly #inFlight = new InFlight();
  readonly #deadlines: Deadlines<'sweep' | 'close' | 'report'>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('tenant-policy', env.LOG_LEVEL);
    const sql = new Sql(ctx.storage);
    sql.migrate(MIGRATIONS);
    this.#sessions = new Sessions(sql);
    this.#factors = new Factors(sql);
    this.#denials = new Denials(sql);
    this.#quotas = new QuotaBook(sql);
    this.#documents = new PolicyDocuments(sql);
    this.#deadlines = new Deadlines(sql, ctx.storage, wallClock);
  }

  /** Whether a request may pass, and how many more reads may follow without asking. */
  async check(call: PolicyCheck): Promise<PolicyVerdict> {
    const verdict = this.#decide(call, Date.now());
    if (!verdict.ok || !call.exclusive) return verdict;
    const taken = await this.#inFlight.take(call.exclusive);
    if ('hold' in taken) return { ...verdict, hold: taken.hold };
    const retryAfterSeconds = Math.max(1, Math.ceil((taken.heldUntil - Date.now()) / 1000));
    const { quotas, corsOrigins } = verdict;
    return { ok: false, reason: 'in_flight', quotas, corsOrigins, retryAfterSeconds };
  }

  #decide(call: PolicyCheck, now: number): PolicyVerdict {
    const { corsOrigins } = this.#documents.policy;
    const reason = this.#refusal(call, now);
    if (reason) return { ok: false, reason, corsOrigins };
    const { limits } = this.#documents;
    const keys = { subject: `s:${call.subject}`, tenant: 't' };
    if (call.unused) {
      for (const key of Object.values(keys)) this.#quotas.giveBack(key, call.unused.window, call.unused.units);
    }
    const subject = this.#quotas.take(keys.subject, limits.subjectPerMinute, call.units, now);
    const tenant = this.#quotas.take(keys.tenant, limits.tenantPerMinute, subject.granted, now);
    const spare = subject.granted - tenant.granted;
    if (spare > 0) this.#quotas.giveBack(keys.subject, subject.count.window, spare);
    this.#deadlines.ensure('sweep', now + SWEEP_EVERY_MS);
    const remaining = subject.status.remaining + spare;
    const quotas = { subject: { ...subject.status, remaining }, tenant: tenant.status };
    if (tenant.granted === 0) return { ok: false, reason: 'quota_exceeded', quotas, corsOrigins };
    return {
      ok: true,
      units: tenant.granted,
      window: tenant.count.window,
      quotas,
      corsOrigins,
      features: limits.features,
    };
  }

  #refusal(call: PolicyCheck, now: number): Refusal | null {
    if (call.sessionId && !this.#sessions.isAlive(call.sessionId, now)) return 'session_ended';
    if (call.clientId && this.#sessions.isDisabled(call.clientId)) return 'client_disabled';
    if (this.#sessions.isRevoked(call.tokenId)) return 'token_revoked';
    const address = this.#documents.refuses(call.address);
    if (address) return address;
    if (call.proof && !this.#sessions.useOnce(`proof:${call.proof.id}`, call.proof.until)) return 'proof_used';
    return null;
  }

  async release(holds: Hold[]): Promise<void> {
    for (const { exclusive, hold } of holds) this.#inFlight.release(exclusive, hold);
  }

  /** Carriers post from addresses of their own: the allow list is for people and machines, the block list for all. */
  async admitsWebhook(address: string): Promise<boolean> {
    return this.#documents.refuses(address) !== 'address_blocked';
  }

  async policy(): Promise<Versioned<Policy>> {
    return this.#documents.policy;
  }

  async putPolicy(policy: Policy, expectedVersion: number): Promise<Versioned<Policy> | null> {
    return this.#documents.put('policy', policy, expectedVersion);
  }

  async limits(): Promise<Versioned<Limits>> {
    return this.#documents.limits;
  }

  async putLimits(limits: Limits, expectedVersion: number): Promise<Versioned<Limits> | null> {
    const stored = this.#documents.put('limits', limits, expectedVersion);
    if (stored && !stored.features.live) for (const holder of this.#sessions.holders()) this.#closeSockets(holder);
    return stored;
  }

  async storeCode(codeHash: string, grant: Grant & CodeBinding, expiresAt: number): Promise<void> {
    this.#sessions.storeCode(codeHash, grant, expiresAt);
    this.#deadlines.ensure('sweep', Date.now() + SWEEP_EVERY_MS);
  }

  async redeemCode(
    codeHash: string,
    check: GrantCheck & { redirectUri: string; codeChallenge: string },
    refreshHash: string,
  ): Promise<Granted | null> {
    if (!this.#useProof(check)) return null;
    const { granted, ended } = this.#sessions.redeemCode(codeHash, check, refreshHash);
    if (ended) this.#end(ended);
    if (granted) for (const id of this.#sessions.surplusOf(granted.userId)) this.#end(id);
    return granted;
  }

  async rotateRefresh(oldHash: string, newHash: string, check: GrantCheck): Promise<Granted | null> {
    if (!this.#useProof(check)) return null;
    const { granted, ended } = this.#sessions.rotate(oldHash, newHash, check);
    if (ended) this.#end(ended);
    return granted;
  }

  #useProof({ proof }: GrantCheck): boolean {
    return !proof || this.#sessions.useOnce(`proof:${proof.id}`, proof.until);
  }

  async sessionOfRefresh(hash: string, now: number): Promise<Granted | null> {
    return this.#sessions.ofRefresh(hash, now);
  }

  async isAlive(token: { sessionId: string | null; clientId: string | null; tokenId: string }): Promise<boolean> {
    if (token.sessionId && !this.#sessions.isAlive(token.sessionId, Date.now())) return false;
    if (token.clientId && this.#sessions.isDisabled(token.clientId)) return false;
    return !this.#sessions.isRevoked(token.tokenId);
  }

  /** Which of the holder's sockets the token opened is not known: all close, and who is still in comes back. */
  async revokeToken({ tokenId, holder, until }: { tokenId: string; holder: string; until: number }): Promise<void> {
    if (!this.#sessions.revokeToken(tokenId, until)) return;
    this.#closeSockets(holder);
    this.#deadlines.ensure('sweep', Date.now() + SWEEP_EVERY_MS);
  }

  async setClient(
    clientId: string,
    state: { enabled: boolean; version: number; closeSockets: boolean },
  ): Promise<void> {
    this.#sessions.setClient(clientId, state.enabled, state.version);
    if (state.closeSockets) this.#closeSockets(clientId);
  }

  async useOnce(id: string, until: number): Promise<boolean> {
    this.#deadlines.ensure('sweep', Date.now() + SWEEP_EVERY_MS);
    return this.#sessions.useOnce(id, until);
  }

  async sessions(query: { userId: string; cursor?: string | undefined; limit: number }) {
    return this.#sessions.list(query.userId, query.cursor, query.limit, Date.now());
  }

  async endSession(sessionId: string, userId?: string): Promise<boolean> {
    return this.#end(sessionId, userId);
  }

  async endSessionsOf(userId: string, exceptSessionId: string | null): Promise<number> {
    this.#sessions.dropUnredeemed(userId);
    const ids = this.#sessions.idsOf(userId, exceptSessionId);
    for (const id of ids) this.#end(id);
    return ids.length;
  }

  #end(sessionId: string, userId?: string): boolean {
    const ended = this.#sessions.end(sessionId, userId);
    if (ended) this.#closeSockets(sessionId);
    return ended;
  }

  #closeSockets(holder: string): void {
    const now = Date.now();
    if (!this.#sessions.closeSocketsOf(holder, now)) return;
    this.#deadlines.ensure('close', now + SECOND_LOOK_MS);
    this.ctx.waitUntil(this.#close());
  }

  /**
   * Carries out the closings that are due. Each is looked at twice, for a socket that was on its way; what
   * cannot be reached is tried again by the alarm, at growing intervals and not for ever.
   */
  async #close(): Promise<number | null> {
    const now = Date.now();
    for (const { holder, topic, looks, tries } of this.#sessions.closings(now)) {
      try {
        const tenantId = this.ctx.id.name!;
        const object = topic.startsWith('container:')
          ? containerTracker(this.env, tenantId, topic.slice('container:'.length))
          : fleetIndex(this.env, tenantId);
        await object.closeSockets(holder);
        if (looks > 0) this.#sessions.dropClosing(holder, topic);
        else this.#sessions.postponeClosing(holder, topic, now + SECOND_LOOK_MS, true);
      } catch (error) {
        this.#log('error', 'sockets.close_failed', { holder, topic, tries, error: errorText(error) });
        if (tries >= CLOSE_TRIES_MAX) this.#sessions.dropClosing(holder, topic);
        else this.#sessions.postponeClosing(holder, topic, now + RETRY_MS * 2 ** tries, false);
      }
    }
    return this.#sessions.nextClosing();
  }

  async storeTicket(hash: string, topic: string, holder: string, expiresAt: number): Promise<boolean> {
    this.#deadlines.ensure('sweep', Date.now() + SWEEP_EVERY_MS);
    return this.#sessions.storeTicket(hash, topic, holder, expiresAt, Date.now());
  }

  async redeemTicket(hash: string, address: string, now: number): Promise<{ topic: string; holder: string } | null> {
    const redeemed = this.#sessions.redeemTicket(hash, now);
    return this.#documents.refuses(address) || !this.#documents.limits.features.live ? null : redeemed;
  }

  async storePendingLogin(hash: string, pending: PendingLogin, expiresAt: number): Promise<void> {
    this.#factors.storePending(hash, pending, expiresAt);
    this.#deadlines.ensure('sweep', Date.now() + SWEEP_EVERY_MS);
  }

  async tryPendingLogin(hash: string, now: number): Promise<PendingLogin | null> {
    return this.#factors.tryPending(hash, now);
  }

  async dropPendingLogin(hash: string): Promise<void> {
    this.#factors.dropPending(hash);
  }

  async factor(userId: string) {
    return this.#factors.of(userId);
  }

  async enrolFactor(userId: string, sealedSecret: string): Promise<void> {
    this.#factors.enrol(userId, sealedSecret);
  }

  async confirmFactor(userId: string, sealedSecret: string, step: number, recoveryHashes: string[]): Promise<boolean> {
    return this.#factors.confirm(userId, sealedSecret, step, recoveryHashes);
  }

  async useFactorStep(userId: string, step: number): Promise<boolean> {
    return this.#factors.useStep(userId, step);
  }

  async useRecoveryCode(userId: string, hash: string): Promise<boolean> {
    return this.#factors.useRecoveryCode(userId, hash);
  }

  async resealFactor(userId: string, before: string, after: string): Promise<void> {
    this.#factors.reseal(userId, before, after);
  }

  async removeFactor(userId: string): Promise<boolean> {
    return this.#factors.remove(userId);
  }

  async recordDenials(denials: Denial[]): Promise<void> {
    const now = Date.now();
    const verdicts = denials.map((denial) => this.#denials.note(denial, now));
    this.#deadlines.ensure('sweep', now + SWEEP_EVERY_MS);
    if (this.ctx.id.name === PLATFORM_TENANT || verdicts.every((verdict) => verdict === 'quiet')) return;
    // A new alert is told at once; how it grows every few seconds, however fast.
    this.#deadlines.ensure('report', now + RETRY_MS);
    if (verdicts.includes('raise')) this.ctx.waitUntil(this.#report());
  }

  /** Hands alerts on to the platform's operators, whose list knows each by its id. */
  async #report(): Promise<number | null> {
    const alerts = this.#denials.unreported();
    try {
      if (alerts.length > 0) await stubOf<TenantPolicy>(this.env.TENANT_POLICY, PLATFORM_TENANT).takeAlerts(alerts);
      this.#denials.reported(alerts);
    } catch (error) {
      this.#log('warn', 'alerts.report_failed', { error: errorText(error) });
    }
    return this.#denials.unreported().length > 0 ? Date.now() + RETRY_MS : null;
  }

  async takeAlerts(alerts: SecurityAlert[]): Promise<void> {
    this.#denials.take(alerts);
  }

  async alerts(query: { cursor?: string | undefined; limit: number }) {
    return this.#denials.list(query.cursor, query.limit);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      sweep: async () => this.#sweep(),
      close: () => this.#close(),
      report: () => this.#report(),
    });
  }

  /** Ends what has run out and drops what no longer counts; an organisation at rest is not woken again. */
  #sweep(): number | null {
    const now = Date.now();
    for (const id of this.#sessions.expired(now)) this.#end(id);
    this.#inFlight.sweep(now);
    const kept = [this.#sessions.sweep(now), this.#quotas.sweep(now), this.#denials.sweep(now)];
    return kept.includes(true) ? now + SWEEP_EVERY_MS : null;
  }
}
