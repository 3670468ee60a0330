/**
 * Every operation that takes an id, with the ids of tenant A, by callers who have no business there. A check an
 * operation: what each caller was answered shows nothing of A, and what is stored of A is the same afterwards.
 */

import { prepare } from '../authz/requests.ts';
import { type DocumentedOperation, operationsOf } from '../support/openapi.ts';
import { SHARED_NUMBER, type TokenSource } from '../support/world.ts';
import type { Check, Lab } from './lab.ts';
import { changedParts, storedAtRest } from './stored.ts';

/** Those whose answers are the same for everybody: who a carrier is is no secret of a tenant's. */
const SHARED = new Set(['carrier']);

/** Operations on what is the platform's or the caller's own: what operators do to a tenant's limits is their work. */
const OF_OPERATORS = /^\/v1\/tenants\//;

/** Operators read the platform's trail, which names the tenants that they made and changed, and nothing inside them. */
const OF_PLATFORM_TRAIL = /^\/v1\/audit(\/|$)/;

type Callers = Record<string, TokenSource | null>;

let callers: Promise<Callers> | null = null;

/** Seven kinds of caller who are strangers to tenant A. */
function strangers(lab: Lab): Promise<Callers> {
  callers ??= (async () => {
    const { b, tokens } = lab.world;
    const of = async (role: string): Promise<TokenSource> => {
      const { api } = await lab.machine(b.tenant.admin, role);
      return () => api.token();
    };
    return {
      nobody: null,
      'another tenant’s administrator': () => b.tenant.admin.token(),
      'another tenant’s procurement manager': await of('procurement_manager'),
      'another tenant’s operations': await of('operations'),
      'another tenant’s viewer': await of('viewer'),
      'a stranger carrier’s person': tokens.stranger_carrier,
      'the platform’s operator': tokens.platform_operator,
    };
  })();
  return callers;
}

/** A check for every operation of the document that names an object. */
export function sweepOf(lab: Lab): Check[] {
  callers = null;
  return operationsOf(lab.document)
    .filter(takesId)
    .map((op) => ({
      id: 'SWEEP',
      name: `${op.method} ${op.path} with A’s ids by seven strangers`,
      want: 'nothing shown, nothing changed',
      run: (running) => sweep(running, op),
    }));
}

function takesId({ path, access, parameters }: DocumentedOperation): boolean {
  const named = /\{(id|number|tenantId|connectionId|sessionId)\}/.test(path);
  const inQuery = parameters.some(({ in: place, name }) => place === 'query' && /(^id$|Id$)/.test(name));
  return (named || inQuery) && access !== 'public';
}

let seed = 0;

/** The present entity tag of what an operation is on: with another one, a check of whose it is might come too late to be seen. */
async function versionOf(lab: Lab, { path }: DocumentedOperation): Promise<string | null> {
  const { ids, tenant } = lab.world.a;
  const [, collection, id] = /^(\/v1\/[\w-]+)\/\{(\w+)\}/.exec(path) ?? [];
  if (!collection || id !== 'id') return null;
  const read = operationsOf(lab.document).find(
    (other) => other.method === 'GET' && other.path === `${collection}/{id}`,
  );
  if (!read) return null;
  const { url } = prepare(read, lab.document, lab.platform.origin, ids, 'viewer', ++seed);
  return (await tenant.admin.call('GET', url.slice(lab.platform.origin.length))).headers.get('etag');
}

async function sweep(lab: Lab, op: DocumentedOperation): Promise<string> {
  const { ids } = lab.world.a;
  const where = { container: SHARED_NUMBER, connection: ids.connection!, endpoint: ids.endpoint! };
  const before = await storedAtRest(lab.platform, ids.tenant!, where);
  const etag = op.method === 'PUT' || op.method === 'POST' ? await versionOf(lab, op) : null;
  const shown: string[] = [];
  for (const [caller, tokenOf] of Object.entries(await strangers(lab))) {
    const isOperator = caller === 'the platform’s operator';
    if (isOperator && OF_OPERATORS.test(op.path)) continue;
    const known = new Set(isOperator && OF_PLATFORM_TRAIL.test(op.path) ? [...SHARED, 'tenant'] : SHARED);
    const token = tokenOf && (await tokenOf());
    const request = prepare(op, lab.document, lab.platform.origin, ids, 'viewer', ++seed);
    const answer = await lab.fetcher(request.url, {
      method: request.method,
      headers: {
        ...request.headers,
        ...lab.address(),
        ...(etag === null ? {} : { 'if-match': etag }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      redirect: 'manual',
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const text = await answer.text();
    // Who is not let in at all has tried nothing.
    if (token !== null && answer.status === 401 && op.access !== 'signature') shown.push(`${caller} was not let in`);
    // An id that the caller itself named tells nothing when it comes back in the text of a refusal.
    const found = Object.entries(ids).find(
      ([name, id]) => !known.has(name) && text.includes(id) && !request.url.includes(id),
    );
    if (found) shown.push(`${caller} was shown A’s ${found[0]}`);
    if (text.includes(lab.world.a.marker)) shown.push(`${caller} was shown A’s texts`);
  }
  const changed = changedParts(before, await storedAtRest(lab.platform, ids.tenant!, where));
  if (shown.length > 0) return [...new Set(shown)].join('; ');
  return changed.length === 0 ? 'nothing shown, nothing changed' : `changed: ${changed.join(', ')}`;
}
