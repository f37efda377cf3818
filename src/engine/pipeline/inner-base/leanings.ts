import type { Archive } from '../../archive/archive.ts';
import type { Leaning } from '../job/events.ts';
import { partsOf } from './needs.ts';

/** Which tensor, or slice of one, of the archive a tensor or slices of it are differences to. */
export function leaningsOf(archive: Archive, number: number): readonly Leaning[] {
  const tensor = archive.tensors[number];
  if (!tensor || archive.inner.length === 0) return [];
  const { file, offset, byteLength, shape } = tensor;
  const sliceBytes = byteLength / (shape[0] ?? 1);
  const found = new Map<string, Set<number> | undefined>();
  for (const { fileOffset, part } of partsOf(archive, { file, offset, length: byteLength })) {
    const { name } = part.tensor;
    if (part.isSlice)
      found.set(name, (found.get(name) ?? new Set<number>()).add(Math.floor((fileOffset - offset) / sliceBytes)));
    else found.set(name, undefined);
  }
  return [...found].map(([to, slices]) => ({ to, ...(slices && { slices: [...slices] }) }));
}
