/** Sends fuzzed requests to every operation in turn, as somebody who may call it. */
import fc from 'fast-check';
import { ROLES } from '../../contracts/kit/permissions.ts';
import type { Fetch } from '../../scripts/support/api.ts';
import { type DocumentedOperation, type OpenApi, operationsOf } from '../support/openapi.ts';
import type { World } from '../support/world.ts';
import { caseFor, type FuzzCase, KINDS, type Kind } from './cases.ts';
import { Judge } from './judge.ts';

/** What was sent and what was found. */
export interface FuzzReport {
  requests: number;
  violations: string[];
  /** Answers below 400 by kind of request: a run in which nothing succeeds looks at nothing. */
  taken: Record<Kind, number>;
  sent: Record<Kind, number>;
}

/** Operations that would end the run's own callers. */
const LEFT_OUT = ['POST /v1/sign-out', 'POST /v1/operator-client/revoke'];

const zero = (): Record<Kind, number> => Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;

/** Sends so many requests. The same seed sends the same ones. */
export async function fuzz(
  options: { requests: number; seed: number; origin: string; document: OpenApi; world: World; fetcher: Fetch },
  onProgress: (done: number) => void,
): Promise<FuzzReport> {
  const { document, world, origin, fetcher, seed } = options;
  const judge = new Judge(document);
  const operations = operationsOf(document).filter((op) => !LEFT_OUT.includes(`${op.method} ${op.path}`));
  const report: FuzzReport = { requests: 0, violations: [], taken: zero(), sent: zero() };
  for (let i = 0; report.requests < options.requests; i++) {
    const op = operations[i % operations.length]!;
    const kind = KINDS[Math.floor(i / operations.length) % KINDS.length]!;
    const cases = caseFor(op, kind, document, world.a.ids);
    if (!cases) continue;
    const [sent] = fc.sample(cases, { numRuns: 1, seed: seed + i });
    const answer = await send(origin, fetcher, sent!, kind === 'no token' ? null : await callerOf(op, world), i);
    report.requests++;
    report.sent[kind]++;
    if (answer.status < 400) report.taken[kind]++;
    for (const fault of judge.faults(sent!, answer)) {
      report.violations.push(`${op.method} ${sent!.path.slice(0, 120)} (${kind}): ${fault}`);
    }
    onProgress(report.requests);
  }
  return report;
}

/** A token of somebody who may call the operation. */
async function callerOf(op: DocumentedOperation, world: World): Promise<string | null> {
  if (['public', 'ticket', 'signature'].includes(op.access ?? '')) return null;
  const may = (role: keyof typeof ROLES): boolean => (ROLES[role] as readonly string[]).includes(op.access!);
  if (op.access === 'authenticated') return world.tokens.viewer();
  if (may('tenant_admin')) return world.a.tenant.admin.token();
  return may('platform_operator') ? world.operator.token() : world.tokens.carrier_user();
}

async function send(origin: string, fetcher: Fetch, sent: FuzzCase, token: string | null, i: number) {
  const answer = await fetcher(origin + sent.path, {
    method: sent.op.method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      // Without a token the limit of one address would soon be all that answers.
      'cf-connecting-ip': token === null ? `203.0.${Math.floor(i / 250) % 250}.${i % 250}` : '203.0.113.1',
      ...sent.headers,
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
  const contentType = answer.headers.get('content-type') ?? '';
  return { status: answer.status, contentType, text: await answer.text() };
}
