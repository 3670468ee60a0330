/** The gateway: every route of the product, the API first, then the console's assets. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { type GatewayContext, type GatewayTypes, senderOf } from './context.ts';
import { limited } from './middleware/admit.ts';
import { preflight } from './middleware/cors.ts';
import { requestContext, defect } from './middleware/request-context.ts';
import { register } from './operation.ts';
import { messagePage, page } from './pages.ts';
import { problem } from './problems.ts';
import { accountRoutes } from './routes/account.ts';
import { carrierRoutes } from './routes/carrier.ts';
import { connectionRoutes } from './routes/connections.ts';
import { containerRoutes } from './routes/containers.ts';
import { etaRoutes } from './routes/eta.ts';
import { identityRoutes } from './routes/identity.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { liveRoutes } from './routes/live.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { overviewRoutes } from './routes/overview.ts';
import { platformRoutes } from './routes/platform.ts';
import { policyRoutes } from './routes/policy.ts';
import { procurementRoutes } from './routes/procurement.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every declared operation. */
export const OPERATIONS = [
  ...platformRoutes,
  ...oauthRoutes,
  ...signInRoutes,
  ...accountRoutes,
  ...identityRoutes,
  ...policyRoutes,
  ...connectionRoutes,
  ...ingestRoutes,
  ...containerRoutes,
  ...etaRoutes,
  ...liveRoutes,
  ...procurementRoutes,
  ...overviewRoutes,
  ...carrierRoutes,
  ...webhookRoutes,
];

/** The pages of the console: each is served its one HTML file; anything else unknown is a 404. */
const CONSOLE_PAGES =
  /^\/($|auth\/callback$|map$|account$|security$|accuracy$|(team|carrier|containers|shipments|bookings|allocations)(\/|$))/;
const API_PATHS = /^\/(v1|oauth|ingest)(\/|$)/;
const PATHS = OPERATIONS.map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));
/** Swagger UI sets style attributes; its page, and no other, may. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'";

/** Builds the app. */
export function createApp(): OpenAPIHono<GatewayTypes> {
  const app = new OpenAPIHono<GatewayTypes>();
  app.use(requestContext);
  for (const op of OPERATIONS) register(app, op);
  app.openAPIRegistry.registerComponent('securitySchemes', 'oauth', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'dpop', {
    type: 'http',
    scheme: 'dpop',
    description: 'RFC 9449: a token bound to a key, with a proof in the DPoP header',
  });
  app.options('/v1/*', preflight);
  let text: string | null = null;
  app.get('/openapi.json', async (c) => {
    c.set('route', 'GET /openapi.json');
    const over = await limited(c, 'address', senderOf(c));
    if (over) return over;
    // Made once: it takes some 30 ms and never changes.
    text ??= JSON.stringify(document(app, c.env.ISSUER));
    return c.body(text, 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' });
  });
  app.get('*', serveAsset);
  app.notFound(nothingHere);
  app.onError((_error, c) => defect(c.get('correlationId')));
  return app;
}

/** The OpenAPI 3.1 document. */
export function document(app: OpenAPIHono<GatewayTypes>, server: string): object {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Fairlead API',
      version: '0.3.0',
      description:
        'Container tracking and freight procurement. Errors are RFC 9457 problem documents; lists page by cursor.',
    },
    servers: [{ url: server }],
  });
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
