import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fetch } from '../../scripts/support/api.ts';
import { Matrix, type MatrixReport } from '../authz/matrix.ts';
import { checkServices, OPERATIONS } from '../authz/rpc.ts';
import type { Platform } from '../support/harness.ts';
import type { OpenApi } from '../support/openapi.ts';
import { startWorld, type World } from '../support/world.ts';

let platform: Platform;
let world: World;
let document: OpenApi;
let fetcher: Fetch;
const empty = (): MatrixReport => ({ operations: 0, cells: 0, leaks: [], undeclared: [] });
const run = (only: RegExp, through: Fetch, doc = document) =>
  new Matrix(platform, world, doc, through, only).run(() => {});

beforeAll(async () => {
  ({ platform, world, document, fetcher } = await startWorld());
});
afterAll(() => platform?.close());

it('a planted leak makes the matrix fail: another tenant is answered with what is not its own', async () => {
  const ownToken = await world.a.tenant.admin.token();
  const foreign = await world.b.tenant.admin.token();
  const leaky: Fetch = (url, init) => {
    const headers = { ...(init?.headers as Record<string, string>) };
    if (headers.authorization === `Bearer ${foreign}`) headers.authorization = `Bearer ${ownToken}`;
    return fetcher(url, { ...init, headers });
  };
  const { leaks } = await run(/^\/v1\/bookings\/\{id\}$/, leaky);
  expect(leaks).toContain('GET /v1/bookings/{id}: other tenant was shown A’s booking');
  expect(leaks).toContain('GET /v1/bookings/{id}: other tenant answered 200 for A’s object');
});

it('so does a planted lapse in a role, a token that should open nothing, and an operation without access', async () => {
  const admin = await world.a.tenant.admin.token();
  const lax: Fetch = (url, init) =>
    fetcher(url, { ...init, headers: { ...(init?.headers as object), authorization: `Bearer ${admin}` } });
  const { leaks } = await run(/^\/v1\/clients$/, lax);
  expect(leaks).toContain('GET /v1/clients: no token answered 200, not 401');
  expect(leaks).toContain('GET /v1/clients: viewer answered 200, not 403');
  expect(leaks).toContain('GET /v1/clients: machine without the scope answered 200, not 403');
  const open = structuredClone(document);
  delete open.paths['/v1/clients']!.get['x-access'];
  expect((await run(/^\/v1\/clients$/, fetcher, open)).undeclared).toEqual(['GET /v1/clients: no declared access']);
});

it('so does an operation of a service that takes anybody for an administrator', async () => {
  const report = empty();
  const admin = { tenantId: world.a.ids.tenant!, roles: ['tenant_admin' as const] };
  await checkServices(platform, world, report, (operation, actor) =>
    operation.name === 'getBooking' ? { ...actor, ...admin } : actor,
  );
  expect(report.leaks).toContain('procurement.getBooking shows A’s booking');
  expect(report.leaks).toContain('procurement.getBooking lets an actor without roles pass (ok)');
});

it('asks every operation of every service', () => {
  expect(OPERATIONS.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['createTenant', 'me', 'putPolicy', 'resetFactor', 'ingest', 'replayDelivery']),
  );
});

it('shows nothing of one tenant to anybody else, over every operation and every caller', async () => {
  const report = await new Matrix(platform, world, document, fetcher).run(
    () => {},
    (found) => checkServices(platform, world, found),
  );
  expect({ leaks: report.leaks, undeclared: report.undeclared }).toEqual({ leaks: [], undeclared: [] });
  expect(report.cells).toBeGreaterThan(1_000);
}, 600_000);
