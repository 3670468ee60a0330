import { expect, it } from 'vitest';
import { pagedFile } from './paged-file.ts';

/** A file of the pages, and what was asked and heard. */
function fileOf(pages: string[][], { pagesMax = 10, failsAt = -1 } = {}) {
  const asked: string[] = [];
  const broken: string[] = [];
  const page = (i: number) => ({ items: pages[i]!, nextCursor: i + 1 < pages.length ? String(i + 1) : null });
  const stream = pagedFile<string>({
    heading: 'top\n',
    line: (item) => `${item}\n`,
    first: page(0),
    next: async (cursor) => {
      asked.push(cursor);
      if (Number(cursor) === failsAt) throw new Error('away');
      return page(Number(cursor));
    },
    pagesMax,
    onBroken: (error) => broken.push((error as Error).message),
  });
  return { stream, asked, broken };
}

it('has a heading and every item of every page, empty ones in between too', async () => {
  const { stream, asked, broken } = fileOf([['a', 'b'], [], ['c']]);
  expect(await new Response(stream).text()).toBe('top\na\nb\nc\n');
  expect([asked, broken]).toEqual([['1', '2'], []]);
  expect(await new Response(fileOf([[]]).stream).text()).toBe('top\n');
});

it('asks for no page that its reader has not come to', async () => {
  const { stream, asked } = fileOf(Array.from({ length: 9 }, (_, i) => [`row ${i}`]));
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  expect(asked.length).toBeLessThanOrEqual(2);
  await reader.cancel();
});

it('breaks off, and says so, where a page cannot be had or is one too many', async () => {
  for (const [options, message] of [
    [{ failsAt: 2 }, 'away'],
    [{ pagesMax: 2 }, 'a file has 2 pages at most'],
  ] as const) {
    const { stream, broken } = fileOf([['a'], ['b'], ['c']], options);
    await expect(new Response(stream).text()).rejects.toThrow(message);
    expect(broken).toEqual([message]);
  }
  expect(await new Response(fileOf([['a'], ['b']], { pagesMax: 2 }).stream).text()).toBe('top\na\nb\n');
});
