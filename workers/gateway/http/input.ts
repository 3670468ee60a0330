/**
 * From a request to an operation's input. Path placeholders are members of the input; the others come from
 * the query of a GET or DELETE, and from the JSON body of a POST or PUT. The service checks the input.
 */
import { z } from 'zod';
import { type Failure, type Fault, fault, invalid, ok, pointerTo, type Result } from '../../../contracts/kit/result.ts';
import { parseJson } from './body.ts';

/** Query parameters that are looked at: more than any operation has. */
const PARAMETERS_MAX = 50;

/** Where an operation's input comes from. */
export interface InputSource {
  /** Members that the path names. */
  path: readonly string[];
  /** Members that the query may name, with how each is read from text. */
  query: ReadonlyMap<string, Reader> | null;
  /** Whether there is a body; an optional one may be left out, and then says nothing. */
  body: 'none' | 'optional' | 'required';
}

/** What a body may be beside JSON that is read. */
export type BodyFault = 'too_large' | 'not_json_type';

/** The members of an input that is an object. */
export function membersOf(input: z.ZodType): Record<string, z.ZodType> {
  return input instanceof z.ZodObject ? input.shape : {};
}

/** Where an operation's input comes from under a method and path. */
export function sourceOf(method: string, path: string, input: z.ZodType): InputSource {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const rest = Object.entries(membersOf(input)).filter(([name]) => !inPath.includes(name));
  const optional = rest.every(([, schema]) => schema.safeParse(undefined).success);
  const byQuery = method === 'get' || method === 'delete';
  return {
    path: inPath,
    query: byQuery ? readersOf(input, inPath) : null,
    body:
      byQuery || (rest.length === 0 && input instanceof z.ZodObject)
        ? 'none'
        : rest.length > 0 && optional
          ? 'optional'
          : 'required',
  };
}

/** How the members of an input are read from a query, but for those that the path names. */
export function readersOf(input: z.ZodType, inPath: readonly string[] = []): ReadonlyMap<string, Reader> {
  const members = Object.entries(membersOf(input)).filter(([name]) => !inPath.includes(name));
  return new Map(members.map(([name, schema]) => [name, readerOf(schema)]));
}

type Reader = (text: string) => unknown;

/** Reads a query member from text, as OpenAPI's style `form` without `explode` has it. What is no number stays text. */
function readerOf(schema: z.ZodType): Reader {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return readerOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodNumber) return (text) => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text);
  if (schema instanceof z.ZodBoolean) return (text) => (text === 'true' ? true : text === 'false' ? false : text);
  if (schema instanceof z.ZodArray) {
    const reader = readerOf(schema.element as z.ZodType);
    return (text) => (text === '' ? [] : text.split(',').map(reader));
  }
  return (text) => text;
}

/** Reads the input of a request whose body has come; the values are the service's to check. */
export function readInput(
  request: Pick<Request, 'url' | 'headers'>,
  body: Uint8Array | 'too_large' | null,
  source: InputSource,
  params: Record<string, string>,
): { input: unknown } | Failure | BodyFault {
  const searchParams = queryOf(request.url);
  const query = readQuery(searchParams, source.query);
  if (!query.ok) return query;
  const twice = source.path.find((name) => searchParams.has(name));
  if (twice !== undefined) return fault(pointerTo('query', twice), 'unrecognized_keys', 'is named by the path');
  if (source.body === 'none') return { input: { ...query.value, ...params } };
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) return 'not_json_type';
  if (body === 'too_large') return body;
  const read = parseJson(body ?? new Uint8Array(), source.body === 'optional' ? {} : undefined);
  if (!('value' in read)) return read;
  const { value } = read;
  if (source.path.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { input: value };
  }
  const named = source.path.find((name) => Object.hasOwn(value, name));
  if (named !== undefined) return fault(pointerTo(named), 'unrecognized_keys', 'is named by the path');
  return { input: { ...value, ...params } };
}

/** The query of an address. Most have none, and to take an address apart costs more than to read one. */
export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1).split('#')[0]);
}

/** Reads a query; `readers` are null where there may be none. */
export function readQuery(
  parameters: URLSearchParams,
  readers: ReadonlyMap<string, Reader> | null,
): Result<Record<string, unknown>> {
  const values: [string, unknown][] = [];
  const faults: Fault[] = [];
  const refuse = (name: string, code: string, detail: string): void => {
    faults.push({ pointer: pointerTo('query', name), code, detail });
  };
  for (const name of [...new Set(parameters.keys())].slice(0, PARAMETERS_MAX)) {
    const [text = '', ...more] = parameters.getAll(name);
    // A parameter given twice is ambiguous: which one counts must not be a guess.
    if (more.length > 0) refuse(name, 'repeated', 'is given more than once');
    // What the service does not know it refuses, together with all other faults of the input.
    else if (readers) values.push([name, readers.get(name)?.(text) ?? text]);
    else refuse(name, 'unrecognized_keys', 'takes no such parameter');
  }
  return faults.length > 0 ? invalid(faults) : ok(Object.fromEntries(values));
}

/** A service's faults, by where in the request the member of its input came from. */
export function placed(failure: Failure, source: InputSource): Failure {
  if (!failure.faults) return failure;
  const faults = failure.faults.map((entry) => {
    const [, name = ''] = entry.pointer.split('/');
    if (/^\/(path|query|header)\//.test(entry.pointer)) return entry;
    if (source.path.includes(name)) return { ...entry, pointer: `/path${entry.pointer}` };
    return source.query ? { ...entry, pointer: `/query${entry.pointer}` } : entry;
  });
  return { ...failure, faults };
}
