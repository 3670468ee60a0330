/** What the API answers when it does not do what was asked. */
import type { Problem } from './api.ts';

/** A refusal, with the problem document that came with it (RFC 9457). */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** The problem document; a stand-in when the answer was no such document. */
  readonly problem: Problem;
  /** Seconds after which to ask again, where the answer says so. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, problem: Problem, retryAfterSeconds: number | null) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The stable code to decide by. */
  get code(): Problem['code'] {
    return this.problem.code;
  }

  /** Names the request in the platform's logs. */
  get correlationId(): string {
    return this.problem.correlationId;
  }

  /** The faults of the request, by JSON pointer. */
  get faults(): NonNullable<Problem['errors']> {
    return this.problem.errors ?? [];
  }
}

/** The error of an answer. */
export async function errorOf(answer: Response): Promise<ApiError> {
  const { status } = answer;
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  const body = (isJson ? await answer.json().catch(() => null) : null) as Partial<Problem> | null;
  const problem: Problem = {
    type: 'about:blank',
    title: `The server answered ${status}`,
    status,
    detail: '',
    correlationId: answer.headers.get('x-correlation-id') ?? '',
    ...body,
  };
  return new ApiError(status, problem, Number.isFinite(seconds) ? seconds : null);
}

/** The error of a token endpoint's answer (RFC 6749 section 5.2). */
export async function tokenErrorOf(clientId: string, answer: Response): Promise<ApiError> {
  const error = await errorOf(answer.clone());
  const { error: name, error_description: why } = (await answer.json().catch(() => ({}))) as Record<string, string>;
  const detail = name ? `No token for ${clientId}: ${name}${why ? ` (${why})` : ''}` : error.message;
  return new ApiError(answer.status, { ...error.problem, detail }, error.retryAfterSeconds);
}
