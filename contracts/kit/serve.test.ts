import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { contract, operation, type RequestContext } from './operation.ts';
import { TENANT_ROLES } from './permissions.ts';
import { ok } from './result.ts';
import { onBehalfOf, type Scope, serve, systemContext, systemScope } from './serve.ts';

const things = contract('tracking', {
  readThing: operation({
    permission: 'containers:read',
    summary: 'Reads',
    input: z.strictObject({ id: z.string().min(2), limit: z.int().default(5) }),
    output: z.strictObject({ id: z.string(), limit: z.int(), tenantId: z.string() }),
  }),
  writeThing: operation({
    permission: 'containers:write',
    summary: 'Writes',
    idempotent: true,
    ifMatch: true,
    input: z.strictObject({}),
    output: z.strictObject({ key: z.string(), version: z.int() }),
  }),
  deliver: operation({ permission: 'connection', summary: 'Delivers', input: z.strictObject({}), output: z.string() }),
  work: operation({ permission: 'system', summary: 'Works', input: z.strictObject({}), output: z.string() }),
  open: operation({
    permission: { unauthenticated: 'a test' },
    summary: 'Anybody',
    input: z.strictObject({}),
    output: z.boolean(),
  }),
});

const scopes: Scope[] = [];
const answer = serve<typeof things, object>(things, {
  readThing: async ({ scope, input }) => {
    scopes.push(scope);
    return ok({ ...input, tenantId: scope.tenantId });
  },
  writeThing: async ({ idempotencyKey, expectedVersion }) => ok({ key: idempotencyKey, version: expectedVersion }),
  deliver: async ({ scope }) => ok(scope.subject),
  work: async ({ scope }) => ok(scope.tenantId),
  open: async (request) => ok('scope' in request),
});

const actor: Actor = {
  tenantId: 'ten_a',
  subject: 'usr_a',
  kind: 'user',
  roles: ['operations'],
  scopes: null,
  sessionId: 'ses_a',
};
const ask = (name: keyof typeof things, input: unknown, context: Partial<RequestContext> = {}) =>
  answer(
    name,
    { env: {}, now: 1, waitUntil: () => {} },
    { actor, correlationId: 'c', address: 'a', ...context },
    input,
  );

describe('an operation', () => {
  it('is answered to who may, with defaults filled in and the tenant of the actor', async () => {
    expect(await ask('readThing', { id: 'xx' })).toEqual(ok({ id: 'xx', limit: 5, tenantId: 'ten_a' }));
  });

  it('is refused to who may not: without an actor, a role, or the scope', async () => {
    expect(await ask('readThing', { id: 'xx' }, { actor: null })).toMatchObject({ code: 'unauthenticated' });
    expect(await ask('readThing', { id: 'xx' }, { actor: { ...actor, roles: [] } })).toMatchObject({
      code: 'forbidden',
    });
    const narrowed = { ...actor, scopes: ['routes:read' as const] };
    expect(await ask('readThing', { id: 'xx' }, { actor: narrowed })).toMatchObject({ code: 'forbidden' });
    expect(await ask('deliver', {})).toMatchObject({ code: 'forbidden' });
  });

  it('of the platform’s own is answered to services alone', async () => {
    const everything = { ...actor, roles: [...TENANT_ROLES] };
    expect(await ask('work', {}, { actor: everything })).toMatchObject({ code: 'forbidden' });
    expect(await ask('work', {}, { actor: { ...everything, kind: 'connection' } })).toMatchObject({
      code: 'forbidden',
    });
    expect(await ask('work', {}, systemContext('ten_b', 'a job', 'c'))).toEqual(ok('ten_b'));
    expect(await ask('readThing', { id: 'xx' }, systemContext('ten_b', 'a job', 'c'))).toMatchObject({
      code: 'forbidden',
    });
  });

  it('refuses before it looks at the input: a stranger learns nothing of what is valid', async () => {
    expect(await ask('readThing', 42, { actor: null })).toMatchObject({ code: 'unauthenticated' });
  });

  it('names every fault of its input, and every member that it does not know', async () => {
    const refused = await ask('readThing', { id: 'x', limit: 1.5, colour: 1, size: 2 });
    expect(refused).toMatchObject({ code: 'invalid' });
    const pointers = 'faults' in refused ? (refused.faults ?? []).map(({ pointer }) => pointer) : [];
    expect(pointers.toSorted((a, b) => a.localeCompare(b))).toEqual(['/colour', '/id', '/limit', '/size']);
  });

  it('needs the key and the version that it declares', async () => {
    expect(await ask('writeThing', {})).toMatchObject({ code: 'invalid' });
    expect(await ask('writeThing', {}, { idempotencyKey: 'k' })).toMatchObject({ code: 'precondition.required' });
    const whole = { idempotencyKey: 'k', expectedVersion: 3 };
    expect(await ask('writeThing', {}, whole)).toEqual(ok({ key: 'k', version: 3 }));
  });

  it('without an actor has no scope', async () => {
    expect(await ask('open', {}, { actor: null })).toEqual(ok(false));
  });
});

describe('a scope', () => {
  it('on behalf of another tenant keeps who asked, and holds no permission', async () => {
    await ask('readThing', { id: 'xx' });
    const acting = onBehalfOf(scopes.at(-1)!, 'ten_b');
    expect([acting.tenantId, acting.subject, acting.correlationId]).toEqual(['ten_b', 'usr_a', 'c']);
    expect(acting.actorOrganisationId).toBe(scopes.at(-1)!.tenantId);
    expect(acting.allows('containers:read')).toBe(false);
  });

  it('of the platform’s own work holds no permission, and is nobody’s carrier', () => {
    const job = systemScope('ten_a', 'sweep', 'c');
    expect([job.kind, job.allows('containers:read'), job.carrierId]).toEqual(['system', false, null]);
  });
});
