import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyCheck, PolicyVerdict } from '../../../contracts/identity/access.ts';
import { limitsInput } from '../../../contracts/identity/tenants.ts';
import { Sql } from '../../../durable-objects/kit/sql.ts';
import { QuotaBook } from '../../../durable-objects/tenant-policy/quotas.ts';
import { openTables } from '../../../durable-objects/tenant-policy/tables.ts';
import { Verdicts } from '../../../durable-objects/tenant-policy/verdicts.ts';
import { storageOn } from '../../../durable-objects/testing/sqlite.ts';
import { type AskedPolicy, type Asking, Leases } from './leases.ts';
import type { TokenIdentity } from './tokens.ts';

const START = 1_800_000_000_000;

/** Time that passes when it is told to, with what waits for it. */
class VirtualTime {
  now = START;
  #waiting: { at: number; work: () => unknown }[] = [];
  later = (ms: number, work: () => unknown): void => void this.#waiting.push({ at: this.now + ms, work });

  /** Lets time pass, step by step, and everything that is due then finish. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const [next] = this.#waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.now = Math.max(this.now, next.at);
      next.work();
    }
    this.now = until;
    await settled();
  }
}

/** Lets promises that can go on do so. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};

/** The policy object of one organisation, as its class has it, without the runtime around it; counts what it is asked. */
class Policy implements AskedPolicy {
  readonly calls: PolicyCheck[] = [];
  settlements = 0;
  readonly #database = new DatabaseSync(':memory:');
  readonly #time: VirtualTime;
  #quotas!: QuotaBook;
  #verdicts!: Verdicts;
  refuse: PolicyVerdict | null = null;

