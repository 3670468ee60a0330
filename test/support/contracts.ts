/**
 * Every answer that a test gets through the harness is held against its contract: the output schema of its
 * operation, and for a refusal the documented statuses and codes. What was answered is noted, so that a
 * check can say of which operation no answer was ever seen.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { identity } from '../../contracts/identity/index.ts';
import type { Operation } from '../../contracts/kit/operation.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { procurement } from '../../contracts/procurement/index.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { ROOT } from './root.ts';

/** Where the names of answered operations are noted, a line each. */
export const ANSWERED = join(ROOT, 'test-results', 'answered');

/** Every operation that has a route, by its name. */
export const OPERATIONS = new Map(
  [identity, tracking, procurement, notifications]
    .flatMap((contract) => Object.values(contract) as Operation[])
    .filter(({ permission }) => typeof permission === 'string' && permission !== 'connection')
    .map((operation) => [operation.name, operation]),
);

interface DocumentedRoute {
  operationId: string;
  responses: Record<string, unknown>;
  'x-error-codes': string[];
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
    const route = this.#routes.find((known) => known.method === method && known.pattern.test(pathname));
    const operation = route && OPERATIONS.get(route.documented.operationId);
    if (!operation || !/json/.test(answer.headers.get('content-type') ?? '')) return;
    const { name } = operation;
    const body: unknown = await answer.clone().json();
    if (answer.status < 300) {
      const parsed = operation.output.safeParse(body);
      if (!parsed.success) throw new Error(`${name} answered what its contract does not say: ${parsed.error.message}`);
      note(name);
      return;
    }
    const { code } = body as { code?: string };
    const documented = String(answer.status) in route.documented.responses || answer.status === 500;
    const codes = route.documented['x-error-codes'];
    if (!documented || (code !== undefined && !codes.includes(code))) {
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
