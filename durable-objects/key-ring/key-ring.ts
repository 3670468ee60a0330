/**
 * KeyRing: the keys that sign access tokens. They are made here, at random, and rotate by the alarm;
 * nobody hands them in and nobody sees them: private parts are stored sealed under the identity
 * Worker's key and opened only where tokens are signed.
 */
import { DurableObject } from 'cloudflare:workers';
import type { SealedKey } from '../../contracts/identity/access.ts';
import {
  addKey,
  type KeyPeriods,
  type KeyTimes,
  nextKeyAt,
  publishedKeys,
  retired,
  signingKey,
} from '../../domain/security/key-schedule.ts';
import { PLATFORM_TENANT } from '../../contracts/kit/actor.ts';
import { systemScope } from '../../contracts/kit/serve.ts';
import { type AuditNote, notesOf } from '../../platform/audit.ts';
import { wallClock } from '../../platform/clock.ts';
import { randomToken } from '../../platform/ids.ts';
import { SIGNING_KEY_AHEAD_MS, SIGNING_KEY_DAYS, SIGNING_KEY_OVERLAP_MS } from '../../platform/limits.ts';
import { loggerFor } from '../../platform/log.ts';
import { type Resealed, resealAll } from '../../platform/resealing.ts';
import { parseRing, seal } from '../../platform/secrets.ts';
import { auditTrail } from '../audit-trail/stub.ts';
import { AUDIT_OUTBOX_TABLE, AuditOutbox } from '../kit/audit.ts';
import { DEADLINES_TABLE, Deadlines } from '../kit/deadlines.ts';
import { Sql } from '../kit/sql.ts';

interface Env {
  AUDIT_TRAIL: DurableObjectNamespace;
  SEALING_KEY: string;
  LOG_LEVEL?: string;
}

const PERIODS: KeyPeriods = {
  rotateEveryMs: SIGNING_KEY_DAYS * 86_400_000,
  publishAheadMs: SIGNING_KEY_AHEAD_MS,
  overlapMs: SIGNING_KEY_OVERLAP_MS,
};

const MIGRATIONS = [
  `CREATE TABLE keys (
     kid TEXT PRIMARY KEY,
     active_from INTEGER NOT NULL,
     drop_at INTEGER,
     public_jwk TEXT NOT NULL,
     sealed_private_jwk TEXT NOT NULL
   ) WITHOUT ROWID;
   ${DEADLINES_TABLE}`,
  AUDIT_OUTBOX_TABLE,
] as const;

type Row = {
  kid: string;
  active_from: number;
  drop_at: number | null;
  public_jwk: string;
  sealed_private_jwk: string;
};

type NewKey = Pick<SealedKey, 'kid' | 'publicJwk' | 'sealedPrivateJwk'>;

