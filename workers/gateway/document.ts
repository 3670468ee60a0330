/** What the OpenAPI document says of an operation: everything the checks in front of its handler do. */
import { createRoute, z } from '@hono/zod-openapi';
import type { AnyOperation } from './operation.ts';
import { oauthErrorSchema, problemSchema } from './schemas.ts';

const keyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(8)
    .max(128)
    .regex(/^[!-~]+$/)
    .openapi({ description: 'Fresh for each new request, the same for its retries; a UUID does' }),
});
const matchHeader = z.object({
  'if-match': z
    .string()
    .regex(/^"\d{1,15}"$/)
    .openapi({ description: 'The ETag you have read', example: '"3"' }),
});

/** Statuses by what is declared. */
function refusals(op: AnyOperation): Record<number, string> {
  const secured = !['public', 'signature', 'ticket'].includes(op.access);
  return {
    400: 'Not valid',
    ...(op.access === 'public' ? {} : { 401: 'No valid token' }),
    ...(secured ? { 403: 'Not allowed', 503: 'Cannot be decided now; see Retry-After' } : {}),
    ...(op.params ? { 404: 'Not found' } : {}),
    ...(op.keyed
      ? { 409: 'The first request of this key is still running', 422: 'The key belongs to another request' }
      : {}),
    ...(op.ifMatch ? { 412: 'Changed since you read it', 428: 'If-Match is required' } : {}),
    ...(op.body ? { 413: 'Body over its limit', 415: 'Not JSON' } : {}),
    429: 'Too many requests',
    ...op.also,
  };
}

/** The route as the document has it. */
export function documented(op: AnyOperation): ReturnType<typeof createRoute> {
  const status = op.status ?? 200;
  const secured = !['public', 'signature', 'ticket'].includes(op.access);
  const headers = [...(op.keyed ? [keyHeader] : []), ...(op.ifMatch ? [matchHeader] : [])];
  const oauth = (code: string): boolean => op.oauthErrors === true && ['400', '401'].includes(code);
  const content = op.page
    ? { 'text/html': { schema: z.string() } }
    : op.answer && { 'application/json': { schema: op.answer as never } };
  const error = (code: string) =>
    op.page
      ? { 'text/html': { schema: z.string() }, 'application/problem+json': { schema: problemSchema } }
      : oauth(code)
        ? { 'application/json': { schema: oauthErrorSchema } }
        : { 'application/problem+json': { schema: problemSchema } };
  return createRoute({
    method: op.method,
    path: op.path,
    tags: [op.tag],
    summary: op.summary,
    ...(op.description ? { description: op.description } : {}),
    ...(op.deprecated ? { deprecated: true } : {}),
    ...(secured ? { security: [{ oauth: [] }, { dpop: [] }] } : {}),
    'x-access': op.access,
    ...(op.feature ? { 'x-feature': op.feature } : {}),
    request: {
      ...(op.params ? { params: op.params } : {}),
      ...(op.query ? { query: op.query } : {}),
      ...(headers.length > 0 ? { headers } : {}),
      ...(op.body ? { body: { required: true, content: { 'application/json': { schema: op.body } } } } : {}),
      ...(op.form
        ? { body: { required: true, content: { 'application/x-www-form-urlencoded': { schema: op.form } } } }
        : {}),
    },
    responses: {
      [status]: { description: 'Done', ...(content ? { content } : {}) },
      ...(op.conditional ? { 304: { description: 'Not modified' } } : {}),
      ...Object.fromEntries(
        Object.entries(refusals(op)).map(([code, description]) => [code, { description, content: error(code) }]),
      ),
    },
  } as never) as ReturnType<typeof createRoute>;
}