  constructor(time: VirtualTime, limits: { subjectPerMinute?: number; tenantPerMinute?: number } = {}) {
    this.#time = time;
    this.wake();
    openTables(new Sql(storageOn(this.#database))).documents.put('limits', limitsInput.parse(limits), 0);
    this.wake();
  }

  /** Wakes anew: what was in memory only is gone. */
  wake(): void {
    const sql = new Sql(storageOn(this.#database));
    this.#quotas = new QuotaBook(sql, this.#time.later);
    this.#verdicts = new Verdicts({ ...openTables(sql), quotas: this.#quotas });
  }

  async check(call: PolicyCheck): Promise<PolicyVerdict> {
    this.calls.push(call);
    if (this.refuse) return this.refuse;
    return this.#verdicts.decide(call, () => this.#time.now);
  }

  async settle(subject: string, settlement: Parameters<AskedPolicy['settle']>[1]): Promise<void> {
    this.settlements++;
    this.#verdicts.settle(subject, settlement);
  }
}

const someone = (tokenId: string, subject = 'cli_x'): TokenIdentity => ({
  tenantId: 'ten_x',
  subject,
  kind: 'client',
  roles: ['viewer'],
  scopes: null,
  sessionId: null,
  securityVersion: 1,
  tokenId,
  expiresAt: Number.POSITIVE_INFINITY,
  keyThumbprint: null,
});

interface Asked {
  token?: string;
  address?: string;
  subject?: string;
  strict?: boolean;
}

function edgeOf(policy: AskedPolicy, time: VirtualTime, leases = new Leases()) {
  const asking: Asking = { policyOf: () => policy, now: () => time.now, later: time.later };
  return ({ token = 'tok_1', address = '192.0.2.1', subject = 'cli_x', strict = false }: Asked = {}) =>
    leases.ask(asking, { identity: someone(token, subject), address, strict, proof: null, exclusive: null });
}

describe('reads', () => {
  it('go by a yes for less than a second, counted from when it was asked for', async () => {
    const time = new VirtualTime();
    const policy = new Policy(time);
    const ask = edgeOf(policy, time);
    await ask();
    await ask();
    await time.pass(999);
    const before = policy.calls.length;
    await ask();
    expect(policy.calls).toHaveLength(before);
    await time.pass(1);
    await ask();
    expect(policy.calls).toHaveLength(before + 1);
  });

  it('ask about once in twenty-five, when they come one after the other', async () => {
    const time = new VirtualTime();
    const policy = new Policy(time);
    const ask = edgeOf(policy, time);
    for (let i = 0; i < 500; i++) await ask();
    await time.pass(2_000);
    expect(policy.calls.length + policy.settlements).toBeLessThanOrEqual(25);
    // And once each, when they come so seldom that a lease would be more trouble than use.
    const before = policy.calls.length + policy.settlements;
    for (let i = 0; i < 20; i++) {
      await time.pass(1_500);
      await ask();
    }
    expect(policy.calls.length + policy.settlements - before).toBe(20);
  });

  it('never go by a no, nor by the yes of another token or address', async () => {
    const time = new VirtualTime();
    const policy = new Policy(time);
    const ask = edgeOf(policy, time);
    policy.refuse = { ok: false, reason: 'session_ended', corsOrigins: [] };
    await ask();
    await ask();
    expect(policy.calls).toHaveLength(2);
    policy.refuse = null;
    await ask();
    await ask({ address: '192.0.2.2' });
    await ask({ token: 'tok_2' });
    expect(policy.calls).toHaveLength(5);
  });

  it('say how much is left', async () => {
    const time = new VirtualTime();
    const ask = edgeOf(new Policy(time, { subjectPerMinute: 100, tenantPerMinute: 1_000 }), time);
    const left = async () => {
      const verdict = await ask();
      return verdict.ok && [verdict.quotas.subject.remaining, verdict.quotas.tenant.remaining];
    };
    expect([await left(), await left(), await left()]).toEqual([
      [99, 999],
      [98, 998],
      [97, 997],
    ]);
  });
});

it('writes and administration ask each time, once each', async () => {
  const time = new VirtualTime();
  const policy = new Policy(time);
  const ask = edgeOf(policy, time);
  for (let i = 0; i < 50; i++) await ask({ strict: true });
  await time.pass(2_000);
  expect(policy.calls).toHaveLength(50);
  expect(policy.settlements).toBe(0);
});

it('nobody passes when the object cannot be asked', async () => {
  const time = new VirtualTime();
  const gone: AskedPolicy = { check: () => Promise.reject(new Error('unreachable')), settle: async () => {} };
  await expect(async () => await edgeOf(gone, time)()).rejects.toThrow('unreachable');
});

describe('a quota', () => {
  const request = fc.record({
    edge: fc.nat(3),
    token: fc.constantFrom('tok_1', 'tok_2', 'tok_3', 'tok_4'),
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
    subject: fc.constantFrom('cli_x', 'cli_x', 'cli_y'),
    strict: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    /** Milliseconds before it, and whether it waits for the answers of those before. */
    after: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(400) }),
    waits: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  });

  it('lets exactly its number of requests of a window through, whatever tokens, addresses and edges they come by', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 100 }),
        async (requests, subjectPerMinute, tenantPerMinute) => {
          const time = new VirtualTime();
          // All of one window: the last come 48 seconds after the first.
          const policy = new Policy(time, { subjectPerMinute, tenantPerMinute });
          const edges = Array.from({ length: 4 }, () => edgeOf(policy, time));
          const answers: { subject: string; verdict: Promise<PolicyVerdict> }[] = [];
          for (const { edge, after, waits, ...asked } of requests) {
            if (after > 0) await time.pass(after);
            if (waits) await settled();
            answers.push({ subject: asked.subject, verdict: edges[edge]!(asked) });
          }
          await time.pass(5_000);
          expect(Math.floor(time.now / 60_000)).toBe(Math.floor(START / 60_000));
          const passed = new Map([
            ['cli_x', 0],
            ['cli_y', 0],
          ]);
          for (const { subject, verdict } of answers) {
            if ((await verdict).ok) passed.set(subject, passed.get(subject)! + 1);
          }
          const asked = (subject: string) => answers.filter((answer) => answer.subject === subject).length;
          const wanted = [...passed.keys()].map((subject) => Math.min(asked(subject), subjectPerMinute));
          const all = [...passed.values()].reduce((sum, n) => sum + n, 0);
          expect(all).toBe(Math.min(wanted[0]! + wanted[1]!, tenantPerMinute));
          for (const [i, count] of [...passed.values()].entries()) expect(count).toBeLessThanOrEqual(wanted[i]!);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is exact for one client with ten tokens, a request with each', async () => {
    const time = new VirtualTime();
    const ask = edgeOf(new Policy(time, { subjectPerMinute: 100 }), time);
    const outcomes: boolean[] = [];
    for (let i = 0; i < 120; i++) outcomes.push((await ask({ token: `tok_${i % 10}` })).ok);
    expect(outcomes.indexOf(false)).toBe(100);
    expect(outcomes.filter(Boolean)).toHaveLength(100);
  });

  it('survives the sleep of its object exactly, and a crash without letting more through', async () => {
    const time = new VirtualTime();
    const policy = new Policy(time, { subjectPerMinute: 300 });
    const ask = edgeOf(policy, time);
    for (let i = 0; i < 40; i++) await ask();
    await time.pass(5_000);
    policy.wake();
    const verdict = await ask({ strict: true });
    expect(verdict.ok && verdict.quotas.subject.remaining).toBe(300 - 41);
    for (let i = 0; i < 5; i++) await ask({ strict: true });
    policy.wake();
    const after = await ask({ strict: true });
    expect(after.ok && after.quotas.subject.remaining).toBeLessThanOrEqual(300 - 47);
  });

  it('is empty again in the next window', async () => {
    const time = new VirtualTime();
    const ask = edgeOf(new Policy(time, { subjectPerMinute: 3 }), time);
    for (const ok of [true, true, true, false]) expect((await ask()).ok).toBe(ok);
    await time.pass(60_000);
    expect((await ask()).ok).toBe(true);
  });
});
