/** Lists that come page by page, and requests that must happen once. */
import { type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import type { InputOf, ItemOf, ListName, OutputOf } from '../../clients/typescript/src/index.ts';
import { page } from './api.ts';
import { Loading, Problem } from './components.tsx';

/** A list of the API, page by page. */
export function usePages<Name extends ListName>(name: Name, limit = 25) {
  const list = useInfiniteQuery({
    queryKey: [name],
    queryFn: ({ pageParam }) => page(name, { limit } as Omit<InputOf<Name>, 'cursor'>, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor,
  });
  const pages: OutputOf<Name>[] = list.data?.pages ?? [];
  const read: { items: unknown[] }[] = pages;
  return { list, pages, rows: read.flatMap((one) => one.items) as ItemOf<Name>[] };
}

/** A list with what it shows while it loads, when it fails, when it is empty, and when there is more. */
export function List<T>({
  of: { list, rows },
  what,
  empty,
  children,
}: {
  of: { list: UseInfiniteQueryResult; rows: T[] };
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
export function useKeyFor(): (content: object) => { idempotencyKey: string } {
  const last = useRef<{ content: string; key: string } | null>(null);
  return (content) => {
    const text = JSON.stringify(content);
    if (last.current?.content !== text) last.current = { content: text, key: crypto.randomUUID() };
    return { idempotencyKey: last.current.key };
  };
}

/** Opens a dialog as soon as it is there. */
export function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog && !dialog.open) dialog.showModal();
}
