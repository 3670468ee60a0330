/** Lists that come page by page, and requests that must happen once. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { get, type Page } from './api.ts';
import { Loading, Problem } from './components.tsx';

/** A list of the API; `path` may have a query already. */
export function usePages<T>(key: readonly unknown[], path: string, limit = 25) {
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(limit), ...(pageParam ? { cursor: pageParam } : {}) });
      return get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  return { list, rows: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

/** A list with what it shows while it loads, when it fails, when it is empty, and when there is more. */
export function List<T>({
  of: { list, rows },
  what,
  empty,
  children,
}: {
  of: ReturnType<typeof usePages<T>>;
  what: string;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}) {
  return (
    <>
      {list.isPending && <Loading what={what} />}
      {list.isError && <Problem error={list.error} />}
      {list.isSuccess && (rows.length === 0 ? empty : children(rows))}
      {list.hasNextPage && (
        <button
          type="button"
          className="quiet"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </button>
      )}
    </>
  );
}

/**
 * The key of a request that must happen once: the same for the same content, so that pressing twice,
 * or again after a lost answer, does it once; another one for changed content.
 */
export function useKeyFor(): (content: object) => Record<string, string> {
  const last = useRef<{ content: string; key: string } | null>(null);
  return (content) => {
    const text = JSON.stringify(content);
    if (last.current?.content !== text) last.current = { content: text, key: crypto.randomUUID() };
    return { 'idempotency-key': last.current.key };
  };
}

/** Opens a dialog as soon as it is there. */
export function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog && !dialog.open) dialog.showModal();
}
