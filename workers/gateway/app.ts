/** The gateway: every route of the product, the API first, then the console's assets. */
import { Hono } from 'hono';
import { admitted, type GatewayContext, type GatewayTypes } from './http/context.ts';
import { preflight } from './http/cors.ts';
import { problem } from './http/problems.ts';
import { defect, requestContext } from './http/request-context.ts';
import { type Route, register } from './http/route.ts';
import { apiDescription } from './openapi/document.ts';
import { messagePage, page } from './pages/forms.ts';
import { auditRoutes } from './routes/audit.ts';
import { identityRoutes } from './routes/identity.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { liveRoutes } from './routes/live.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { overviewRoutes } from './routes/overview.ts';
import { platformRoutes } from './routes/platform.ts';
import { procurementRoutes } from './routes/procurement.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { trackingRoutes } from './routes/tracking.ts';

/** The version of the API and of the product. */
export const VERSION = '0.5.0';

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  ...platformRoutes,
  ...oauthRoutes,
  ...signInRoutes,
  ...identityRoutes,
  ...trackingRoutes,
  ...ingestRoutes,
  ...liveRoutes,
  ...procurementRoutes,
  ...overviewRoutes,
  ...notificationRoutes,
  ...auditRoutes,
];

/** The pages of the console: each is served its one HTML file; anything else unknown is a 404. */
const CONSOLE_PAGES =
  /^\/($|auth\/callback$|map$|account$|security$|accuracy$|(team|carrier|containers|shipments|bookings|allocations)(\/|$))/;
const API_PATHS = /^\/(v1|oauth|ingest)(\/|$)/;
const PATHS = ROUTES.map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));
/** Swagger UI sets style attributes; its page, and no other, may. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'";

/** Builds the app. */
export function createApp(): Hono<GatewayTypes> {
  const app = new Hono<GatewayTypes>();
  app.use(requestContext);
  for (const route of ROUTES) register(app, route, ROUTES);
  app.options('/v1/*', preflight);
  let text: string | null = null;
  app.get('/openapi.json', async (c) => {
    c.set('route', 'GET /openapi.json');
    const over = await admitted(c, { access: 'public' });
    if (over) return over;
    // Made once: it takes some 30 ms and never changes.
    text ??= JSON.stringify(apiDescription(ROUTES, c.env.ISSUER, VERSION));
    return c.body(text, 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' });
  });
  app.get('*', serveAsset);
  app.notFound(nothingHere);
  app.onError((_error, c) => defect(c.get('correlationId')));
  return app;
}

/** A path that is an operation's under another method says which it takes (RFC 9110 section 15.5.6). */
function nothingHere(c: GatewayContext): Response {
  const correlationId = c.get('correlationId');
  const { pathname } = new URL(c.req.url);
  const allow = PATHS.filter(({ pattern }) => pattern.test(pathname)).map(({ method }) => method);
  if (allow.length === 0) {
    const detail = 'There is nothing at this address';
    if (isPageWanted(c, pathname)) return page(messagePage('Not found', `${detail}.`), 404);
    return problem(404, 'Not found', detail, correlationId);
  }
  const detail = `This address takes ${allow.join(' and ')}`;
  return problem(405, 'Not with this method', detail, correlationId, {}, { allow: allow.join(', ') });
}

/** Whether a person is looking: a browser that asks for a page, outside the API. */
function isPageWanted(c: GatewayContext, pathname: string): boolean {
  return !API_PATHS.test(pathname) && (c.req.header('accept') ?? '').includes('text/html');
}

async function serveAsset(c: GatewayContext): Promise<Response> {
  const { pathname } = new URL(c.req.url);
  c.set('route', 'GET asset');
  if (API_PATHS.test(pathname)) return c.notFound();
  const page = CONSOLE_PAGES.test(pathname);
  const file = page ? '/index.html' : /^\/docs\/?$/.test(pathname) ? '/docs/index.html' : pathname;
  // Not relative to the request's address: "//host/x" would name another host.
  const address = new URL(c.req.url);
  address.pathname = file;
  const asset = await c.env.ASSETS.fetch(new Request(address, c.req.raw));
  if (asset.status === 404) return c.notFound();
  const headers = new Headers(asset.headers);
  // Vite names built files by their content: they may be kept forever, the pages not at all.
  headers.set('cache-control', pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (pathname.startsWith('/docs')) headers.set('content-security-policy', DOCS_POLICY);
  return new Response(asset.body, { status: asset.status, headers });
}
