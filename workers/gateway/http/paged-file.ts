/** A file that is read page by page while it is sent. */
import type { Page } from '../../../contracts/kit/result.ts';

/** What a file is made of. */
export interface PagedFile<T> {
  /** What stands above the items. */
  heading: string;
  line: (item: T) => string;
  first: Page<T>;
  /** The page at a cursor; throws when it cannot be had. */
  next: (cursor: string) => Promise<Page<T>>;
  /** Pages that one file may have. */
  pagesMax: number;
  /** Is told why a file broke off. */
  onBroken: (error: unknown) => void;
}

/**
 * The bytes of a file, as fast as its reader takes them, so that a page or two are in memory. What cannot be had, or is
 * more than it may be, breaks the transfer off: a short file must not look like a whole one.
 */
export function pagedFile<T>({
  heading,
  line,
  first,
  next,
  pagesMax,
  onBroken,
}: PagedFile<T>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let pages = 1;
  let cursor = first.nextCursor;
  const write = (controller: ReadableStreamDefaultController<Uint8Array>, head: string, page: Page<T>): void => {
    const text = head + page.items.map(line).join('');
    if (text !== '') controller.enqueue(encoder.encode(text));
    cursor = page.nextCursor;
    if (cursor === null) controller.close();
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => write(controller, heading, first),
    async pull(controller) {
      try {
        if (++pages > pagesMax) throw new Error(`a file has ${pagesMax} pages at most`);
        write(controller, '', await next(cursor!));
      } catch (error) {
        onBroken(error);
        controller.error(error);
      }
    },
  });
}