/** The Durable Object class; one object holds the platform's ring. */
export class KeyRing extends DurableObject<Env> {
  readonly #sql: Sql;
  readonly #deadlines: Deadlines<'rotate' | 'audit'>;
  readonly #audit: AuditOutbox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = new Sql(ctx.storage);
    this.#sql.migrate(MIGRATIONS);
    this.#deadlines = new Deadlines(this.#sql, ctx.storage, wallClock);
    this.#audit = new AuditOutbox({
      sql: this.#sql,
      log: loggerFor('key-ring', env.LOG_LEVEL),
      now: () => Date.now(),
      append: (organisationId, records) => auditTrail(env, organisationId).append(records),
      drainAt: (at) => this.#deadlines.ensure('audit', at),
      waitUntil: (work) => ctx.waitUntil(work),
    });
  }

  /** The published keys; makes the first one, and one that is overdue. */
  async keys(): Promise<SealedKey[]> {
    const due = nextKeyAt(this.#read(), PERIODS);
    if (due <= Date.now()) await this.#add(false, due);
    return publishedKeys(this.#read(), Date.now());
  }

  /** Makes a new key now. `immediately` drops all others: their tokens end. */
  async rotate(immediately: boolean, notes: AuditNote[]): Promise<SealedKey[]> {
    await this.#add(immediately, null);
    this.#audit.put(...notes);
    return publishedKeys(this.#read(), Date.now());
  }

  /** Seals the keys anew that are under another sealing key than the current one. */
  async reseal(): Promise<Resealed> {
    const keys = this.#read().map(({ kid, sealedPrivateJwk: text }) => ({
      context: `signing-key:${kid}`,
      text,
      replace: (fresh: string) =>
        this.#sql.run(
          'UPDATE keys SET sealed_private_jwk = ? WHERE kid = ? AND sealed_private_jwk = ?',
          fresh,
          kid,
          text,
        ),
    }));
    return resealAll(this.env.SEALING_KEY, parseRing(this.env.SEALING_KEY).current, keys);
  }

  override async alarm(): Promise<void> {
    await this.#deadlines.runDue(Date.now(), {
      rotate: async () => {
        await this.keys();
        return nextKeyAt(this.#read(), PERIODS);
      },
      audit: () => this.#audit.drain(),
    });
  }

  /** A key cannot be opened any more: without it another one signs, a new one if need be, at once. */
  async replaceUnreadable(kid: string): Promise<SealedKey[]> {
    const made = await this.#make();
    const now = Date.now();
    const keys = this.#read();
    if (signingKey(keys, now)?.kid === kid) {
      const others = keys.filter((key) => key.kid !== kid);
      const lost = keys.filter((key) => key.kid === kid).map((key) => retired(key, now, PERIODS));
      this.#store([...addKey(others, made.kid, now, PERIODS), ...lost], [...keys, made]);
      loggerFor('key-ring', this.env.LOG_LEVEL)('error', 'signing_key.replaced', { unreadable: kid, kid: made.kid });
      const by = systemScope(PLATFORM_TENANT, 'key-ring', made.kid);
      const object = { type: 'signing_key' as const, id: kid };
      const done = { organisationId: PLATFORM_TENANT, action: 'signing_key.replaced', object, after: { by: made.kid } };
      this.#audit.put(...notesOf(by, done, now));
    }
    return publishedKeys(this.#read(), now);
  }

  /** Adds a key; `due` names the date it is added for, so that of parallel calls one adds it. */
  async #add(immediately: boolean, due: number | null): Promise<void> {
    const made = await this.#make();
    const keys = this.#read();
    if (due !== null && nextKeyAt(keys, PERIODS) !== due) return;
    this.#store(addKey(keys, made.kid, Date.now(), PERIODS, immediately), [...keys, made]);
    loggerFor('key-ring', this.env.LOG_LEVEL)('warn', 'signing_key.added', { kid: made.kid, immediately });
  }

  /** Stores keys at their times, and nothing else. */
  #store(times: readonly KeyTimes[], keys: readonly NewKey[]): void {
    const all = new Map(keys.map((key) => [key.kid, key]));
    this.ctx.storage.transactionSync(() => {
      this.#sql.run('DELETE FROM keys');
      for (const { kid, activeFrom, dropAt } of times) {
        const key = all.get(kid)!;
        this.#sql.run(
          'INSERT INTO keys (kid, active_from, drop_at, public_jwk, sealed_private_jwk) VALUES (?, ?, ?, ?, ?)',
          kid,
          activeFrom,
          dropAt,
          JSON.stringify(key.publicJwk),
          key.sealedPrivateJwk,
        );
      }
    });
    this.#deadlines.ensure('rotate', nextKeyAt(times, PERIODS));
  }

  async #make(): Promise<NewKey> {
    const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair;
    const jwk = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey;
    const kid = randomToken().slice(0, 16);
    const { kty, crv, x, y } = jwk;
    return {
      kid,
      publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
      sealedPrivateJwk: await seal(
        this.env.SEALING_KEY,
        `signing-key:${kid}`,
        JSON.stringify({ kty, crv, x, y, d: jwk.d }),
      ),
    };
  }

  #read(): SealedKey[] {
    return this.#sql.run<Row>('SELECT * FROM keys').map((row) => ({
      kid: row.kid,
      activeFrom: row.active_from,
      dropAt: row.drop_at,
      publicJwk: JSON.parse(row.public_jwk) as Record<string, unknown>,
      sealedPrivateJwk: row.sealed_private_jwk,
    }));
  }
}
