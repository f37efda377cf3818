import { MalformedFileError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import type { TensorRange } from '../tensor/tensor.ts';
import { shown } from './json-reader.ts';

/**
 * The tensors in the order of their bytes, an empty one before the one that begins where it stands. Throws
 * MalformedFileError where one leaves the file or begins inside another: every format ends its scan with this.
 */
export function sortRanges(
  { name: file, size }: Pick<ByteSource, 'name' | 'size'>,
  tensors: readonly TensorRange[],
): readonly TensorRange[] {
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let previous: TensorRange | undefined;
  for (const tensor of sorted) {
    const { name, offset, byteLength } = tensor;
    const end = offset + byteLength;
    if (
      !Number.isSafeInteger(offset) ||
      !Number.isSafeInteger(byteLength) ||
      offset < 0 ||
      byteLength < 0 ||
      end > size
    )
      throw new MalformedFileError(
        `"${file}": the tensor ${shown(name)} takes bytes ${offset} to ${end}, outside the file of ${size} bytes.`,
        { file, tensor: name, offset, byteLength, size },
      );
    if (previous !== undefined && offset < previous.offset + previous.byteLength)
      throw new MalformedFileError(
        `"${file}": the tensors ${shown(previous.name)} and ${shown(name)} overlap at byte ${offset}.`,
        { file, tensor: name, other: previous.name, offset },
      );
    previous = tensor;
  }
  return sorted;
}

/** Names given out so far, and where to go on counting for each. */
export type TakenNames = Map<string, number>;

/**
 * `name`, or with a number behind where it is taken; taken from then on. For formats that may name tensors alike.
 */
export function freeName(name: string, taken: TakenNames): string {
  let count = taken.get(name) ?? 0;
  let free = name;
  // A million equal names must not count from the start a million times.
  while (taken.has(free)) {
    count += 1;
    free = `${name} #${count + 1}`;
  }
  taken.set(name, count);
  if (free !== name) taken.set(free, 0);
  return free;
}
