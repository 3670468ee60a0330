/**
 * TenantPolicy: what must be strongly consistent about who may do what in one organisation: codes, sessions
 * with their rotating refresh tokens, second factors, revocations, address lists, exact quotas, refusals and
 * alerts, each group of tables in a file of its own. Only hashes and sealed secrets are stored.
 *
 * Contract: each decision is one synchronous turn, without an await between reading and writing, so of any
 * number of parallel uses of one code, refresh token or proof exactly one succeeds. Who holds live sockets
 * open is told of sessions and clients that have ended: noted in the same turn, told at once, and by the
 * alarm until it was heard.
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
  Versioned,
} from '../../contracts/identity/access.ts';
import type { Policy, SecurityAlert } from '../../contracts/identity/policy.ts';
import type { Limits } from '../../contracts/identity/tenants.ts';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { type Clock, wallClock } from '../../platform/clock.ts';
import { type Logger, loggerFor } from '../../platform/log.ts';
import { Outbox } from '../../platform/outbox.ts';
import { Deadlines } from '../kit/deadlines.ts';
import { SqlOutbox } from '../kit/outbox.ts';
import { Sql } from '../kit/sql.ts';
import { stubOf } from '../kit/stub.ts';
import { EVERYBODY } from '../live-access/everybody.ts';
import { liveAccess } from '../live-access/stub.ts';
import { type CodeCheck, Codes } from './codes.ts';
import { Denials } from './denials.ts';
import { PolicyDocuments } from './documents.ts';
import { InFlight } from './exclusive.ts';
import { Factors } from './factors.ts';
import { GROUPS, UP_TO_0_3 } from './migrations.ts';
import { QuotaBook } from './quotas.ts';
import { type ClientState, Revocations } from './revocations.ts';
import { Sessions } from './sessions.ts';
import { type TokenHolder, Verdicts } from './verdicts.ts';

interface Env {
  TENANT_POLICY: DurableObjectNamespace;
  LIVE_ACCESS: DurableObjectNamespace;
  LOG_LEVEL?: string;
}

const SWEEP_EVERY_MS = 600_000;
const RETRY_MS = 5_000;
/** How many ended sessions and clients are told of at once. */
const TOLD_AT_ONCE = 500;

