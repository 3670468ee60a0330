/**
 * Every answer that a test gets through the harness is held against its contract: the output schema of its
 * operation, and for a refusal the documented statuses and codes. What was answered is noted, so that a
 * check can say of which operation no answer was ever seen.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { gatewayAnswers } from '../../contracts/gateway/answers.ts';
import { identity } from '../../contracts/identity/index.ts';
import { isForCallers, type Operation } from '../../contracts/kit/operation.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { observer } from '../../contracts/operations/index.ts';
import { procurement } from '../../contracts/procurement/index.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { ROOT } from '../../scripts/support/root.ts';

/** Where the names of answered operations are noted, a line each, a file for each process. */
const ANSWERED = join(ROOT, 'test-results', 'answered');

/** What every operation of the public API answers, by its name. */
const OUTPUTS = new Map<string, z.ZodType>([
  ...Object.entries(gatewayAnswers),
  ['protectedResourceOfHost', gatewayAnswers.protectedResource],
  ...[identity, tracking, procurement, notifications, observer]
    .flatMap((contract) => Object.values(contract) as Operation[])
    .filter(({ permission }) => isForCallers(permission))
    .map(({ name, output }) => [name, output] as const),
]);

/** Their names. */
export const OPERATION_NAMES: readonly string[] = [...OUTPUTS.keys()].sort();

interface DocumentedRoute {
  operationId: string;
  responses: Record<string, unknown>;
  /** Codes of the problem documents it may answer; none where refusals have another form (OAuth). */
  'x-error-codes'?: string[];
}

/** The routes of an API description, to find the one that a request went to. */
export class AnswerCheck {
  readonly #routes: { method: string; pattern: RegExp; documented: DocumentedRoute }[];

  constructor(document: { paths: Record<string, Record<string, DocumentedRoute>> }) {
    this.#routes = Object.entries(document.paths)
      // A fixed path before one with a placeholder in its place.
      .sort(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, documented]) => ({
          method: method.toUpperCase(),
          pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
          documented,
        })),
      );
  }

  /** Throws when an answer is not what its contract says. */
  async check(method: string, url: string, answer: Response): Promise<void> {
    const { pathname } = new URL(url);
    const documented = this.#routes.find(
      (known) => known.method === method && known.pattern.test(pathname),
    )?.documented;
    const output = documented && OUTPUTS.get(documented.operationId);
    if (!output || !/json/.test(answer.headers.get('content-type') ?? '')) return;
    const { operationId: name, responses, 'x-error-codes': codes } = documented;
    const body: unknown = await answer.clone().json();
    if (answer.status < 300) {
      const parsed = output.safeParse(body);
      if (!parsed.success) throw new Error(`${name} answered what its contract does not say: ${parsed.error.message}`);
      note(name);
      return;
    }
    const { code } = body as { code?: string };
    const isCode = code === undefined || codes === undefined || codes.includes(code);
    if (!isCode || !(String(answer.status) in responses || answer.status === 500)) {
      throw new Error(`${name} answered ${answer.status} ${code ?? ''}, which its contract does not name`);
    }
  }
}

const noted = new Set<string>();

function note(name: string): void {
  if (noted.has(name)) return;
  noted.add(name);
  mkdirSync(ANSWERED, { recursive: true });
  appendFileSync(join(ANSWERED, `${process.pid}.txt`), `${name}\n`);
}

/** Forgets what was noted, before a run. */
export function forgetAnswered(): void {
  rmSync(ANSWERED, { recursive: true, force: true });
  mkdirSync(ANSWERED, { recursive: true });
}

/** The names of the operations that were answered since then. */
export function answered(): Set<string> {
  return new Set(
    readdirSync(ANSWERED)
      .flatMap((file) => readFileSync(join(ANSWERED, file), 'utf8').split('\n'))
      .filter(Boolean),
  );
}
