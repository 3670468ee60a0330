/** The API description: OpenAPI 3.1, made from the routes and their contracts, and from nothing else. */
import { z } from 'zod';
import { PERMISSIONS } from '../../../contracts/kit/permissions.ts';
import { membersOf } from '../http/input.ts';
import { accessOf, type HandlerRoute, isLocated, type OperationRoute, type Route } from '../http/route.ts';
import { codesOf, HEADERS, headerRef, refusalsOf } from './answers.ts';
import { INTRODUCTION, TAGS } from './introduction.ts';
import { bookmarkHeader, content, keyHeader, matchHeader, noneMatchHeader, parameter } from './parts.ts';
import { oauthErrorSchema, problemExample, problemSchema } from './problem.ts';
import { type JsonSchema, Schemas } from './schemas.ts';
import { webhooksOf } from './webhooks.ts';

type Described = Record<string, unknown>;

/** Builds the document. */
class Description {
  readonly #schemas = new Schemas();
  readonly #routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  build(server: string, version: string): object {
    const paths: Record<string, Record<string, unknown>> = {};
    for (const route of this.#routes) (paths[route.path] ??= {})[route.method] = this.#operation(route);
    const webhooks = webhooksOf(this.#schemas);
    this.#schemas.of(problemSchema, 'output');
    return {
      openapi: '3.1.0',
      info: {
        title: 'Fairlead API',
        version,
        summary: 'Container tracking and freight procurement',
        description: INTRODUCTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: server, description: 'This installation' }],
      tags: TAGS,
      security: [{ oauth: [] }],
      paths,
      webhooks,
      components: {
        securitySchemes: securitySchemes(server),
        headers: HEADERS,
        schemas: sorted(this.#schemas.components),
      },
    };
  }

  #operation(route: Route): Described {
    const access = accessOf(route);
    const open = ['public', 'signature', 'ticket'].includes(access);
    const about = 'operation' in route ? route.operation : route.document;
    const scopes = access === 'authenticated' ? [] : [access];
    return {
      operationId: 'operation' in route ? route.operation.name : route.document.operationId,
      tags: [route.tag],
      summary: about.summary,
      description: descriptionOf(route),
      ...('deprecated' in about && about.deprecated ? { deprecated: true } : {}),
      security: open ? [] : [{ oauth: scopes }, { dpop: [] }],
      'x-access': access,
      ...('feature' in about && about.feature ? { 'x-feature': about.feature } : {}),
      'x-error-codes': codesOf(route),
      ...('operation' in route ? this.#ofOperation(route) : this.#ofHandler(route)),
    };
  }

  #ofOperation(route: OperationRoute): Described {
    const { operation, source } = route;
    const members = membersOf(operation.input);
    const parameters = [
      ...source.path.map((name) => parameter(this.#schemas, 'path', name, members[name]!)),
      ...[...(source.query?.keys() ?? [])].map((name) => parameter(this.#schemas, 'query', name, members[name]!)),
      ...(operation.idempotent ? [parameter(this.#schemas, 'header', 'idempotency-key', keyHeader)] : []),
      ...(operation.ifMatch ? [parameter(this.#schemas, 'header', 'if-match', matchHeader)] : []),
      ...(operation.versioned && route.method === 'get'
        ? [parameter(this.#schemas, 'header', 'if-none-match', noneMatchHeader.optional())]
        : []),
      ...(operation.service === 'procurement'
        ? [parameter(this.#schemas, 'header', 'fairlead-bookmark', bookmarkHeader.optional())]
        : []),
    ];
    return {
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(source.body !== 'none'
        ? {
            requestBody: {
              required: source.body === 'required',
              content: content(this.#schemas, 'application/json', bodyOf(route), 'input'),
            },
          }
        : {}),
      responses: {
        [route.status]: {
          description: route.status === 201 ? 'Created' : 'Done',
          headers: this.#headersOf(route),
          content: content(this.#schemas, 'application/json', operation.output, 'output'),
        },
        ...(operation.versioned && route.method === 'get'
          ? { 304: { description: 'You have the newest version' } }
          : {}),
        ...this.#refusals(route),
      },
    };
  }

  #headersOf(route: OperationRoute): Described {
    const { operation } = route;
    return {
      'x-correlation-id': headerRef('CorrelationId'),
      'x-request-id': headerRef('RequestId'),
      ratelimit: headerRef('RateLimit'),
      'ratelimit-policy': headerRef('RateLimitPolicy'),
      ...(operation.versioned ? { etag: headerRef('ETag') } : {}),
      ...(isLocated(route, this.#routes) ? { location: headerRef('Location') } : {}),
      ...(operation.idempotent ? { 'idempotency-replayed': headerRef('IdempotencyReplayed') } : {}),
      ...(operation.service === 'procurement' ? { 'fairlead-bookmark': headerRef('Bookmark') } : {}),
      ...(operation.deprecated
        ? { deprecation: headerRef('Deprecation'), sunset: headerRef('Sunset'), link: headerRef('Link') }
        : {}),
    };
  }

  #ofHandler(route: HandlerRoute): Described {
    const { document } = route;
    const of = (where: 'path' | 'query' | 'header', schemas: Record<string, z.ZodType> = {}) =>
      Object.entries(schemas).map(([name, schema]) => parameter(this.#schemas, where, name, schema));
    const parameters = [
      ...of('path', document.params),
      ...of('query', document.query),
      ...of('header', document.headers),
    ];
    const bodies = document.form ? { 'application/x-www-form-urlencoded': document.form } : document.body;
    const status = document.status ?? 200;
    const page = document.mediaType === 'text/html' ? z.string().meta({ examples: ['<!doctype html>…'] }) : null;
    const answer = page ?? document.answer;
    const mediaTypes = [document.mediaType ?? 'application/json'].flat();
    return {
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(bodies
        ? {
            requestBody: {
              required: true,
              content: Object.assign(
                {},
                ...Object.entries(bodies).map(([type, schema]) => content(this.#schemas, type, schema, 'input')),
              ) as object,
            },
          }
        : {}),
      responses: {
        [status]: {
          description: DESCRIPTIONS[status] ?? 'Done',
          headers: { 'x-correlation-id': headerRef('CorrelationId'), 'x-request-id': headerRef('RequestId') },
          ...(answer && status !== 303
            ? {
                content: Object.assign(
                  {},
                  ...mediaTypes.map((type) => content(this.#schemas, type, answer, 'output')),
                ) as object,
              }
            : {}),
        },
        ...this.#refusals(route),
      },
    };
  }

  #refusals(route: Route): Described {
    const errors = 'operation' in route ? 'problem' : (route.document.errors ?? 'problem');
    return Object.fromEntries(
      Object.entries(refusalsOf(route)).map(([text, description]) => {
        const status = Number(text);
        return [
          status,
          {
            description,
            headers: {
              'x-correlation-id': headerRef('CorrelationId'),
              'x-request-id': headerRef('RequestId'),
              ...(status === 401 ? { 'www-authenticate': headerRef('Authenticate') } : {}),
              ...(status === 429 || status === 503 ? { 'retry-after': headerRef('RetryAfter') } : {}),
            },
            ...(status < 400 && errors !== 'page' ? {} : { content: this.#errorContent(errors, status, route) }),
          },
        ];
      }),
    );
  }

  #errorContent(errors: 'problem' | 'oauth' | 'page', status: number, route: Route): Described {
    if (errors === 'page')
      return content(this.#schemas, 'text/html', z.string().meta({ examples: ['<!doctype html>…'] }), 'output');
    if (errors === 'oauth' && (status === 400 || status === 401)) {
      return content(this.#schemas, 'application/json', oauthErrorSchema, 'output');
    }
    if (!('operation' in route) && status === 503 && route.document.also?.[503] && route.document.answer) {
      return content(this.#schemas, 'application/json', route.document.answer, 'output');
    }
    const schema = this.#schemas.of(problemSchema, 'output');
    return { 'application/problem+json': { schema, example: problemExample(status, codesOf(route)) } };
  }
}

/** The body of an operation: its input without what the path names. */
function bodyOf({ operation, source }: OperationRoute): z.ZodType {
  const { input } = operation;
  if (source.path.length === 0 || !(input instanceof z.ZodObject)) return input;
  return input.omit(Object.fromEntries(source.path.map((name) => [name, true])) as Record<string, true>);
}

const DESCRIPTIONS: Record<number, string> = {
  101: 'The connection is a WebSocket now; the schema is that of its frames',
  202: 'Stored durably',
  303: 'On to where the Location header says',
};

/** What a route is, and who may use it. */
function descriptionOf(route: Route): string {
  const about = 'operation' in route ? route.operation : route.document;
  const access = accessOf(route);
  const who: Record<string, string> = {
    public: 'Anybody may ask.',
    authenticated: 'Needs any valid token.',
    signature: 'Needs the signature of the connection.',
    ticket: 'Needs a one-time ticket.',
  };
  return [about.description, who[access] ?? `Needs the permission \`${access}\`.`].filter(Boolean).join(' ');
}

const sorted = (components: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));

function securitySchemes(server: string): object {
  return {
    oauth: {
      type: 'oauth2',
      description: 'OAuth 2.1; the scopes of a token narrow what its role allows',
      flows: {
        clientCredentials: { tokenUrl: `${server}/oauth/token`, scopes: PERMISSIONS },
        authorizationCode: {
          authorizationUrl: `${server}/oauth/authorize`,
          tokenUrl: `${server}/oauth/token`,
          refreshUrl: `${server}/oauth/token`,
          scopes: PERMISSIONS,
        },
      },
    },
    dpop: {
      type: 'http',
      scheme: 'dpop',
      description: 'RFC 9449: a token bound to a key, with a proof in the DPoP header',
    },
  };
}

/** The OpenAPI 3.1 document of the routes, for an installation at `server`. */
export function apiDescription(routes: readonly Route[], server: string, version: string): object {
  return new Description(routes).build(server, version);
}
