/** What the sign-ins of an organisation ask of its policy object: second factors, and sign-ins that wait for one. */
import { DurableObject } from 'cloudflare:workers';
import type { PendingLogin } from '../../contracts/identity/access.ts';
import { type Resealed, resealAll } from '../../platform/resealing.ts';
import { parseRing } from '../../platform/secrets.ts';
import { Sql } from '../kit/sql.ts';
import { factorContext } from './factors.ts';
import { openTables, type Tables } from './tables.ts';

/** The part of the object that signs people in. What is no method is not reached over RPC. */
export class SignIns<Env extends { SEALING_KEY: string }> extends DurableObject<Env> {
  protected readonly sql: Sql;
  protected readonly tables: Tables;
  /** Has what was stored swept once it has run out. */
  protected readonly sweepLater: () => void;

  constructor(ctx: DurableObjectState, env: Env, sweepLater: () => void) {
    super(ctx, env);
    this.sql = new Sql(ctx.storage);
    this.tables = openTables(this.sql);
    this.sweepLater = sweepLater;
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

  async enrolFactor(userId: string, sealedSecret: string): Promise<void> {
    this.tables.factors.enrol(userId, sealedSecret);
  }

  async confirmFactor(userId: string, sealedSecret: string, step: number, recoveryHashes: string[]): Promise<boolean> {
    return this.tables.factors.confirm(userId, sealedSecret, step, recoveryHashes);
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

  async removeFactor(userId: string): Promise<boolean> {
    return this.tables.factors.remove(userId);
  }
}
