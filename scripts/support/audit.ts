/** Verifies an audit trail: the chain of a running platform, or of an exported file. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { canonicalJson } from '../../domain/audit/canonical.ts';
import {
  type ChainEntry,
  type ChainFault,
  type ChainHead,
  ChainVerifier,
  genesis,
  type VerifyOptions,
} from '../../domain/audit/chain.ts';
import type { AuditRecord } from '../../domain/audit/record.ts';
import { sha256 } from '../../platform/sha256.ts';
import type { ApiClient } from './api.ts';
import { writeSecretFile } from './files.ts';
import { PlainError } from './terminal.ts';

type Entry = ChainEntry<AuditRecord>;

/** What was found of a trail. */
export interface Verified {
  /** How far it is right, and how many entries that are. */
  head: ChainHead;
  entries: number;
  /** The first fault, with the entry at which it shows, if there is one. */
  fault: (ChainFault & { entry: Entry | null }) | null;
}

/** Entries asked for at once, and between two signs of progress: as many as a page may have. */
const PAGE = 500;

/** Verifies entries as they come, until the first fault. */
export async function verifyEntries(
  entries: AsyncIterable<Entry>,
  options: Omit<VerifyOptions, 'sha256'>,
  onProgress: (seq: number) => void = () => {},
): Promise<Verified> {
  const verifier = new ChainVerifier({ ...options, sha256 });
  const found = (fault: Verified['fault']): Verified => {
    const { head } = verifier;
    return { head, entries: head.seq - options.from.seq, fault };
  };
  for await (const entry of entries) {
    const fault = verifier.take(entry);
    if (fault) return found({ ...fault, entry: entry.seq === fault.seq ? entry : null });
    if (entry.seq % PAGE === 0) onProgress(entry.seq);
  }
  const fault = verifier.end();
  if (!fault) onProgress(verifier.head.seq);
  return found(fault && { ...fault, entry: null });
}

/** The trail of a client's organisation, in its order. */
export async function* entriesOfPlatform(api: ApiClient): AsyncGenerator<Entry> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const after: string = cursor === undefined ? '' : `&cursor=${cursor}`;
    const page: { items: Entry[]; nextCursor: string | null } = await api.must(
      'GET',
      `/v1/audit/range?limit=${PAGE}${after}`,
    );
    yield* page.items;
    cursor = page.nextCursor;
  }
}

/** The entries of an exported file, NDJSON; throws in plain words on a line that is none, and on a file without any. */
export async function* entriesOfFile(file: string): AsyncGenerator<Entry> {
  let [number, entries] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line === '') continue;
    entries++;
    yield entryOf(line, `line ${number} of ${file}`);
  }
  if (entries === 0) throw new PlainError(`FAIL  ${file} is empty: there is no entry of an audit trail in it.`);
}

function entryOf(line: string, where: string): Entry {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null;
    const texts = [entry?.hash, entry?.previousHash].every((text) => typeof text === 'string');
    const isEntry = texts && Number.isSafeInteger(entry!.seq) && typeof entry!.record === 'object' && entry!.record;
    // Written as an export writes it, and nothing else: what stands beside an entry is under no hash.
    const { seq, previousHash, hash, record } = entry as Entry;
    if (isEntry && canonicalJson({ seq, previousHash, hash, record }) === line) return entry as Entry;
  } catch {
    // Said below: what is no JSON is no entry either.
  }
  throw new PlainError(`FAIL  ${where} is no entry of an audit trail: the file was cut off or changed.`);
}

/** What the first entry of a file must follow: the genesis of its organisation, or the entry before where it begins later. */
export async function beginningOf(file: string, organisationId: string): Promise<ChainHead> {
  for await (const { seq, previousHash } of entriesOfFile(file)) {
    if (seq > 1) return { seq: seq - 1, hash: previousHash };
    break;
  }
  return genesis(organisationId, sha256);
}

/** The organisation that an export is named after, or null. */
export const organisationOf = (file: string): string | null =>
  /audit-((ten|car)_\w+|platform)-/.exec(file)?.[1] ?? null;

/** Heads that were verified, by organisation, in a file of the user's. */
export class VerifiedHeads {
  readonly #file: string | undefined;
  readonly #heads: Record<string, ChainHead>;

  constructor(file: string | undefined) {
    this.#file = file;
    this.#heads =
      file !== undefined && existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, ChainHead>)
        : {};
  }

  /** The newest head that was verified of an organisation's trail. */
  of(organisationId: string): ChainHead | null {
    return this.#heads[organisationId] ?? null;
  }

  /** Keeps a head; never an older one than is known. */
  keep(organisationId: string, head: ChainHead): void {
    if (this.#file === undefined || head.seq < (this.of(organisationId)?.seq ?? 1)) return;
    this.#heads[organisationId] = head;
    writeSecretFile(this.#file, `${JSON.stringify(this.#heads, null, 2)}\n`);
  }
}

/** What was found, in one line. */
export function verdictOf(organisationId: string, { head, entries, fault }: Verified): string {
  if (!fault) {
    const newest = head.seq === 0 ? 'there is none yet' : `the newest is ${head.seq} with the hash ${head.hash}`;
    return `PASS  audit trail of ${organisationId}: ${entries} entries in one chain; ${newest}`;
  }
  const { kind, seq, detail, entry } = fault;
  const record = entry?.record;
  const about = record ? ` (${record.id}, ${record.action} of ${record.object?.id})` : '';
  return `FAIL  audit trail of ${organisationId}: entry ${seq}${about} was ${kind}: ${detail}`;
}
