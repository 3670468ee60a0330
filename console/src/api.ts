import { accessToken, dropAccess, goToSignIn } from './auth.ts';

/** A refusal, in the words of the problem document. */
export class ApiError extends Error {
  readonly status: number;
  readonly correlationId: string;
  readonly faults: { pointer: string; detail: string }[];

  constructor(
    status: number,
    problem: {
      title?: string;
      detail?: string;
      correlationId?: string;
      errors?: { pointer: string; detail: string }[];
    },
  ) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}`);
    this.status = status;
    this.correlationId = problem.correlationId ?? '';
    this.faults = problem.errors ?? [];
  }
}

/** Calls the API as the signed-in user. Without a session the browser goes to the sign-in page. */
export async function api<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await send(method, path, body, headers);
  if (!answer.ok) {
    const problem = /json/.test(answer.headers.get('content-type') ?? '') ? ((await answer.json()) as object) : {};
    throw new ApiError(answer.status, problem);
  }
  return (await answer.json()) as T;
}

async function send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const token = await accessToken();
    if (!token) {
      await goToSignIn();
      return new Promise(() => {});
    }
    const answer = await fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status !== 401 || attempt > 0) return answer;
    dropAccess();
  }
}

/** Reads. */
export const get = <T>(path: string): Promise<T> => api<T>('GET', path);

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
