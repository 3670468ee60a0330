/** The words that requests and answers are made of, each with its description and an example for the API description. */
import { z } from 'zod';

/** An id of the platform: a prefix that names the kind, and 26 characters that sort by creation (ULID layout). */
export function idOf(prefix: string, description: string) {
  const example = `${prefix}_01kb2h5m8q3v6x9y2z4a7c0d5e`;
  return z.string().meta({ description, examples: [example] });
}

/** An id as a caller names it: bounded, whatever it is. */
export function idInput(prefix: string, description: string) {
  const example = `${prefix}_01kb2h5m8q3v6x9y2z4a7c0d5e`;
  return z
    .string()
    .min(1)
    .max(80)
    .meta({ description, examples: [example] });
}

/** A property with its description and an example. */
export function described<T extends z.ZodType>(schema: T, description: string, example: unknown): T {
  return schema.meta({ description, examples: [example] });
}

/** Text of an answer. */
export function text(description: string, example: string) {
  return described(z.string(), description, example);
}

/** A whole number of an answer. */
export function whole(description: string, example: number) {
  return described(z.int(), description, example);
}

/** A number of an answer; its unit is in its name. */
export function decimal(description: string, example: number) {
  return described(z.number(), description, example);
}

/** Yes or no. */
export function flag(description: string, example = true) {
  return described(z.boolean(), description, example);
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  values: T,
  description: string,
  example?: T[number],
) {
  return described(z.enum(values), description, example ?? values[0]);
}

/** A value that may be unknown: null, never zero. */
export function orNull<T extends z.ZodType>(schema: T) {
  const { id, description, examples } = schema.meta() ?? {};
  // The metadata moves to the outside, where a reader of the property looks for it; a component keeps its own.
  const known = (id === undefined ? schema.clone() : schema).nullable();
  return description === undefined ? known : known.meta({ description, ...(examples ? { examples } : {}) });
}

/** An instant of an answer: RFC 3339 in UTC. */
export function instant(description: string, example = '2026-11-26T08:30:00.000Z') {
  return described(z.iso.datetime(), description, example);
}

/** An instant as a caller writes it: RFC 3339 with its zone. */
export function instantInput(description: string, example = '2026-11-26T09:30:00+01:00') {
  return described(z.iso.datetime({ offset: true }), description, example);
}

/** A UN/LOCODE (UNECE Recommendation 16): two letters of the country and three of the place. */
export function unLocode(description: string, example = 'NLRTM') {
  return described(
    z.string().regex(/^[A-Z]{2}[A-Z0-9]{3}$/, 'must be a UN/LOCODE such as NLRTM'),
    description,
    example,
  );
}

/** A container number as people write it: ISO 6346, or a shipper's own reference; spaces and case do not matter. */
export function containerNumberInput(description = 'Container number (ISO 6346)') {
  return described(z.string().min(4).max(20), description, 'CSQU3054383');
}

/** A container number of an answer: ISO 6346 in capitals without spaces. */
export function containerNumber(description = 'Container number (ISO 6346)') {
  return text(description, 'CSQU3054383');
}

/** The version of an object, which is its entity tag and what If-Match names. */
export const version = whole('Grows by one with every change; `"3"` is the entity tag of version 3', 3);
