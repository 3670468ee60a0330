import { describe, expect, it } from 'vitest';
import { PERMISSION_NAMES, ROLES } from '../../contracts/permissions.ts';
import { createApp, document, OPERATIONS } from './app.ts';

/** Routes that are not operations of the API: the document itself, the console's assets, preflights. */
const NOT_OPERATIONS = ['GET /openapi.json', 'GET /*', 'OPTIONS /v1/*'];
const SPECIAL = ['authenticated', 'signature', 'ticket', 'public'];

describe('every route', () => {
  it('is a declared operation with a known access, or on the short list of those that are none', () => {
    const declared = new Map(
      OPERATIONS.map((op) => [`${op.method.toUpperCase()} ${op.path.replaceAll(/\{(\w+)\}/g, ':$1')}`, op.access]),
    );
    const undeclared = createApp()
      .routes.filter((route) => route.method !== 'ALL')
      .map((route) => `${route.method} ${route.path}`)
      .filter((name) => !declared.has(name) && !NOT_OPERATIONS.includes(name));
    expect(undeclared).toEqual([]);
    const unknown = [...declared].filter(([, access]) => ![...SPECIAL, ...PERMISSION_NAMES].includes(access));
    expect(unknown).toEqual([]);
  });

  it('stands in the OpenAPI document once, with its access', () => {
    const { paths } = document(createApp(), 'https://x.example') as {
      paths: Record<string, Record<string, { 'x-access': string }>>;
    };
    for (const op of OPERATIONS)
      expect([op.path, paths[op.path]?.[op.method]?.['x-access']]).toEqual([op.path, op.access]);
  });

  it('can be used by somebody: each permission belongs to a role that is issued', () => {
    const { system: _system, ...issued } = ROLES;
    const granted = new Set<string>(Object.values(issued).flat());
    expect(OPERATIONS.filter((op) => !SPECIAL.includes(op.access) && !granted.has(op.access))).toEqual([]);
  });
});
