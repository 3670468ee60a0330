/** What scripts and tests add to the client: raw answers whatever their status, and signed deliveries. */
import { createHmac, randomUUID } from 'node:crypto';
import { FairleadClient } from '../../clients/typescript/src/index.ts';

/** Sends a request; in tests the harness, in scripts the network. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** An answer, parsed. */
export interface Answer<T = any> {
  status: number;
  headers: Headers;
  body: T;
}

/** How often a request is sent that comes too soon: limits are of a minute, and `retry-after` of less. */
const TRIES_MAX = 10;

/** A client that gives every answer as it is, refusals too; `typed` is the client that others use. */
export class ApiClient {
  readonly origin: string;
  readonly typed: FairleadClient;

  constructor(origin: string, credentials: { id: string; secret: string } | null, fetcher: Fetch = fetch) {
    this.origin = origin;
    this.typed = new FairleadClient({
      origin,
      fetch: (url, init) => fetcher(String(url), init),
      ...(credentials ? { auth: { clientId: credentials.id, clientSecret: credentials.secret } } : {}),
    });
  }

  /** An access token by client_credentials. */
  token(): Promise<string> {
    return this.typed.token();
  }

  /** Sends one request; whatever the status, it is the answer. A POST gets a fresh key unless it brings one. */
  async call<T = any>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await this.typed.request(method, path, {
      body,
      headers: { ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}), ...headers },
    });
    const text = await answer.text();
    const json = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (json ? JSON.parse(text) : text) as T };
  }

  /** Sends one request that must succeed; one that came too soon is sent again when its answer says so. */
  async must<T = any>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const answer = await this.call<T>(method, path, body, headers);
      if (answer.status < 300) return answer.body;
      const waitSeconds = answer.status === 429 && tries < TRIES_MAX ? Number(answer.headers.get('retry-after')) : NaN;
      if (!(waitSeconds >= 0)) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      await new Promise((resolve) => setTimeout(resolve, waitSeconds * 1_000));
    }
  }

  /** All items of a list, page by page. */
  async all<T = any>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor ? `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}` : path;
      const page: { items: T[]; nextCursor: string | null } = await this.must('GET', next);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }
}

/** Headers of a Standard Webhooks delivery. */
export function signStandard(
  secret: string,
  body: string | Uint8Array,
  id = `msg_${randomUUID()}`,
): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

/** Headers of a DCSA delivery. */
function signDcsa(secret: string, body: string | Uint8Array): Record<string, string> {
  const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(body).digest('hex');
  return { 'notification-signature': `sha256=${signature}` };
}

/** Posts a signed delivery. */
export async function postSigned(
  origin: string,
  connection: { id: string; scheme: string; secret: string },
  body: string | Uint8Array<ArrayBuffer>,
  options: { contentType?: string; correlationId?: string; fetcher?: Fetch } = {},
): Promise<Answer> {
  const sign = connection.scheme === 'dcsa' ? signDcsa : signStandard;
  const answer = await (options.fetcher ?? fetch)(`${origin}/ingest/${connection.id}`, {
    method: 'POST',
    headers: {
      'content-type': options.contentType ?? 'application/json',
      ...(options.correlationId ? { 'x-correlation-id': options.correlationId } : {}),
      ...sign(connection.secret, body),
    },
    body,
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}
