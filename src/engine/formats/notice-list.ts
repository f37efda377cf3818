import type { LayoutNotice } from './format.ts';

/** Notices of one scan, one per kind however many tensors it concerns, so that a hostile table cannot make a long list. */
export interface NoticeList {
  /** Records a finding; of each kind the first is told in full and the others are counted. */
  add(kind: string, message: string, offset?: number): void;
  all(): readonly LayoutNotice[];
}

/** An empty {@link NoticeList}. */
export function noticeList(): NoticeList {
  const kinds = new Map<string, { readonly message: string; readonly offset: number | undefined; count: number }>();
  return {
    add(kind, message, offset) {
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, { message, offset, count: 1 });
      else known.count += 1;
    },
    all() {
      return [...kinds.values()].map(({ message, offset, count }) => ({
        message: count === 1 ? message : `${message} (and ${count - 1} more like it)`,
        ...(offset === undefined ? {} : { offset }),
      }));
    },
  };
}
