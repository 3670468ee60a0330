/** The tenant's two documents, policy and limits: versioned, replaced by compare-and-set. */
import type { Versioned } from '../../contracts/identity/access.ts';
import { type Policy, policyInput } from '../../contracts/identity/policy.ts';
import { type Limits, limitsInput } from '../../contracts/identity/tenants.ts';
import { addressMatcher } from '../../domain/security/addresses.ts';
import type { Sql } from '../kit/sql.ts';

interface Documents {
  policy: Policy;
  limits: Limits;
}

/** The table, as every object made from now on has it. Append-only. */
export const DOCUMENTS = [
  `CREATE TABLE IF NOT EXISTS documents (
     name TEXT PRIMARY KEY,
     version INTEGER NOT NULL,
     body TEXT NOT NULL
   ) WITHOUT ROWID;`,
];

/** The documents, parsed once and kept. */
export class PolicyDocuments {
  readonly #sql: Sql;
  #known: { [Name in keyof Documents]?: Versioned<Documents[Name]> } = {};
  #matchers: { allowed: (address: string) => boolean; blocked: (address: string) => boolean } | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The policy; before anybody sets one, an open one of version 0. */
  get policy(): Versioned<Policy> {
    this.#known.policy ??= this.#load('policy', (body) => policyInput.parse(body));
    return this.#known.policy;
  }

  /** The limits; before anybody sets them, the usual ones of version 0. */
  get limits(): Versioned<Limits> {
    this.#known.limits ??= this.#load('limits', (body) => limitsInput.parse(body));
    return this.#known.limits;
  }

  /** Replaces a document that still has the version; null when it has another. */
  put<Name extends keyof Documents>(
    name: Name,
    body: Documents[Name],
    expected: number,
  ): Versioned<Documents[Name]> | null {
    const current = name === 'policy' ? this.policy.version : this.limits.version;
    if (current !== expected) return null;
    const version = expected + 1;
    this.#sql.run(
      `INSERT INTO documents (name, version, body) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version, body = excluded.body`,
      name,
      version,
      JSON.stringify(body),
    );
    this.#known = {};
    this.#matchers = null;
    return { ...body, version };
  }

  /** Why an address is refused, or null. The block list wins. */
  refuses(address: string): 'address_blocked' | 'address_not_allowed' | null {
    this.#matchers ??= {
      allowed: addressMatcher(this.policy.allowedAddresses),
      blocked: addressMatcher(this.policy.blockedAddresses),
    };
    if (this.#matchers.blocked(address)) return 'address_blocked';
    if (this.policy.allowedAddresses.length > 0 && !this.#matchers.allowed(address)) return 'address_not_allowed';
    return null;
  }

  #load<T>(name: string, parse: (body: unknown) => T): Versioned<T> {
    const [row] = this.#sql.run<{ version: number; body: string }>(
      'SELECT version, body FROM documents WHERE name = ?',
      name,
    );
    return { ...parse(row ? JSON.parse(row.body) : {}), version: row?.version ?? 0 };
  }
}

/** Whether a policy admits other addresses than the one before. */
export function admitsOthers(before: Policy, after: Policy): boolean {
  const listsOf = ({ allowedAddresses, blockedAddresses }: Policy) =>
    JSON.stringify([allowedAddresses, blockedAddresses]);
  return listsOf(before) !== listsOf(after);
}
