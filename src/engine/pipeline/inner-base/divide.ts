import type { FileLayout } from '../../formats/format.ts';
import type { InnerBase } from '../../archive/inner-base.ts';
import { sliceOf } from '../../tensor/slice.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Place } from '../cut/cut.ts';

interface Divided<File> {
  readonly files: readonly File[];
  readonly originals: readonly ReadonlyMap<number, Place>[];
}

/**
 * Tells files by the slices of those tensors that an inner base takes slices of, and of their equals, so that each slice becomes a stream of
 * its own, all but those that are to stay whole; `originals` gives the earlier equals of tensors, by offset.
 */
export function divideStacks<File extends { readonly layout: FileLayout | undefined }>(
  files: readonly File[],
  originals: readonly ReadonlyMap<number, Place>[],
  inner: InnerBase | undefined,
  isWhole: (file: number, tensor: TensorRange) => boolean = () => false,
): Divided<File> {
  const numbers = new Set(inner?.tensors.filter((_, row) => (inner.slices?.[row] ?? 0) > 0));
  if (numbers.size === 0) return { files, originals };
  const equals = originals.map((ofFile) => new Map(ofFile));
  const stacks = files.map(() => new Set<number>());
  let number = 0;
  const dividedFiles = files.map((file, place) => {
    const { layout } = file;
    if (!layout) return file;
    const tensors = layout.tensors.flatMap((tensor): readonly TensorRange[] => {
      const original = equals[place]?.get(tensor.offset);
      const isStack = numbers.has(number++) || (original && stacks[original.file]?.has(original.offset));
      if (!isStack || tensor.byteLength === 0 || isWhole(place, tensor)) return [tensor];
      stacks[place]?.add(tensor.offset);
      const slices = slicesOf(tensor);
      for (const { offset } of original ? slices : [])
        equals[place]?.set(offset, {
          file: original?.file ?? 0,
          offset: (original?.offset ?? 0) + offset - tensor.offset,
        });
      return slices;
    });
    return { ...file, layout: { ...layout, tensors } };
  });
  return { files: dividedFiles, originals: equals };
}

function slicesOf(tensor: TensorRange): readonly TensorRange[] {
  const slices = Array.from({ length: tensor.shape[0] ?? 0 }, (_, slice) => sliceOf(tensor, slice));
  return slices.every((slice) => slice !== undefined) ? slices : [tensor];
}
