import { useCallback, useMemo } from 'react';
import { useCatalog } from '../../host/settings.ts';

const usualBits = 32;

/** Bits of one element of each number type, as the catalog tells them. */
export function useBits(): (dtype: string) => number {
  const { data } = useCatalog();
  const known = useMemo(() => new Map(data?.dtypes.map(({ id, bits }) => [id, bits])), [data]);
  return useCallback((dtype) => known.get(dtype) ?? usualBits, [known]);
}
