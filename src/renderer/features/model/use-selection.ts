import { useCallback, useState } from 'react';
import type { TensorKey } from '../../host/models.ts';

/** The tensor that the inspector tells about. */
export function useSelection() {
  const [selected, setSelected] = useState<TensorKey>();
  const select = useCallback(({ file, name }: TensorKey) => setSelected({ file, name }), []);
  const close = useCallback(() => setSelected(undefined), []);
  return { selected, select, close };
}
