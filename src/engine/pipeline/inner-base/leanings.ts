import type { Archive, ArchivedTensor } from '../../archive/archive.ts';
import type { Leaning } from '../job/events.ts';
import { partsOf } from './needs.ts';

/** Which tensor, or slice of one, of the archive, and which base, a tensor or slices of it are differences to. */
export function leaningsOf(archive: Archive, number: number): readonly Leaning[] {
  const tensor = archive.tensors[number];
  if (!tensor) return [];
  const others = archive.inner.length === 0 ? [] : othersOf(archive, tensor);
  return archive.bases.length === 0 ? others : [...basesOf(archive, tensor), ...others];
}

function basesOf(archive: Archive, { file, offset, byteLength }: ArchivedTensor): readonly Leaning[] {
  const found = new Set<string>();
  for (const { block } of archive.pieces(file, offset, byteLength)) {
    const base = block.reference && archive.bases[block.reference.base];
    if (base) found.add(base.name);
  }
  return [...found].map((to) => ({ to, isBase: true }));
}

function othersOf(archive: Archive, tensor: ArchivedTensor): readonly Leaning[] {
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
