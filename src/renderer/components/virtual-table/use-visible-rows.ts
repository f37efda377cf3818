import { useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';

/** In pixels; the head is as high, and lies over the rows. */
export const rowHeight = 28;
/** Rows that come and go together: the virtualizer keeps a record for each of its items, and takes long to make 100,000. */
const rowsInRun = 20;
const runsAhead = 1;

interface VisibleRows {
  /** The rows to draw, and how far below the top each lies. */
  readonly rows: readonly { readonly index: number; readonly top: number }[];
  /** Of all rows and the head, in pixels. */
  readonly height: number;
  /** Scrolls as little as makes a row seen. */
  scrollTo(row: number): void;
}

/** Which of `total` rows of one height can be seen in an element, or will be soon. */
export function useVisibleRows(
  scroll: RefObject<HTMLElement | null>,
  total: number,
  onRange: (first: number, last: number) => void,
): VisibleRows {
  const virtual = useVirtualizer({
    count: Math.ceil(total / rowsInRun),
    getScrollElement: () => scroll.current,
    estimateSize: () => rowsInRun * rowHeight,
    overscan: runsAhead,
    paddingStart: rowHeight,
    onChange: ({ range }) => {
      if (range === null) return;
      const first = Math.max(0, range.startIndex - runsAhead) * rowsInRun;
      onRange(first, (range.endIndex + 1 + runsAhead) * rowsInRun - 1);
    },
  });
  const rows = virtual.getVirtualItems().flatMap(({ index: run }) => {
    const first = run * rowsInRun;
    const length = Math.max(0, Math.min(rowsInRun, total - first));
    return Array.from({ length }, (_, at) => ({ index: first + at, top: (first + at + 1) * rowHeight }));
  });
  return {
    rows,
    height: (total + 1) * rowHeight,
    scrollTo(row) {
      const place = scroll.current;
      if (place === null) return;
      const least = (row + 2) * rowHeight - place.clientHeight;
      place.scrollTop = Math.max(least, Math.min(place.scrollTop, row * rowHeight));
    },
  };
}
