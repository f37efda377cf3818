import { useState } from 'react';

/** Which rows are selected, by id; ranges may reach over rows that were never shown. */
export function useRowSelection(idsBetween: (from: number, to: number) => Promise<readonly string[]>) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return {
    ids,
    clear: () => setIds(new Set()),
    /** Adds a range, or turns one row over. */
    async pick(from: number, to: number, isRange: boolean): Promise<void> {
      const picked = await idsBetween(from, to);
      setIds((known) => {
        const next = new Set(known);
        for (const id of picked) {
          if (!isRange && known.has(id)) next.delete(id);
          else next.add(id);
        }
        return next;
      });
    },
  };
}
