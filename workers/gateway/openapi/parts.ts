/** Parameters and bodies of the API description. */
import { z } from 'zod';
import { BOOKMARK } from '../http/conditions.ts';
import { exampleOf } from './examples.ts';
import type { Schemas } from './schemas.ts';

/** A part of the document. */
export type Described = Record<string, unknown>;

/** The Idempotency-Key of a request. */
export const keyHeader = z
  .string()
  .min(8)
  .max(128)
  .regex(/^[!-~]+$/)
  .meta({
    description: 'Fresh for each new request, the same for its retries; a UUID does',
    examples: ['2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11'],
  });
/** The If-Match of a request. */
export const matchHeader = z
  .string()
  .regex(/^"\d{1,15}"$/)
  .meta({ description: 'The entity tag you have read', examples: ['"3"'] });
/** The If-None-Match of a request. */
export const noneMatchHeader = z
  .string()
  .max(1_000)
  .meta({ description: 'The entity tag you have: 304 when it is still the newest', examples: ['"3"'] });
/** The bookmark of a request. */
export const bookmarkHeader = z
  .string()
  .regex(BOOKMARK)
  .meta({
    description: 'The bookmark of an earlier answer: reads your own writes',
    examples: ['00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683'],
  });

/** A parameter with its description and an example. */
export function parameter(
  schemas: Schemas,
  where: 'path' | 'query' | 'header',
  name: string,
  schema: z.ZodType,
): Described {
  const { description, examples, ...json } = schemas.of(schema, 'input');
  const list = where === 'query' && json.type === 'array';
  return {
    name,
    in: where,
    required: where === 'path' || !schema.safeParse(undefined).success,
    ...(description === undefined ? {} : { description }),
    ...(list ? { style: 'form', explode: false } : {}),
    schema: json,
    ...(Array.isArray(examples) && examples.length > 0 ? { example: examples[0] as unknown } : {}),
  };
}

/** A body of a media type with an example. */
export function content(schemas: Schemas, mediaType: string, schema: z.ZodType, io: 'input' | 'output'): Described {
  const json = schemas.of(schema, io);
  return { [mediaType]: { schema: json, example: exampleOf(json, schemas.components) } };
}