/** The Durable Object class. */
export class TenantPolicy extends DurableObject<Env> {
  readonly #clock: Clock = wallClock;
  readonly #log: Logger;
  readonly #codes: Codes;
  readonly #sessions: Sessions;
  readonly #revocations: Revocations;
  readonly #ended: SqlOutbox<string>;
  readonly #telling: Outbox<string>;
  readonly #factors: Factors;
  readonly #denials: Denials;
  readonly #quotas: QuotaBook;
  readonly #documents: PolicyDocuments;
  readonly #verdicts: Verdicts;
  readonly #inFlight = new InFlight();
  readonly #deadlines: Deadlines<'sweep' | 'tell' | 'report'>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#log = loggerFor('tenant-policy', env.LOG_LEVEL);
    const sql = new Sql(ctx.storage);
    sql.migrateGroups(GROUPS, UP_TO_0_3);
    this.#codes = new Codes(sql);
    this.#sessions = new Sessions(sql);
    this.#revocations = new Revocations(sql);
    this.#ended = new SqlOutbox(sql);
    const deliver = (holders: string[]): Promise<void> => liveAccess(env, ctx.id.name!).holdersEnded(holders);
    const now = (): number => this.#clock.now();
    this.#telling = new Outbox({ store: this.#ended, deliver, log: this.#log, now, batch: TOLD_AT_ONCE });
    this.#factors = new Factors(sql);
    this.#denials = new Denials(sql);
    this.#quotas = new QuotaBook(sql);
    this.#documents = new PolicyDocuments(sql);
    this.#verdicts = new Verdicts(this.#sessions, this.#revocations, this.#documents, this.#quotas);
    this.#deadlines = new Deadlines(sql, ctx.storage, this.#clock);
  }

  /** Whether a request may pass, and how many more reads may follow without asking. */
  async check(call: PolicyCheck): Promise<PolicyVerdict> {
    const verdict = this.#verdicts.of(call, this.#clock.now());
    this.#sweepLater();
    if (!verdict.ok || !call.exclusive) return verdict;
    return this.#inFlight.admit(call.exclusive, verdict);
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
    if (stored && !stored.features.live) this.#tellEnded(EVERYBODY);
    return stored;
  }

  async storeCode(codeHash: string, grant: Grant & CodeBinding, expiresAt: number): Promise<void> {
    this.#codes.store(codeHash, grant, expiresAt);
    this.#sweepLater();
  }

  async redeemCode(codeHash: string, check: CodeCheck, refreshHash: string): Promise<Granted | null> {
    if (!this.#revocations.useProof(check.proof)) return null;
    const { grant, reused } = this.#codes.redeem(codeHash, check);
    if (reused) this.#end(reused);
    if (!grant) return null;
    const granted = this.#sessions.begin(grant, check, refreshHash);
    this.#codes.began(codeHash, granted.sessionId);
    for (const id of this.#sessions.surplusOf(granted.userId)) this.#end(id);
    return granted;
  }

  async rotateRefresh(oldHash: string, newHash: string, check: GrantCheck): Promise<Granted | null> {
    if (!this.#revocations.useProof(check.proof)) return null;
    const { granted, ended } = this.#sessions.rotate(oldHash, newHash, check);
    if (ended) this.#end(ended);
    return granted;
  }

  async sessionOfRefresh(hash: string, now: number): Promise<Granted | null> {
    return this.#sessions.ofRefresh(hash, now);
  }

  async isAlive(token: TokenHolder): Promise<boolean> {
    return this.#verdicts.ended(token, this.#clock.now()) === null;
  }

  /** Which of the holder's sockets the token opened is not known: all close, and who is still in comes back. */
  async revokeToken({ tokenId, holder, until }: { tokenId: string; holder: string; until: number }): Promise<void> {
    if (!this.#revocations.revokeToken(tokenId, until)) return;
    this.#tellEnded(holder);
    this.#sweepLater();
  }

  async setClient(clientId: string, state: ClientState): Promise<void> {
    this.#revocations.setClient(clientId, state.enabled, state.version);
    if (state.closeSockets) this.#tellEnded(clientId);
  }

  async useOnce(id: string, until: number): Promise<boolean> {
    this.#sweepLater();
    return this.#revocations.useOnce(id, until);
  }

  async sessions(query: { userId: string; cursor?: string | undefined; limit: number }) {
    return this.#sessions.list(query.userId, query.cursor, query.limit, this.#clock.now());
  }

  async endSession(sessionId: string, userId?: string): Promise<boolean> {
    return this.#end(sessionId, userId);
  }

  async endSessionsOf(userId: string, exceptSessionId: string | null): Promise<number> {
    this.#codes.dropOf(userId);
    this.#factors.dropPendingOf(userId);
    const ids = this.#sessions.idsOf(userId, exceptSessionId);
    for (const id of ids) this.#end(id);
    return ids.length;
  }

  #end(sessionId: string, userId?: string): boolean {
    const ended = this.#sessions.end(sessionId, userId);
    if (ended) this.#tellEnded(sessionId);
    return ended;
  }

  #tellEnded(holder: string): void {
    this.#ended.put([holder]);
    this.#deadlines.ensure('tell', this.#clock.now());
    this.ctx.waitUntil(this.#telling.drainAfresh());
  }

  /** Whether the session or client that a live socket belongs to is good, and may listen from an address. */
  async admitsSocket(holder: string, address: string): Promise<boolean> {
    return this.#verdicts.admitsSocket(holder, address, this.#clock.now());
  }

  async storePendingLogin(hash: string, pending: PendingLogin, expiresAt: number): Promise<void> {
    this.#factors.storePending(hash, pending, expiresAt);
    this.#sweepLater();
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
    const now = this.#clock.now();
    const verdicts = denials.map((denial) => this.#denials.note(denial, now));
    this.#sweepLater();
    if (this.ctx.id.name === PLATFORM_TENANT || verdicts.every((verdict) => verdict === 'quiet')) return;
    // A new alert is told at once; how it grows every few seconds, however fast.
    this.#deadlines.ensure('report', now + RETRY_MS);
    if (verdicts.includes('raise')) this.ctx.waitUntil(this.#report());
  }

  /** Hands alerts on to the platform's operators, whose list knows each by its id. */
  async #report(): Promise<number | null> {
    const allTold = await this.#denials.report(this.#log, (alerts) =>
      stubOf<TenantPolicy>(this.env.TENANT_POLICY, PLATFORM_TENANT).takeAlerts(alerts),
    );
    return allTold ? null : this.#clock.now() + RETRY_MS;
  }

  async takeAlerts(alerts: SecurityAlert[]): Promise<void> {
    this.#denials.take(alerts);
  }

  async alerts(query: { cursor?: string | undefined; limit: number }) {
    return this.#denials.list(query.cursor, query.limit);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(this.#clock.now(), {
      sweep: async () => this.#sweep(),
      tell: () => this.#telling.drain(),
      report: () => this.#report(),
    });
  }

  #sweepLater(): void {
    this.#deadlines.ensure('sweep', this.#clock.now() + SWEEP_EVERY_MS);
  }

  /** Ends what has run out and drops what no longer counts; an organisation at rest is not woken again. */
  #sweep(): number | null {
    const now = this.#clock.now();
    for (const id of this.#sessions.expired(now)) this.#end(id);
    this.#inFlight.sweep(now);
    const groups = [this.#codes, this.#revocations, this.#factors, this.#quotas, this.#denials];
    const kept = groups.map((group) => group.sweep(now));
    return kept.includes(true) || this.#sessions.some ? now + SWEEP_EVERY_MS : null;
  }
}
