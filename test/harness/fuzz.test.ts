import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fetch } from '../../scripts/support/api.ts';
import { fuzz } from '../fuzz/run.ts';
import type { Platform } from '../support/harness.ts';
import type { OpenApi } from '../support/openapi.ts';
import { startWorld, type World } from '../support/world.ts';

let platform: Platform;
let world: World;
let document: OpenApi;
let fetcher: Fetch;

beforeAll(async () => {
  ({ platform, world, document, fetcher } = await startWorld());
});
afterAll(() => platform?.close());

const run = (requests: number, doc: OpenApi, through: Fetch) =>
  fuzz({ requests, seed: 7, origin: platform.origin, document: doc, world, fetcher: through }, () => {});

/** The document with one path alone. */
function only(path: string): OpenApi {
  return { ...structuredClone(document), paths: { [path]: structuredClone(document.paths[path]!) } };
}

it('finds no violation in requests of every kind to every operation', async () => {
  const { violations, taken } = await run(850, document, fetcher);
  expect(violations).toEqual([]);
  expect(taken.valid).toBeGreaterThan(40);
});

it('sees an undocumented status, an answer that does not match, and what should not have been taken', async () => {
  const undocumented = only('/v1/carriers');
  delete undocumented.paths['/v1/carriers']!.post.responses['400'];
  expect((await run(40, undocumented, fetcher)).violations.join()).toContain('an undocumented 400');

  const stricter = only('/v1/me');
  stricter.components.schemas.Me!.required!.push('shoeSize');
  expect((await run(10, stricter, fetcher)).violations.join()).toContain('does not match its schema');

  const lax: Fetch = async (_url, init) =>
    Response.json({ items: [], nextCursor: null }, { status: init?.method === 'POST' ? 201 : 200 });
  const { violations } = await run(40, only('/v1/carriers'), lax);
  expect(violations.join()).toContain('no token, yet 200');
  expect(violations.join()).toContain('unknown property was taken');
  expect(violations.join()).toContain('unknown parameter was taken');
  const broken: Fetch = async () => new Response('oops', { status: 500 });
  expect((await run(5, only('/v1/carriers'), broken)).violations.join()).toContain('a defect: 500');
});
