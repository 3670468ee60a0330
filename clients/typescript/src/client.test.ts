import { describe, expect, it } from 'vitest';
import { ApiError, FairleadClient } from './index.ts';

interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

/** An installation that answers as the test says, in order; the last answer stays. */
function installation(...answers: (Response | Error)[]) {
  const sent: Sent[] = [];
  let tokens = 0;
  const send = (async (url: string, init: RequestInit = {}) => {
    const headers = { ...(init.headers as Record<string, string>) };
    if (url.endsWith('/oauth/token')) {
      return Response.json({ access_token: `token-${++tokens}`, expires_in: 300 });
    }
    sent.push({ method: init.method!, url, headers, body: init.body ? JSON.parse(String(init.body)) : undefined });
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return answer.clone();
  }) as typeof fetch;
  const waits: number[] = [];
  let now = 0;
  const client = new FairleadClient({
    origin: 'https://x.example',
    auth: { clientId: 'cli_1', clientSecret: 'secret' },
    fetch: send,
    now: () => now,
    wait: async (ms) => void waits.push(ms),
  });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { client, sent, waits, pass, tokens: () => tokens };
}

const refused = (status: number, headers: Record<string, string> = {}): Response =>
  Response.json(
    { type: 'about:blank', title: 'x', status, detail: 'why', correlationId: 'c', code: 'not_found' },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );

describe('an operation', () => {
  it('is sent to its path with its query or body', async () => {
    const { client, sent } = installation(Response.json({}));
    await client.call('listContainers', { box: [-10, 35, 5, 60], alerting: true, limit: 5 });
    await client.call('transitionBooking', { id: 'bkg/1', to: 'cancelled' }, { ifMatch: 3 });
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', 'https://x.example/v1/containers?box=-10%2C35%2C5%2C60&alerting=true&limit=5', undefined],
      ['POST', 'https://x.example/v1/bookings/bkg%2F1/transitions', { to: 'cancelled' }],
    ]);
    expect(sent[1]!.headers['if-match']).toBe('"3"');
  });

  it('that creates something has a key, the same on every try', async () => {
    const { client, sent, waits } = installation(
      new Error('lost'),
      refused(503, { 'retry-after': '4' }),
      Response.json({}),
    );
    await client.call('createBooking', { allocationId: 'all_1', quantity: 1 });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(waits).toEqual([500, 4_000]);
  });

  it('that is not repeatable is sent once', async () => {
    const { client, sent } = installation(refused(503));
    await expect(client.call('disableConnection', { id: 'con_1' })).rejects.toThrow(ApiError);
    expect(sent).toHaveLength(1);
  });

  it('that is refused throws the problem', async () => {
    const { client } = installation(refused(404));
    const error = await client.call('getBooking', { id: 'bkg_1' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 404, code: 'not_found', message: 'why', correlationId: 'c', faults: [] });
  });
});

describe('the token', () => {
  it('is asked for once however many ask, and renewed before it ends', async () => {
    const { client, sent, pass, tokens } = installation(Response.json({}));
    await Promise.all([client.call('me', {}), client.call('me', {})]);
    expect(tokens()).toBe(1);
    pass(271_000);
    await client.call('me', {});
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('that is refused is renewed, once', async () => {
    const { client, sent } = installation(refused(401), refused(401));
    await expect(client.call('me', {})).rejects.toMatchObject({ status: 401 });
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });
});

describe('a list', () => {
  it('is read page by page', async () => {
    const page = (items: number[], nextCursor: string | null): Response => Response.json({ items, nextCursor });
    const { client, sent } = installation(page([1, 2], 'next'), page([3], null));
    const read: unknown[] = [];
    for await (const item of client.list('listBookings', { state: 'confirmed' })) read.push(item);
    expect(read).toEqual([1, 2, 3]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(['?state=confirmed', '?state=confirmed&cursor=next']);
  });
});

it('reads what it has written: the bookmark goes along', async () => {
  const { client, sent } = installation(Response.json({}, { headers: { 'fairlead-bookmark': 'b-1' } }));
  await client.call('me', {});
  await client.call('me', {});
  expect(sent.map(({ headers }) => headers['fairlead-bookmark'])).toEqual([undefined, 'b-1']);
});

it('keeps the later of two bookmarks, whichever answer comes last', async () => {
  const marked = (bookmark: string) => Response.json({}, { headers: { 'fairlead-bookmark': bookmark } });
  const { client, sent } = installation(marked('0002'), marked('0001'), Response.json({}));
  await client.call('listBookings', {});
  await client.call('listBookings', {});
  await client.call('listBookings', {});
  expect(sent.map(({ headers }) => headers['fairlead-bookmark'])).toEqual([undefined, '0002', '0002']);
});

it('waits for the first request of a key that still runs, instead of giving up what may have been done', async () => {
  const { client, sent, waits } = installation(refused(409, { 'retry-after': '2' }), Response.json({ id: 'bkg_1' }));
  await client.call('createBooking', { allocationId: 'alc_1', quantity: 1 });
  expect(waits).toEqual([2_000]);
  expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

it.each(['', '.', '..'])('sends nothing for an id that would name another path: "%s"', async (id) => {
  const { client, sent } = installation(Response.json({}));
  await expect(client.call('endUserSessions', { id })).rejects.toThrow('id names nothing');
  expect(sent).toEqual([]);
});

it('renews once, however many requests were refused with the same token', async () => {
  const { client, tokens } = installation(refused(401), refused(401), refused(401), Response.json({}));
  await Promise.allSettled([client.call('me', {}), client.call('me', {}), client.call('me', {})]);
  expect(tokens()).toBe(2);
});

it('a wrong secret is an ApiError, and is not tried again', async () => {
  let asked = 0;
  const client = new FairleadClient({
    origin: 'https://x.example',
    auth: { clientId: 'cli_1', clientSecret: 'wrong' },
    fetch: async () => {
      asked++;
      return Response.json({ error: 'invalid_client', error_description: 'unknown' }, { status: 401 });
    },
  });
  const error = await client.call('me', {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 401, message: 'No token for cli_1: invalid_client (unknown)' });
  expect(asked).toBe(1);
});

it('takes an origin with a slash at its end', async () => {
  const asked: string[] = [];
  const fetcher = (async (url: string) => {
    asked.push(url);
    return Response.json({});
  }) as typeof fetch;
  await new FairleadClient({ origin: 'https://x.example/', fetch: fetcher }).call('health', {});
  expect(asked).toEqual(['https://x.example/healthz']);
});
