import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../app.ts';
import { accessOf } from '../http/route.ts';
import { apiDescription } from './document.ts';

interface Schema {
  $ref?: string;
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
}
interface Media {
  schema: Schema;
  example?: unknown;
}
interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: object[];
  'x-access': string;
  parameters?: { name: string; in: string; description?: string; example?: unknown; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>;
}

const document = apiDescription(ROUTES, 'https://fairlead.example', '1.0.0') as {
  tags: { name: string }[];
  paths: Record<string, Record<string, Described>>;
  webhooks: Record<string, { post: Described }>;
  components: { schemas: Record<string, Schema> };
};
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const webhooks = Object.values(document.webhooks).map(({ post }) => post);
const everything = [...operations, ...webhooks];

describe('the API description', () => {
  it('has every route once, with its access and who may use it', () => {
    for (const route of ROUTES) {
      const described = document.paths[route.path]?.[route.method];
      expect([route.path, described?.['x-access']]).toEqual([route.path, accessOf(route)]);
      const open = ['public', 'signature', 'ticket'].includes(accessOf(route));
      expect([route.path, described!.security.length === 0]).toEqual([route.path, open]);
    }
    expect(operations).toHaveLength(ROUTES.length);
  });

  it('names each operation once, in a known group, with a summary and a description', () => {
    const names = everything.map(({ operationId }) => operationId);
    expect(names.length).toBe(new Set(names).size);
    const tags = document.tags.map(({ name }) => name);
    for (const { operationId, tags: own, summary, description } of everything) {
      expect([operationId, own.every((tag) => tags.includes(tag)), summary !== '', description !== '']).toEqual([
        operationId,
        true,
        true,
        true,
      ]);
    }
  });

  it('describes every parameter and gives an example of it', () => {
    const bare = everything.flatMap(({ operationId, parameters = [] }) =>
      parameters
        .filter(({ description, example }) => !description || example === undefined)
        .map(({ name }) => `${operationId} ${name}`),
    );
    expect(bare).toEqual([]);
  });

  it('describes every property and gives an example of it', () => {
    const bare: string[] = [];
    const visit = (schema: Schema, at: string): void => {
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        const known = property.$ref ? document.components.schemas[property.$ref.split('/').at(-1)!]! : property;
        if (!(property.description ?? known.description)) bare.push(`${at}.${name} has no description`);
        if (!hasExample(property)) bare.push(`${at}.${name} has no example`);
        visit(property, `${at}.${name}`);
      }
      if (schema.items) visit(schema.items, `${at}[]`);
      for (const choice of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) visit(choice, at);
    };
    const hasExample = (schema: Schema): boolean => {
      if (schema.examples || schema.const !== undefined || schema.enum) return true;
      if (schema.$ref) return true;
      if (schema.properties || schema.items) return true;
      return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some(hasExample);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (!schema.description) bare.push(`${name} has no description`);
      visit(schema, name);
    }
    expect(bare).toEqual([]);
  });

  it('has examples that its own schemas take', () => {
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    ajv.addSchema(document, 'document');
    const wrong: string[] = [];
    const check = (label: string, pointer: string[], { example }: Media): void => {
      if (example === undefined) wrong.push(`${label} has no example`);
      const escape = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
      const validate = ajv.compile({ $ref: `document#/${[...pointer, 'schema'].map(escape).join('/')}` });
      if (!validate(example)) wrong.push(`${label}: ${ajv.errorsText(validate.errors)}`);
    };
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId, requestBody, responses }] of Object.entries(methods)) {
        for (const [type, media] of Object.entries(requestBody?.content ?? {})) {
          check(`${operationId} takes`, ['paths', path, method, 'requestBody', 'content', type], media);
        }
        for (const [status, { content = {} }] of Object.entries(responses)) {
          for (const [type, media] of Object.entries(content)) {
            check(`${operationId} ${status}`, ['paths', path, method, 'responses', status, 'content', type], media);
          }
        }
      }
    }
    for (const [name, { post }] of Object.entries(document.webhooks)) {
      const [[type, media]] = Object.entries(post.requestBody!.content) as [[string, Media]];
      check(name, ['webhooks', name, 'post', 'requestBody', 'content', type], media);
    }
    expect(wrong).toEqual([]);
  });

  it('says every failure in words', () => {
    const silent = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses)
        .filter(([, { description }]) => description.length < 4)
        .map(([status]) => `${operationId} ${status}`),
    );
    expect(silent).toEqual([]);
  });
});
