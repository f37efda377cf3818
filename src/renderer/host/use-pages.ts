import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';

export const rowsInPage = 500;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Rows of a long list, fetched by the page where they are looked at, one page ahead on either side. */
export function usePages<Row>(
  key: readonly unknown[],
  fetchPage: (offset: number, limit: number) => Promise<Page<Row>>,
) {
  const [range, setRange] = useState({ first: 0, last: 0 });
  const head = useQuery({
    queryKey: [...key, 0],
    queryFn: () => fetchPage(0, rowsInPage),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const total = head.data?.total ?? 0;
  const pages = pagesAround(range.first, range.last, total);
  const found = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...key, page],
      queryFn: () => fetchPage(page * rowsInPage, rowsInPage),
      gcTime: 60_000,
    })),
  });
  const rows = new Map(pages.map((page, index) => [page, found[index]?.data?.rows]));
  const onRange = useCallback((first: number, last: number) => {
    const [from, to] = [Math.floor(first / rowsInPage), Math.floor(last / rowsInPage)];
    setRange((known) =>
      Math.floor(known.first / rowsInPage) === from && Math.floor(known.last / rowsInPage) === to
        ? known
        : { first, last },
    );
  }, []);
  return {
    total,
    isKnown: head.data !== undefined,
    error: head.error ?? found.find(({ error }) => error !== null)?.error ?? null,
    onRange,
    rowAt(index: number): Row | undefined {
      const page = Math.floor(index / rowsInPage);
      return (page === 0 ? head.data?.rows : rows.get(page))?.[index % rowsInPage];
    },
  };
}

/** The numbers of the pages, without the first, that hold the rows from `first` to `last` or lie beside them. */
export function pagesAround(first: number, last: number, total: number): readonly number[] {
  const final = Math.ceil(total / rowsInPage) - 1;
  const from = Math.max(1, Math.floor(first / rowsInPage) - 1);
  const to = Math.min(final, Math.floor(last / rowsInPage) + 1);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
