/** What sign-ins and doors ask of an organisation's policy object: addresses, codes, second factors, sign-ins under way. */
import { DurableObject } from 'cloudflare:workers';
import type { CodeBinding, Grant, Granted, PendingLogin } from '../../contracts/identity/access.ts';
import type { AuditNote } from '../../platform/audit.ts';
import { type Resealed, resealAll } from '../../platform/resealing.ts';
import { parseRing } from '../../platform/secrets.ts';
import { Sql } from '../kit/sql.ts';
import { factorContext } from './factors.ts';
import { openTables, type Tables } from './tables.ts';

/** The first code of a second factor, by which it counts from now on. */
interface Confirmation {
  userId: string;
  /** The very secret that the code was checked against. */
  sealedSecret: string;
  /** The time step of the code. */
  step: number;
  /** Of the recovery codes. */
  hashes: string[];
  notes: AuditNote[];
}

/** The part of the object that signs people in. What is no method is not reached over RPC. */
export class SignIns<Env extends { SEALING_KEY: string }> extends DurableObject<Env> {
  protected readonly sql: Sql;
  protected readonly tables: Tables;
  /** Records acts in the turn of their change. */
  protected readonly record: (notes: AuditNote[]) => void;
  /** Has what was stored swept once it has run out. */
  protected readonly sweepLater: () => void;

  constructor(
    ctx: DurableObjectState,
    env: Env,
    { record, sweepLater }: { record: (notes: AuditNote[]) => void; sweepLater: () => void },
  ) {
    super(ctx, env);
    this.sql = new Sql(ctx.storage);
    this.tables = openTables(this.sql);
    this.record = record;
    this.sweepLater = sweepLater;
  }

  async sessionOfRefresh(hash: string, now: number): Promise<Granted | null> {
    return this.tables.sessions.ofRefresh(hash, now);
  }

  /** The session of a refresh token that may be spent already. */
  async sessionOfFamily(hash: string): Promise<Granted | null> {
    return this.tables.sessions.ofFamily(hash);
  }

  async sessionsBeside(userId: string, sessionId: string | null): Promise<number> {
    return this.tables.sessions.idsOf(userId, sessionId).length;
  }

  /** Whether people and machines of the organisation may come from an address. */
  async admitsAddress(address: string): Promise<boolean> {
    return this.tables.documents.refuses(address) === null;
  }

  /** Carriers post from addresses of their own: the allow list is for people and machines, the block list for all. */
  async admitsWebhook(address: string): Promise<boolean> {
    return this.tables.documents.refuses(address) !== 'address_blocked';
  }

  async storeCode(codeHash: string, grant: Grant & CodeBinding, expiresAt: number): Promise<void> {
    this.tables.codes.store(codeHash, grant, expiresAt);
    this.sweepLater();
  }

  async useOnce(id: string, until: number): Promise<boolean> {
    this.sweepLater();
    return this.tables.revocations.useOnce(id, until);
  }

  async storePendingLogin(hash: string, pending: PendingLogin, expiresAt: number): Promise<void> {
    this.tables.factors.storePending(hash, pending, expiresAt);
    this.sweepLater();
  }

  async tryPendingLogin(hash: string, address: string, now: number): Promise<PendingLogin | null> {
    return this.tables.documents.refuses(address) ? null : this.tables.factors.tryPending(hash, now);
  }

  async dropPendingLogin(hash: string): Promise<void> {
    this.tables.factors.dropPending(hash);
  }

  async factor(userId: string) {
    return this.tables.factors.of(userId);
  }

  async enrolFactor(userId: string, sealedSecret: string, notes: AuditNote[]): Promise<void> {
    this.record(notes);
    this.tables.factors.enrol(userId, sealedSecret);
  }

  async confirmFactor({ userId, sealedSecret, step, hashes, notes }: Confirmation): Promise<boolean> {
    const confirmed = this.tables.factors.confirm(userId, sealedSecret, step, hashes);
    if (confirmed) this.record(notes);
    return confirmed;
  }

  async useFactorStep(userId: string, step: number): Promise<boolean> {
    return this.tables.factors.useStep(userId, step);
  }

  async useRecoveryCode(userId: string, hash: string): Promise<boolean> {
    return this.tables.factors.useRecoveryCode(userId, hash);
  }

  async resealFactor(userId: string, before: string, after: string): Promise<void> {
    this.tables.factors.reseal(userId, before, after);
  }

  /** Seals second factors anew that are under another sealing key than the current one. */
  async resealFactors(): Promise<Resealed> {
    const { SEALING_KEY: ring } = this.env;
    const factors = this.tables.factors.all().map(({ userId, sealedSecret: text }) => ({
      context: factorContext(userId),
      text,
      replace: (fresh: string) => this.tables.factors.reseal(userId, text, fresh),
    }));
    return resealAll(ring, parseRing(ring).current, factors);
  }

  async removeFactor(userId: string, notes: AuditNote[]): Promise<boolean> {
    const removed = this.tables.factors.remove(userId);
    if (removed) this.record(notes);
    return removed;
  }
}
