import { describe, expect, it } from 'vitest';
import { readJson } from './body.ts';

const read = (body: string) => readJson(new Request('https://x.example', { method: 'POST', body }), 300_000);

describe('a JSON body', () => {
  it('that nests without end is refused, however it does', async () => {
    for (const body of ['['.repeat(50_000), '{"a":'.repeat(20_000), `[${'['.repeat(64)}`]) {
      expect(await read(body)).toMatchObject({ faults: [{ code: 'too_deep' }] });
    }
  });

  it('may be deep, and may have brackets in its texts', async () => {
    const deep = `${'['.repeat(64)}${']'.repeat(64)}`;
    expect(await read(deep)).toHaveProperty('value');
    const text = `${'[{'.repeat(500)}\\"[`;
    expect(await read(`{"a":"${text}"}`)).toEqual({ value: { a: `${'[{'.repeat(500)}"[` } });
    expect(await read(`[${'[],'.repeat(1_000)}1]`)).toHaveProperty('value');
  });

  it('that is none is refused with where it breaks', async () => {
    expect(await read('{"a":')).toMatchObject({ faults: [{ code: 'not_json' }] });
  });
});
