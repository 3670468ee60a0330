/** JSON in one spelling, so that the same content always has the same hash (RFC 8785, JSON Canonicalization Scheme). */

/** A value that JSON can say. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object. */
export type JsonObject = { [name: string]: Json };

/**
 * The canonical text of a value: no spaces, members sorted by the UTF-16 units of their names, numbers and strings as
 * ECMAScript writes them. Throws on a number that JSON does not have. A lone surrogate, which RFC 8785 refuses, is
 * written as its escape: somebody's odd text must not keep an entry out of the trail.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`;
}
