/** The client: every operation of the API by its name, typed by the API description. */
import { OPERATIONS, type Operations, type Route } from './api.ts';
import { ApiError, errorOf } from './errors.ts';
import { type ClientCredentials, clientCredentials, type TokenSource } from './tokens.ts';

/** The name of an operation. */
export type OperationName = keyof Operations;
/** What an operation takes. */
export type InputOf<Name extends OperationName> = Operations[Name]['input'];
/** What an operation answers. */
export type OutputOf<Name extends OperationName> = Operations[Name]['output'];
/** Operations that answer pages. */
export type ListName = {
  [Name in OperationName]: OutputOf<Name> extends { items: unknown[]; nextCursor: string | null } ? Name : never;
}[OperationName];
/** An item of a list. */
export type ItemOf<Name extends ListName> = OutputOf<Name> extends { items: (infer Item)[] } ? Item : never;

/** How a client is set up. */
export interface ClientOptions {
  /** The installation, such as `https://fairlead.example`. */
  origin: string;
  /** A machine client's credentials, or whatever gives tokens; none for what anybody may ask. */
  auth?: ClientCredentials | TokenSource;
  /** How often a request is sent again that was refused for the moment (429, 503) or lost; 2 by default. */
  retries?: number;
  fetch?: typeof fetch;
  /** For tests: the present instant, and waiting. */
  now?: () => number;
  wait?: (ms: number) => Promise<void>;
}

/** What goes with a request beside its input. */
export interface CallOptions {
  /** The key of a request that creates something; a fresh one without it. */
  idempotencyKey?: string;
  /** The version that the caller has seen, for changes of what has one. */
  ifMatch?: number;
  signal?: AbortSignal;
}

/** A request as it is sent. */
export interface RawRequest {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Longest pause between two tries, whatever the server asks for. */
const WAIT_MAX_MS = 30_000;

/** A client of one installation, for one caller. */
export class FairleadClient {
  readonly origin: string;
  readonly #tokens: TokenSource | null;
  readonly #fetch: typeof fetch;
  readonly #retries: number;
  readonly #wait: (ms: number) => Promise<void>;
  /** Reads see at least what this client has written (D1 sessions). */
  #bookmark: string | null = null;

  constructor(options: ClientOptions) {
    const { origin, auth, retries = 2, now = Date.now } = options;
    // Browsers refuse a fetch that is called as a method of something else.
    const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.origin = new URL(origin).origin;
    this.#fetch = send;
    this.#retries = retries;
    this.#wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    this.#tokens =
      auth === undefined
        ? null
        : typeof auth === 'function'
          ? auth
          : clientCredentials(auth, { origin, fetch: send, now });
  }

  /** An access token, for what is not asked through this client. */
  async token(): Promise<string> {
    if (!this.#tokens) throw new Error('this client has no credentials');
    return this.#tokens();
  }

  /** Asks for an operation; a refusal throws an ApiError. */
  async call<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
    options: CallOptions = {},
  ): Promise<OutputOf<Name>> {
    const route = OPERATIONS[name];
    const { path, body } = requestOf(route, input as Record<string, unknown>);
    const headers = {
      ...(route.idempotent ? { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() } : {}),
      ...(options.ifMatch === undefined ? {} : { 'if-match': `"${options.ifMatch}"` }),
    };
    const repeatable = route.method === 'GET' || route.idempotent === true;
    const answer = await this.#sendUntilDone(route.method, path, { body, headers, signal: options.signal }, repeatable);
    if (!answer.ok) throw await errorOf(answer);
    return (await answer.json()) as OutputOf<Name>;
  }

  /** The items of a list, page by page as they are needed. */
  async *list<Name extends ListName>(
    name: Name,
    input: Omit<InputOf<Name>, 'cursor'> & { limit?: number },
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<ItemOf<Name>, void, undefined> {
    let cursor: string | null = null;
    do {
      const page: { items: unknown[]; nextCursor: string | null } = (await this.call(
        name,
        { ...input, ...(cursor === null ? {} : { cursor }) },
        options,
      )) as never;
      yield* page.items as ItemOf<Name>[];
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  /** Sends a request once; whatever the status, it is the answer. For what has no operation of its own. */
  async request(method: string, path: string, request: RawRequest = {}): Promise<Response> {
    const { headers = {} } = request;
    const token = this.#tokens && headers.authorization === undefined ? await this.#tokens() : null;
    return this.#send(method, path, request, token);
  }

  async #send(method: string, path: string, request: RawRequest, token: string | null): Promise<Response> {
    const { body, headers = {}, signal } = request;
    const answer = await this.#fetch(this.origin + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#bookmark ? { 'fairlead-bookmark': this.#bookmark } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    // Answers may overtake each other; bookmarks sort as text, and only a later one is worth keeping.
    const bookmark = answer.headers.get('fairlead-bookmark');
    if (bookmark !== null && bookmark > (this.#bookmark ?? '')) this.#bookmark = bookmark;
    return answer;
  }

  /** Sends a request again with another token when the one it went with is no longer taken. */
  async #sendRenewing(method: string, path: string, request: RawRequest): Promise<Response> {
    const token = this.#tokens ? await this.#tokens() : null;
    const answer = await this.#send(method, path, request, token);
    if (answer.status !== 401 || token === null || !this.#tokens) return answer;
    void answer.body?.cancel();
    return this.#send(method, path, request, await this.#tokens(token));
  }

  async #sendUntilDone(method: string, path: string, request: RawRequest, repeatable: boolean): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const last = !repeatable || attempt >= this.#retries;
      const answer = await this.#sendRenewing(method, path, request).catch((error: unknown) => {
        if (last || request.signal?.aborted || error instanceof ApiError) throw error;
        return null;
      });
      if (answer && (last || !mayPass(answer))) return answer;
      void answer?.body?.cancel();
      const asked = Number(answer?.headers.get('retry-after') ?? Number.NaN) * 1000;
      await this.#wait(Math.min(WAIT_MAX_MS, Number.isFinite(asked) ? asked : 500 * 2 ** attempt));
      request.signal?.throwIfAborted();
    }
  }
}

/** Whether a refusal is for the moment: over a quota, out of reach, or while the first request of a key still runs. */
const mayPass = ({ status, headers }: Response): boolean =>
  [429, 503].includes(status) || (status === 409 && headers.has('retry-after'));

/** The path with its placeholders and query filled in, and the body. */
function requestOf({ method, path, body }: Route, input: Record<string, unknown>): { path: string; body?: unknown } {
  const rest = { ...input };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = rest[name];
    delete rest[name];
    // These would name another path, encoded or not (URL standard, double-dot path segments).
    if (typeof value !== 'string' || ['', '.', '..'].includes(value)) throw new TypeError(`${name} names nothing`);
    return encodeURIComponent(value);
  });
  if (method === 'POST' || method === 'PUT') {
    return body ? { path: filled, body: rest } : { path: filled };
  }
  const search = new URLSearchParams(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  ).toString();
  return { path: search === '' ? filled : `${filled}?${search}` };
}
