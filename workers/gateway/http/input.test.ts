import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fail } from '../../../contracts/kit/result.ts';
import { placed, queryOf, readInput, sourceOf } from './input.ts';

const listing = z.strictObject({
  id: z.string(),
  limit: z.int().default(50),
  alerting: z.boolean().optional(),
  box: z.array(z.number()).optional(),
  avoid: z.array(z.string()).default([]),
});
const source = sourceOf('get', '/things/{id}', listing);
const get = (query: string) => readInput(new Request(`https://x.example/things/7?${query}`), null, source, { id: '7' });

describe('the input of a GET', () => {
  it('is read from path and query by the types of the contract', () => {
    expect(get('limit=5&alerting=true&box=-10,35.5,5,60&avoid=suez,panama')).toEqual({
      input: { id: '7', limit: 5, alerting: true, box: [-10, 35.5, 5, 60], avoid: ['suez', 'panama'] },
    });
  });

  it('leaves to the service what is no number, no boolean and not known', () => {
    expect(get('limit=many&alerting=yes&colour=red')).toEqual({
      input: { id: '7', limit: 'many', alerting: 'yes', colour: 'red' },
    });
  });

  it('is refused when a parameter is ambiguous', () => {
    expect(get('limit=1&limit=2')).toMatchObject({ faults: [{ pointer: '/query/limit', code: 'repeated' }] });
  });

  it('does not take from the query what the path names', () => {
    expect(get('id=8')).toMatchObject({ faults: [{ pointer: '/query/id', code: 'unrecognized_keys' }] });
  });

  it('cannot be led astray by names that objects have', () => {
    const read = get('__proto__=x&constructor=y');
    expect(Object.keys((read as { input: object }).input)).toEqual(['__proto__', 'constructor', 'id']);
  });
});

describe('the input of a POST', () => {
  const change = z.strictObject({ id: z.string(), name: z.string() });
  const body = sourceOf('put', '/things/{id}', change);
  const put = (text: string, type = 'application/json', query = '') =>
    readInput(
      new Request(`https://x.example/things/7${query}`, {
        method: 'PUT',
        headers: { 'content-type': type },
      }),
      new TextEncoder().encode(text),
      body,
      { id: '7' },
    );

  it('is the body, with what the path names', () => {
    expect(put('{"name":"x"}')).toEqual({ input: { id: '7', name: 'x' } });
  });

  it('takes no body that names what the path names: which one counts must not be a guess', () => {
    expect(put('{"id":"8","name":"x"}')).toMatchObject({ faults: [{ pointer: '/id' }] });
  });

  it('is JSON, and nothing else', () => {
    expect(put('{', 'application/json')).toMatchObject({ code: 'invalid' });
    expect(put('{}', 'text/plain')).toBe('not_json_type');
    expect(put('[1]')).toEqual({ input: [1] });
  });

  it('has no query', () => {
    expect(put('{"name":"x"}', 'application/json', '?name=y')).toMatchObject({
      faults: [{ pointer: '/query/name', code: 'unrecognized_keys' }],
    });
  });

  it('needs no body when the path names all of it', () => {
    expect(sourceOf('post', '/things/{id}', z.strictObject({ id: z.string() })).body).toBe('none');
    expect(sourceOf('post', '/things', z.union([z.string(), z.number()])).body).toBe('required');
  });

  it('may be left out when every member of it may be', () => {
    const input = z.strictObject({ id: z.string(), immediately: z.boolean().default(false) });
    const source = sourceOf('post', '/things/{id}', input);
    expect(source.body).toBe('optional');
    const empty = new Request('https://x.test/things/7', { method: 'POST' });
    expect(readInput(empty, new Uint8Array(), source, { id: '7' })).toEqual({ input: { id: '7' } });
  });
});

it('faults are placed where the member came from', () => {
  const fault = (pointer: string) => ({ pointer, code: 'x', detail: 'x' });
  const failure = fail('invalid', 'x', { faults: ['/id', '/limit', '/box/1', '/colour'].map(fault) });
  expect(placed(failure, source).faults!.map(({ pointer }) => pointer)).toEqual([
    '/path/id',
    '/query/limit',
    '/query/box/1',
    '/query/colour',
  ]);
});

it('reads the query of an address, and of one that has none', () => {
  const entries = (url: string) => [...queryOf(url)];
  expect(entries('https://x/v1/containers/A')).toEqual([]);
  expect(entries('https://x/v1/containers?')).toEqual([]);
  expect(entries('https://x/v1/containers?a=1&b=%3F&a=2')).toEqual([
    ...new URL('https://x/?a=1&b=%3F&a=2').searchParams,
  ]);
  expect(entries('https://x/?a=b?c=d#e=f')).toEqual([['a', 'b?c=d']]);
});
