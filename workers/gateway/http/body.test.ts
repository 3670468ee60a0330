import { describe, expect, it } from 'vitest';
import { parseJson } from './body.ts';

const read = (body: string) => parseJson(new TextEncoder().encode(body));

describe('a JSON body', () => {
  it('that nests without end is refused, however it does', () => {
    for (const body of ['['.repeat(50_000), '{"a":'.repeat(20_000), `[${'['.repeat(64)}`]) {
      expect(read(body)).toMatchObject({ faults: [{ code: 'too_deep' }] });
    }
  });

  it('may be deep, and may have brackets in its texts', () => {
    const deep = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(read(deep)).toHaveProperty('value');
    const text = `${'[{'.repeat(500)}\\"[`;
    expect(read(`{"a":"${text}"}`)).toEqual({ value: { a: `${'[{'.repeat(500)}"[` } });
    expect(read(`[${'[],'.repeat(1_000)}1]`)).toHaveProperty('value');
  });

  it('that is none is refused with where it breaks', () => {
    expect(read('{"a":')).toMatchObject({ faults: [{ code: 'not_json' }] });
  });
});
