import { describe, expect, it } from 'vitest';
import { identity } from '../../contracts/identity/index.ts';
import { isForCallers, type Operation } from '../../contracts/kit/operation.ts';
import { PERMISSION_NAMES, ROLES } from '../../contracts/kit/permissions.ts';
import { notifications } from '../../contracts/notifications/index.ts';
import { observer } from '../../contracts/operations/index.ts';
import { procurement } from '../../contracts/procurement/index.ts';
import { tracking } from '../../contracts/tracking/index.ts';
import { createApp, ROUTES } from './app.ts';
import { accessOf, nameOf } from './http/route.ts';

/** Routes that are not of the API: the document itself, the console's assets, preflights. */
const NOT_OF_THE_API = ['GET /openapi.json', 'GET /*', 'OPTIONS /v1/*'];
const SPECIAL = ['authenticated', 'signature', 'ticket', 'public'];
const OPERATIONS = [identity, tracking, procurement, notifications, observer].flatMap(
  (contract) => Object.values(contract) as Operation[],
);

/** Routes with a handler of their own, each for what no operation can do. */
const HANDLERS: Record<string, string> = {
  'GET /healthz': 'asks no service',
  'GET /readyz': 'asks all services',
  'GET /.well-known/security.txt': 'plain text',
  'GET /.well-known/jwks.json': 'cached, and outside the API',
  'GET /.well-known/oauth-authorization-server': 'asks no service',
  'GET /.well-known/oauth-protected-resource/v1': 'asks no service',
  'GET /.well-known/oauth-protected-resource': 'asks no service',
  'POST /oauth/token': 'a form, and errors of OAuth',
  'POST /oauth/introspect': 'a form, and errors of OAuth',
  'POST /oauth/revoke': 'a form, and errors of OAuth',
  'GET /oauth/authorize': 'a page',
  'POST /oauth/authorize': 'a page',
  'POST /oauth/authorize/second-factor': 'a page',
  'GET /set-password': 'a page',
  'POST /set-password': 'a page',
  'POST /ingest/{connectionId}': 'a signature over raw bytes',
  'GET /v1/live/fleet': 'a WebSocket',
  'GET /v1/live/containers/{number}': 'a WebSocket',
  'GET /v1/shipments/{id}/overview': 'asks several services',
  'GET /v1/audit/export': 'a file, page by page',
};

describe('every route', () => {
  it('is of a contract, or on the short list of those with a handler of their own', () => {
    const own = ROUTES.filter((route) => !('operation' in route)).map(nameOf);
    expect(own.sort()).toEqual(Object.keys(HANDLERS).sort());
    const served = createApp()
      .routes.filter((route) => route.method !== 'ALL')
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const known = [...ROUTES.map(nameOf), ...NOT_OF_THE_API];
    expect(served.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !served.includes(name))).toEqual([]);
  });

  it('has an access that somebody can have', () => {
    const granted = new Set<string>([...SPECIAL, ...Object.values(ROLES).flat()]);
    expect(ROUTES.map(accessOf).filter((access) => !granted.has(access))).toEqual([]);
    expect(ROUTES.map(accessOf).filter((access) => ![...SPECIAL, ...PERMISSION_NAMES].includes(access))).toEqual([]);
  });

  it('names by its placeholders members of the operation’s input', () => {
    const wrong = ROUTES.flatMap((route) =>
      'operation' in route &&
      route.source.path.some((name) => !(name in (route.operation.input as { shape?: object }).shape!))
        ? [nameOf(route)]
        : [],
    );
    expect(wrong).toEqual([]);
  });
});

describe('every operation', () => {
  it('has a name of its own, across all services', () => {
    const names = OPERATIONS.map(({ name }) => name).filter((name) => name !== 'readiness');
    expect(names.length).toBe(new Set(names).size);
  });

  it('of callers from outside has one route, and any other none', () => {
    const routed = ROUTES.flatMap((route) => ('operation' in route ? [route.operation] : []));
    const outside = OPERATIONS.filter(({ permission }) => isForCallers(permission));
    const byName = (operations: Operation[]) => operations.map(({ service, name }) => `${service}.${name}`).sort();
    expect(byName(routed)).toEqual(byName(outside));
  });
});
