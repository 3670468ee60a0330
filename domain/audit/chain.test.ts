import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './canonical.ts';
import { type ChainEntry, type ChainHead, chained, genesis, hashOf, verifyChain } from './chain.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const from = genesis('ten_a', sha256);
const verify = (entries: readonly ChainEntry[], known: ChainHead | null = null) =>
  verifyChain(entries, { sha256, from, known });

/** The chain of records. */
function chainOf(records: readonly JsonObject[], first: ChainHead = from): ChainEntry[] {
  let head = first;
  return records.map((record) => {
    const entry = chained(record, head, sha256);
    head = entry;
    return entry;
  });
}

const rehashed = (entry: ChainEntry): ChainEntry => ({ ...entry, hash: hashOf(entry, sha256) });
const numbered = (entries: readonly ChainEntry[]): ChainEntry[] =>
  entries.map((entry, i) => ({ ...entry, seq: i + 1 }));

const record = fc.record({
  id: fc.uuid(),
  action: fc.constantFrom('client.disabled', 'policy.changed'),
  at: fc.nat(),
  after: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>,
});
/** A chain of at least two entries, and a place in it. */
const placed = fc
  .array(record, { minLength: 2, maxLength: 12 })
  .chain((records) => fc.record({ chain: fc.constant(chainOf(records)), at: fc.nat(records.length - 1) }));

describe('an untouched chain', () => {
  it('passes, as a whole and against any head that it had', () => {
    fc.assert(
      fc.property(placed, ({ chain, at }) => {
        const last = chain.at(-1)!;
        expect(verify(chain, chain[at])).toEqual({ fault: null, head: { seq: last.seq, hash: last.hash } });
        expect(verifyChain(chain.slice(at), { sha256, from: chain[at - 1] ?? from }).fault).toBeNull();
      }),
    );
  });

  it('is bound to its organisation: another one’s does not pass', () => {
    const other = chainOf([{ id: 'a' }], genesis('ten_b', sha256));
    expect(verify(other).fault).toMatchObject({ kind: 'changed', seq: 0 });
  });

  it('is hashed in a way that others can compute: previous hash, line feed, canonical JSON of record and number', () => {
    const [entry] = chainOf([{ id: 'a', action: 'x.y' }]);
    const previous = sha256('fairlead-audit-1\nten_a');
    expect(entry).toMatchObject({ seq: 1, previousHash: previous });
    expect(entry!.hash).toBe(sha256(`${previous}\n{"record":{"action":"x.y","id":"a"},"seq":1}`));
  });
});

describe('whatever is done to a chain is found', () => {
  const edits: Record<string, (entry: ChainEntry) => ChainEntry> = {
    'the record': (entry) => ({ ...entry, record: { ...entry.record, action: 'nothing.happened' } }),
    'a member more': (entry) => ({ ...entry, record: { ...entry.record, more: null } }),
    'the record with its hash': (entry) => rehashed({ ...entry, record: { ...entry.record, at: -1 } }),
    'the hash': (entry) => ({ ...entry, hash: sha256(entry.hash) }),
    'the previous hash': (entry) => ({ ...entry, previousHash: sha256(entry.hash) }),
    'the previous hash with the hash': (entry) => rehashed({ ...entry, previousHash: sha256(entry.hash) }),
  };
  for (const [what, edit] of Object.entries(edits)) {
    it(`${what} of any entry, changed`, () => {
      fc.assert(
        fc.property(placed, ({ chain, at }) => {
          const { fault } = verify(chain.with(at, edit(chain[at]!)), chain.at(-1));
          expect(fault?.kind).toBe('changed');
          // A hash that was made anew shows where the next entry does not follow it.
          expect([at, at + 1]).toContain(fault!.seq);
        }),
      );
    });
  }

  it('any member of any record, changed', () => {
    fc.assert(
      fc.property(placed, fc.nat(), fc.jsonValue(), ({ chain, at }, pick, value) => {
        const { record: was } = chain[at]!;
        const names = Object.keys(was);
        const changed = { ...was, [names[pick % names.length]!]: value } as JsonObject;
        fc.pre(hashOf({ ...chain[at]!, record: changed }, sha256) !== chain[at]!.hash);
        expect(verify(chain.with(at, { ...chain[at]!, record: changed })).fault).toMatchObject({
          kind: 'changed',
          seq: at + 1,
        });
      }),
    );
  });

  it('any entries removed, the last ones too, with the numbers left as they are or closed up', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ chain, at }, more) => {
        const count = 1 + (more % (chain.length - at));
        const left = chain.toSpliced(at, count);
        expect(verify(left, chain.at(-1)).fault).toMatchObject({ kind: 'removed', seq: at + 1 });
        expect(verify(numbered(left), chain.at(-1)).fault).toMatchObject({ kind: 'removed', seq: at + 1 });
      }),
    );
  });

  it('an entry inserted anywhere, with its number twice or the others moved up', () => {
    fc.assert(
      fc.property(placed, record, ({ chain, at }, added) => {
        const forged = chained(added, chain[at - 1] ?? from, sha256);
        const twice = chain.toSpliced(at, 0, forged);
        expect(verify(twice).fault).toMatchObject({ kind: 'inserted', seq: at + 1 });
        expect(verify(numbered(twice)).fault).toMatchObject({ kind: 'inserted', seq: at + 1 });
        // Where the known head's own number has another entry now, that is what shows first.
        expect(verify(twice, chain.at(-1)).fault).not.toBeNull();
        expect(verify(numbered(twice), chain.at(-1)).fault).not.toBeNull();
      }),
    );
  });

  it('an entry put at the end behind another one than the last', () => {
    fc.assert(
      fc.property(placed, record, ({ chain, at }, added) => {
        fc.pre(at < chain.length - 1);
        const forged = rehashed({ ...chained(added, chain[at]!, sha256), seq: chain.length + 1 });
        expect(verify([...chain, forged]).fault).toMatchObject({ kind: 'inserted', seq: chain.length + 1 });
      }),
    );
  });

  it('two entries in each other’s place, under their own numbers or each other’s', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ chain, at }, pick) => {
        const other = pick % chain.length;
        fc.pre(other !== at);
        const swapped = chain.with(at, chain[other]!).with(other, chain[at]!);
        expect(verify(swapped).fault).not.toBeNull();
        expect(verify(numbered(swapped)).fault).not.toBeNull();
      }),
    );
  });

  it('a trail that was written anew from some entry on, right in itself, against any head that it had from there on', () => {
    fc.assert(
      fc.property(placed, record, fc.nat(), ({ chain, at }, other, pick) => {
        fc.pre(hashOf({ ...chain[at]!, record: other }, sha256) !== chain[at]!.hash);
        const anew = chainOf(chain.map(({ record: same }, i) => (i === at ? other : same)));
        const known = chain[at + (pick % (chain.length - at))]!;
        expect(verify(anew).fault).toBeNull();
        expect(verify(anew, known).fault).toMatchObject({ kind: 'changed', seq: known.seq });
      }),
    );
  });

  it('an entry that is there twice, however far apart', () => {
    const chain = chainOf(Array.from({ length: 1_500 }, (_, i) => ({ id: String(i) })));
    for (const at of [0, 700, 1_499]) {
      expect(verify([...chain, chain[at]!]).fault).toMatchObject({ kind: 'inserted', seq: at + 1 });
    }
  });
});
