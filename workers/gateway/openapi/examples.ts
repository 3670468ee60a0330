/** Examples of requests and answers, put together from those of their properties. */
import type { JsonSchema } from './schemas.ts';

/** An example of a schema. */
export function exampleOf(schema: JsonSchema, components: Record<string, JsonSchema>): unknown {
  const examples = schema.examples;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (schema.$ref) return exampleOf(components[schema.$ref.split('/').at(-1)!]!, components);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('default' in schema) return schema.default;
  const choices = (schema.oneOf ?? schema.anyOf) as JsonSchema[] | undefined;
  if (choices) return exampleOf(choices[0]!, components);
  const type = Array.isArray(schema.type) ? (schema.type as string[])[0] : schema.type;
  if (type === 'array') return schema.items ? [exampleOf(schema.items as JsonSchema, components)] : [];
  if (type === 'object') {
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, exampleOf(property, components)]),
    );
  }
  return type === 'boolean' ? true : type === 'string' ? '' : type === 'null' ? null : 0;
}
